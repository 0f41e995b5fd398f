#include "cmd/fetch-config/aws.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmd/fetch-config/aws_answer.h"
#include "cmd/fetch-config/sigv4.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/http/headers.h"
#include "common/net/address.h"

#include "common/base/banned.h"

enum { TEXT_MAX = 128 * 1024, HTTP_PORT = 80, HTTPS_PORT = 443 };

#define ECS_ENDPOINT   "http://169.254.170.2"
#define DEFAULT_REGION "us-east-1"

static const char *region_of(const struct aws *aws)
{
    return aws->region ? aws->region : DEFAULT_REGION;
}

/* The three texts joined, for the caller to free. */
static char *join(const char *a, const char *b, const char *c)
{
    struct buf text;

    buf_init(&text, TEXT_MAX);
    buf_add_format(&text, "%s%s%s", a, b, c);
    char *copy = xstrdup(text.data);
    buf_free(&text);
    return copy;
}

/* --- the URL of an object --- */

/* libcurl removes dot segments, and the signature would be for another path. */
static bool has_dot_segment(const char *key)
{
    while (*key != '\0') {
        size_t part = strcspn(key, "/");
        if ((part == 1 && *key == '.') || (part == 2 && strncmp(key, "..", 2) == 0))
            return true;
        key += part + (key[part] == '/');
    }
    return false;
}

/* The key is appended to the endpoint, so it must not contain ? or #. */
static bool check_endpoint(const char *endpoint, struct reason *why)
{
    bool good = (strncasecmp(endpoint, "http://", 7) == 0 || strncasecmp(endpoint, "https://", 8) == 0) &&
                !strpbrk(endpoint, "?#");

    return good || reason_set(why, CODE_USAGE,
                              "AWS_ENDPOINT_URL: expected http:// or https:// and a host, without ? and #");
}

/* AWS's regions in China have another domain. */
static const char *domain_of(const char *region)
{
    return strncmp(region, "cn-", 3) == 0 ? ".amazonaws.com.cn/" : ".amazonaws.com/";
}

char *aws_object_url(const struct aws *aws, const char *bucket, const char *key, struct reason *why)
{
    struct buf text;

    if (!aws->endpoint && !aws->region) {
        reason_set(why, CODE_USAGE, "AWS_REGION is not set: expected a region such as eu-central-1");
        return NULL;
    }
    if (aws->endpoint && !check_endpoint(aws->endpoint, why))
        return NULL;
    if (has_dot_segment(bucket) || has_dot_segment(key)) {
        reason_set(why, CODE_USAGE, "the bucket or key has a part . or .., which HTTP takes out of paths");
        return NULL;
    }
    char *encoded = sigv4_encode(key, true);
    buf_init(&text, TEXT_MAX);
    if (aws->endpoint)
        buf_add_format(&text, "%.*s/%s/%s",
                       (int)(strlen(aws->endpoint) - (aws->endpoint[strlen(aws->endpoint) - 1] == '/')),
                       aws->endpoint, bucket, encoded);
    else if (strchr(bucket, '.')) /* a wildcard certificate does not cover a host name with such a bucket */
        buf_add_format(&text, "https://s3.%s%s%s/%s", aws->region, domain_of(aws->region), bucket, encoded);
    else
        buf_add_format(&text, "https://%s.s3.%s%s%s", bucket, aws->region, domain_of(aws->region), encoded);
    free(encoded);
    char *copy = xstrdup(text.data);
    buf_free(&text);
    return copy;
}

/* --- credentials --- */

static bool ask_web_identity(const struct aws *aws, struct aws_question *question, struct reason *why)
{
    char *token = headers_read_secret(aws->identity_file, why);

    if (!token) {
        reason_wrap(why, "AWS_WEB_IDENTITY_TOKEN_FILE");
        return false;
    }
    question->url = aws->sts_endpoint ? join(aws->sts_endpoint, "/", "")
                                      : join("https://sts.", region_of(aws), domain_of(region_of(aws)));
    char *role = sigv4_encode(aws->role, false);
    char *session = sigv4_encode(aws->role_session ? aws->role_session : "fetch-config", false);
    char *encoded = sigv4_encode(token, false);
    struct buf form;
    buf_init(&form, TEXT_MAX);
    buf_add_format(&form,
                   "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=%s&RoleSessionName=%s&"
                   "WebIdentityToken=%s",
                   role, session, encoded);
    question->form = xstrdup(form.data);
    OPENSSL_cleanse(form.data, form.capacity);
    buf_free(&form);
    static const char kind[] = "Content-Type: application/x-www-form-urlencoded";
    strings_add(&question->headers, kind, sizeof kind - 1);
    free(role);
    free(session);
    headers_wipe(encoded);
    headers_wipe(token);
    return true;
}

