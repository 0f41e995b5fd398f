#include "cmd/fetch-config/aws.h"

#include <stdio.h>
#include <unistd.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/sigv4.h"
#include "common/base/strings.h"
#include "common/cli/value.h"
#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct reason why;

/* The examples of "Authenticating Requests: Using the Authorization Header" in S3's API reference. */
static const struct sigv4_key example = {
    .id = "AKIAIOSFODNN7EXAMPLE",
    .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

static void expect_signature(const char *query, const char *signature)
{
    struct strings headers = {0};
    const struct sigv4_request request = {
        .method = "GET",
        .host = "examplebucket.s3.amazonaws.com",
        .path = "/",
        .query = query,
        .region = "us-east-1",
        .service = "s3",
        .payload = SIGV4_NO_PAYLOAD,
        .time = 1369353600, /* 2013-05-24 */
    };

    sigv4_sign(&request, &example, &headers);
    ck_assert_uint_eq(headers.count, 3);
    ck_assert_str_eq(headers.items[0], "X-Amz-Date: 20130524T000000Z");
    expect_contains(headers.items[2], "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request");
    expect_contains(headers.items[2], "SignedHeaders=host;x-amz-content-sha256;x-amz-date");
    expect_contains(headers.items[2], signature);
    strings_clear(&headers);
}

START_TEST(known_signatures)
{
    expect_signature("lifecycle=",
                     "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    expect_signature("max-keys=2&prefix=J",
                     "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}
END_TEST

START_TEST(a_session_token)
{
    struct strings headers = {0};
    struct url url;
    struct aws aws = {.region = "eu-central-1"};
    char id[] = "id", secret[] = "secret", token[] = "token";
    struct aws_key key = {.id = id, .secret = secret, .token = token};

    ck_assert(url_parse("http://127.0.0.1:9000/b/k", "", &url, &why));
    aws_sign(&aws, &key, &url, 0, &headers);
    ck_assert_uint_eq(headers.count, 4);
    ck_assert_str_eq(headers.items[2], "X-Amz-Security-Token: token");
    expect_contains(headers.items[3],
                    "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,");
    expect_contains(headers.items[3], "19700101/eu-central-1/s3");
    strings_clear(&headers);
    url_free(&url);
}
END_TEST

/* Where the object at `text` is, as the signature sees it. */
static void sign(const char *text, char line[512])
{
    struct strings headers = {0};
    struct url url;
    struct aws aws = {.region = "eu-central-1"};
    char id[] = "id", secret[] = "secret";
    struct aws_key key = {.id = id, .secret = secret};

    ck_assert(url_parse(text, "", &url, &why));
    aws_sign(&aws, &key, &url, 0, &headers);
    ck_assert_uint_eq(headers.count, 3);
    snprintf(line, 512, "%s", headers.items[2]);
    strings_clear(&headers);
    url_free(&url);
}

static void expect_same_signature(const char *a, const char *b, bool same)
{
    char first[512], second[512];

    sign(a, first);
    sign(b, second);
    ck_assert_msg((strcmp(first, second) == 0) == same, "%s and %s", a, b);
}

START_TEST(ports_that_go_without_saying)
{
    expect_same_signature("http://minio:80/b/k", "http://minio/b/k", true);
    expect_same_signature("https://minio:443/b/k", "https://minio/b/k", true);
    expect_same_signature("https://minio:443/b/k:443", "https://minio/b/k:443", true);
    expect_same_signature("http://[::1]:80/b/k", "http://[::1]/b/k", true);
    expect_same_signature("http://minio:443/b/k", "http://minio/b/k", false);
    expect_same_signature("https://minio:80/b/k", "https://minio/b/k", false);
    expect_same_signature("http://[::1]:81/b/k", "http://[::1]/b/k", false);
    expect_same_signature("http://[::1]/b/k", "http://[::2]/b/k", false);
}
END_TEST

static const char *object(struct aws aws, const char *bucket, const char *key)
{
    static char text[512];
    char *url = aws_object_url(&aws, bucket, key, &why);

    snprintf(text, sizeof text, "%s", url ? url : why.text);
    free(url);
    return text;
}

START_TEST(where_objects_are)
{
    struct aws aws = {.region = "eu-central-1"};

    ck_assert_str_eq(object(aws, "b", "k/l"), "https://b.s3.eu-central-1.amazonaws.com/k/l");
    ck_assert_str_eq(object(aws, "b.c", "k"), "https://s3.eu-central-1.amazonaws.com/b.c/k");
    aws.region = "cn-north-1";
    ck_assert_str_eq(object(aws, "b", "k"), "https://b.s3.cn-north-1.amazonaws.com.cn/k");
    ck_assert_str_eq(object(aws, "b.c", "k"), "https://s3.cn-north-1.amazonaws.com.cn/b.c/k");
    aws.region = "eu-central-1";
    ck_assert_str_eq(object(aws, "b", "k l+m%n"), "https://b.s3.eu-central-1.amazonaws.com/k%20l%2Bm%25n");
    expect_contains(object(aws, "b", "k/../l"), "..");
    aws.region = NULL;
    expect_contains(object(aws, "b", "k"), "AWS_REGION");
    aws.endpoint = "http://minio:9000/";
    ck_assert_str_eq(object(aws, "b", "k"), "http://minio:9000/b/k");
    aws.endpoint = "HTTPS://minio/path";
    ck_assert_str_eq(object(aws, "b", "k"), "HTTPS://minio/path/b/k");
    static const char *const wrong[] = {"minio:9000",         "file:///x",          "s3://a/b",
                                        "http://minio/?x=1/", "http://minio:9000#", ""};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        aws.endpoint = wrong[i];
        expect_contains(object(aws, "b", "k"), "AWS_ENDPOINT_URL: expected");
    }
}
END_TEST

static enum aws_source source(char *a, char *b, char *c, char *d, char *e)
{
    char *environment[] = {a, b, c, d, e, NULL};
    struct aws aws;

    ck_assert(aws_read(environment, &aws, &why));
    aws_free(&aws);
    return aws.source;
}

START_TEST(order_of_sources)
{
    char id[] = "AWS_ACCESS_KEY_ID=i", secret[] = "AWS_SECRET_ACCESS_KEY=s", role[] = "AWS_ROLE_ARN=r",
         file[] = "AWS_WEB_IDENTITY_TOKEN_FILE=f", url[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI=u",
         none[] = "A=";

    ck_assert_int_eq(source(id, secret, role, file, url), AWS_VARIABLES);
    ck_assert_int_eq(source(id, none, role, file, url), AWS_WEB_IDENTITY);
    ck_assert_int_eq(source(id, none, role, none, url), AWS_CONTAINER);
    ck_assert_int_eq(source(id, none, role, none, none), AWS_NOWHERE);
}
END_TEST

/* Reads one variable; NULL when it was refused. */
static const char *value_of(char *assignment, struct aws *aws)
{
    char *environment[] = {assignment, NULL};

    capture_begin(STDERR_FILENO);
    bool good = aws_read(environment, aws, &why);
    const char *said = capture_end();
    expect_lacks(said, "geheim");
    expect_lacks(why.text, "geheim");
    return good ? said : NULL;
}

START_TEST(values_that_go_into_a_request)
{
    static const char *const words[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                                        "AWS_REGION"};
    static const char *const bad[] = {"geheim\nX: y", "geheim\n\n",    "\n", "geheim geheim", "geheim\t",
                                      "\x7Fgeheim",   "geheim\xC3\xA9"};
    char text[128];
    struct aws aws;

    why.text[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        snprintf(text, sizeof text, "%s=geheim-1", words[i]);
        ck_assert_str_eq(value_of(text, &aws), "");
        aws_free(&aws);
        snprintf(text, sizeof text, "%s=geheim-1\r\n", words[i]);
        const char *said = value_of(text, &aws);
        ck_assert_ptr_nonnull(said);
        expect_contains(said, words[i]);
        expect_contains(said, "ends with a newline");
        const char *values[] = {aws.id, aws.secret, aws.token, aws.region};
        ck_assert_str_eq(values[i], "geheim-1");
        aws_free(&aws);
        for (size_t j = 0; j < COUNT_OF(bad); j++) {
            snprintf(text, sizeof text, "%s=%s", words[i], bad[j]);
            ck_assert_msg(!value_of(text, &aws), "%s is taken", text);
            ck_assert_int_eq(why.code, CODE_USAGE);
            expect_contains(why.text, words[i]);
            aws_free(&aws);
        }
    }
    snprintf(text, sizeof text, "AWS_REGION=eu/geheim");
    ck_assert(!value_of(text, &aws));
    aws_free(&aws);
    snprintf(text, sizeof text, "AWS_ENDPOINT_URL=http://a/\x01geheim");
    ck_assert(!value_of(text, &aws));
    expect_contains(why.text, "AWS_ENDPOINT_URL: ");
    aws_free(&aws);
}
END_TEST

/* Where a container's credentials may be asked for. */
START_TEST(addresses_of_this_node)
{
    static const char *const near[] = {
        "http://127.0.0.1/x",          "http://127.1.2.3:80/x",   "http://[::1]/x",
        "http://169.254.170.2/x",      "http://169.254.170.23/x", "http://[fd00:ec2::23]/x",
        "http://[::ffff:127.0.0.1]/x", "http://localhost:80/x",   "https://example.com/x",
        "http://2130706433/x" /* libcurl reads it as 127.0.0.1, and so it is asked */};
    static const char *const far[] = {"http://127.attacker.example/",
                                      "http://127.0.0.1.example/",
                                      "http://169.254.170.2.example/",
                                      "http://169.254.169.254/",
                                      "http://169.254.170.20/",
                                      "http://example.com/",
                                      "http://localhost.example/",
                                      "http://[fd00:ec2::254]/",
                                      "http://[fe80::1]/",
                                      "http://0.0.0.0/",
                                      "http://127.0.0.1@example.com/",
                                      "file:///etc/passwd",
                                      "s3://127.0.0.1/x",
                                      "127.0.0.1/x"};
    struct aws_question question;
    struct aws aws = {.source = AWS_CONTAINER};

    for (size_t i = 0; i < COUNT_OF(near); i++) {
        aws.container_url = near[i];
        ck_assert_msg(aws_ask(&aws, &question, &why), "%s: %s", near[i], why.text);
        ck_assert_int_eq(question.reach, strstr(near[i], "localhost") ? REACH_LOOPBACK : REACH_ANY);
        aws_question_free(&question);
    }
    for (size_t i = 0; i < COUNT_OF(far); i++) {
        aws.container_url = far[i];
        ck_assert_msg(!aws_ask(&aws, &question, &why), "%s is taken", far[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
        expect_contains(why.text, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
        aws_question_free(&question);
    }
    aws.container_path = ".example.com/x";
    ck_assert(!aws_ask(&aws, &question, &why));
    expect_contains(why.text, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path that begins with /");
    aws_question_free(&question);
    aws.container_path = "@example.com/x";
    ck_assert(!aws_ask(&aws, &question, &why));
    aws_question_free(&question);
}
END_TEST

START_TEST(answers)
{
    static const char xml[] =
        "<A xmlns='x'><R><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s/e+c</SecretAccessKey>"
        "<SessionToken>tok==</SessionToken></Credentials></R></A>";
    static const char json[] = "{\"RoleArn\":\"x\",\"AccessKeyId\":\"ASIA\",\"Nested\":{\"Token\":\"no\"},"
                               "\"SecretAccessKey\":\"s\\/e+c\",\"Token\":\"tok==\",\"Expiration\":\"2026\"}";
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "<a>",
                                      "{\"AccessKeyId\":\"x\"}",
                                      "null",
                                      "{\"AccessKeyId\":\"x\\r\\nX: y\",\"SecretAccessKey\":\"s\"}"};
    struct aws_key key = {0};

    ck_assert(aws_answer_xml(xml, strlen(xml), &key));
    ck_assert_str_eq(key.id, "ASIA");
    ck_assert_str_eq(key.secret, "s/e+c");
    ck_assert_str_eq(key.token, "tok==");
    aws_key_free(&key);
    ck_assert(aws_answer_json(json, strlen(json), &key));
    ck_assert_str_eq(key.secret, "s/e+c");
    ck_assert_str_eq(key.token, "tok==");
    aws_key_free(&key);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ck_assert(!aws_answer_json(bad[i], strlen(bad[i]), &key));
        aws_key_free(&key);
        ck_assert(!aws_answer_xml(bad[i], strlen(bad[i]), &key));
        aws_key_free(&key);
    }
}
END_TEST

START_TEST(questions)
{
    struct aws_question question;
    struct aws aws = {.source = AWS_WEB_IDENTITY,
                      .role = "arn:aws:iam::1:role/r",
                      .region = "eu-central-1",
                      .identity_file = scratch_file("token", "a.b=\n")};

    ck_assert(aws_ask(&aws, &question, &why));
    ck_assert_str_eq(question.url, "https://sts.eu-central-1.amazonaws.com/");
    aws_question_free(&question);
    aws.region = "cn-north-1";
    ck_assert(aws_ask(&aws, &question, &why));
    ck_assert_str_eq(question.url, "https://sts.cn-north-1.amazonaws.com.cn/");
    ck_assert_str_eq(
        question.form,
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
        "RoleSessionName=fetch-config&WebIdentityToken=a.b%3D");
    aws_question_free(&question);
    aws = (struct aws){.source = AWS_CONTAINER,
                       .container_url = "http://169.254.170.23/v1/credentials",
                       .container_token_file = scratch_file("token", "tok\n")};
    ck_assert(aws_ask(&aws, &question, &why));
    ck_assert_ptr_null(question.form);
    ck_assert_str_eq(question.headers.items[0], "Authorization: tok");
    aws_question_free(&question);
    aws.container_url = "http://example.com/";
    ck_assert(!aws_ask(&aws, &question, &why));
    aws_question_free(&question);
    aws.container_path = "/v2/x";
    ck_assert(aws_ask(&aws, &question, &why));
    ck_assert_str_eq(question.url, "http://169.254.170.2/v2/x");
    aws_question_free(&question);
}
END_TEST

SUITE("fetch_aws", known_signatures, a_session_token, ports_that_go_without_saying, where_objects_are,
      order_of_sources, values_that_go_into_a_request, addresses_of_this_node, answers, questions)
