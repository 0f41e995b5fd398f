#include "cmd/fetch-config/aws.h"

#include <stdio.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/sigv4.h"
#include "common/value.h"
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
    struct option_list headers = {0};
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
    option_list_clear(&headers);
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
    struct option_list headers = {0};
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
    option_list_clear(&headers);
    url_free(&url);
}
END_TEST

/* Where the object at `text` is, as the signature sees it. */
static void sign(const char *text, char line[512])
{
    struct option_list headers = {0};
    struct url url;
    struct aws aws = {.region = "eu-central-1"};
    char id[] = "id", secret[] = "secret";
    struct aws_key key = {.id = id, .secret = secret};

    ck_assert(url_parse(text, "", &url, &why));
    aws_sign(&aws, &key, &url, 0, &headers);
    ck_assert_uint_eq(headers.count, 3);
    snprintf(line, 512, "%s", headers.items[2]);
    option_list_clear(&headers);
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

    aws_read(environment, &aws);
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
      order_of_sources, answers, questions)