/* Over plain http the token is sent only to this node, as in AWS's SDKs: to loopback and to the addresses of ECS and EKS. The name
 * "localhost" must resolve to loopback. */
static bool is_near(const struct url *url, enum reach *reach)
{
    static const char *const endpoints[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    struct address address, endpoint;

    *reach = REACH_ANY;
    if (url->scheme == URL_HTTPS)
        return true;
    if (!address_parse(url->host, 0, &address)) {
        *reach = REACH_LOOPBACK;
        return strcasecmp(url->host, "localhost") == 0;
    }
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++)
        if (address_parse(endpoints[i], 0, &endpoint) && address_same(&address, &endpoint))
            return true;
    return address_is_loopback(&address);
}

/* The relative URI is appended to a host: without the slash it would be a part of that host's name. */
static bool check_container(const struct aws *aws, enum reach *reach, struct reason *why)
{
    struct url url;

    *reach = REACH_ANY;
    if (aws->container_path)
        return aws->container_path[0] == '/' ||
               reason_set(why, CODE_USAGE,
                          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path that begins with /");
    bool good = url_parse(aws->container_url, "", &url, why);
    if (!good)
        reason_wrap(why, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    else if (url.scheme > URL_HTTPS || !is_near(&url, reach))
        good = reason_set(why, CODE_USAGE,
                          "AWS_CONTAINER_CREDENTIALS_FULL_URI: expected https, or an address of this node");
    url_free(&url);
    return good;
}

static bool ask_container(const struct aws *aws, struct aws_question *question, struct reason *why)
{
    char *token = NULL;

    if (!check_container(aws, &question->reach, why))
        return false;
    if (aws->container_token_file) {
        token = headers_read_secret(aws->container_token_file, why);
        if (!token) {
            reason_wrap(why, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
            return false;
        }
    } else if (aws->container_token) {
        token = xstrdup(aws->container_token);
    }
    question->url = aws->container_path ? join(ECS_ENDPOINT, aws->container_path, "")
                                        : xstrdup(aws->container_url);
    bool good = true;
    if (token) {
        char *line = join("Authorization: ", token, "");
        good = headers_check(line, why);
        if (good)
            strings_add(&question->headers, line, strlen(line));
        headers_wipe(line);
    }
    headers_wipe(token);
    return good;
}

bool aws_ask(const struct aws *aws, struct aws_question *question, struct reason *why)
{
    memset(question, 0, sizeof *question);
    if (aws->source == AWS_WEB_IDENTITY)
        return ask_web_identity(aws, question, why);
    return ask_container(aws, question, why);
}

void aws_question_free(struct aws_question *question)
{
    free(question->url);
    headers_wipe(question->form);
    headers_clear(&question->headers);
    memset(question, 0, sizeof *question);
}

bool aws_take_key(const struct aws *aws, char *answer, size_t length, struct aws_key *key, struct reason *why)
{
    memset(key, 0, sizeof *key);
    if (aws->source == AWS_VARIABLES) {
        key->id = xstrdup(aws->id);
        key->secret = xstrdup(aws->secret);
        key->token = aws->token ? xstrdup(aws->token) : NULL;
        return true;
    }
    bool good = aws->source == AWS_WEB_IDENTITY ? aws_answer_xml(answer, length, key)
                                                : aws_answer_json(answer, length, key);
    return good || reason_set(why, CODE_FAILED, "the answer contains no readable credentials");
}

void aws_key_free(struct aws_key *key)
{
    headers_wipe(key->id);
    headers_wipe(key->secret);
    headers_wipe(key->token);
    memset(key, 0, sizeof *key);
}

/* As libcurl writes the Host header: without the default port. */
static char *host_header(const struct url *url, const char *authority)
{
    size_t name = *authority == '[' ? strcspn(authority, "]") + 1 : strcspn(authority, ":/");
    bool usual = url->port == (url->scheme == URL_HTTPS ? HTTPS_PORT : HTTP_PORT);

    return xstrndup(authority, usual ? name : strcspn(authority, "/"));
}

void aws_sign(const struct aws *aws, const struct aws_key *key, const struct url *url, int64_t time,
              struct strings *headers)
{
    const char *authority = strstr(url->text, "://") + 3;
    char *host = host_header(url, authority);
    const struct sigv4_key who = {.id = key->id, .secret = key->secret, .token = key->token};
    const struct sigv4_request request = {
        .method = "GET",
        .host = host,
        .path = authority + strcspn(authority, "/"),
        .query = "",
        .region = region_of(aws),
        .service = "s3",
        .payload = SIGV4_NO_PAYLOAD,
        .time = time,
    };

    sigv4_sign(&request, &who, headers);
    free(host);
}
