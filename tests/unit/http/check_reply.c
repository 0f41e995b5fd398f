#include "common/http/reply.h"

#include <stdio.h>

#include <errno.h>

#include "common/http/redirect.h"
#include "tests/unit/suite.h"

static const int statuses[] = {408, 429, 500, 502, 503, 504};
static struct reply_rules rules = {
    .retry_statuses = statuses,
    .retry_status_count = COUNT_OF(statuses),
    .connect_timeout = 5000,
    .stall_timeout = 30000,
    .max_size = 1000,
    .max_unpacked_size = 2000,
    .now = 1000000,
    .deadline = 1010000,
};
static struct reason why;

static void expect(struct reply reply, enum outcome outcome, enum code code, const char *part)
{
    char said[sizeof why.text + sizeof why.detail];

    ck_assert_int_eq(reply_judge(&reply, &rules, &why), outcome);
    ck_assert_int_eq(why.code, code);
    snprintf(said, sizeof said, "%s%s", why.text, why.detail);
    expect_contains(said, part);
}

START_TEST(good_statuses)
{
    struct reply reply = {.status = 200};

    ck_assert_int_eq(reply_judge(&reply, &rules, &why), ATTEMPT_OK);
    reply.status = 204;
    ck_assert_int_eq(reply_judge(&reply, &rules, &why), ATTEMPT_OK);
}
END_TEST

START_TEST(bad_statuses)
{
    expect((struct reply){.status = 404}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "404 Not Found");
    expect((struct reply){.status = 418}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "418");
    expect((struct reply){.status = 206}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "only a part");
    expect((struct reply){.status = 304}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "304");
    expect((struct reply){.status = 503}, ATTEMPT_RETRY, CODE_HTTP_STATUS, "503 Service Unavailable");
    expect((struct reply){.status = 407}, ATTEMPT_FAIL, CODE_PROXY, "407");
    /* The body that nobody wants was cut off by ourselves. */
    expect((struct reply){.status = 404, .code = CURLE_WRITE_ERROR}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "404");
}
END_TEST

START_TEST(a_range_that_is_refused)
{
    struct reply reply = {.from = 5};

    for (int status = 304; status != 0; status = status == 304 ? 412 : status == 412 ? 416 : 0) {
        reply.status = status;
        expect(reply, ATTEMPT_RETRY, CODE_HTTP_STATUS,
               "for the bytes after the first 5: the whole file is fetched again");
    }
    reply.status = 404;
    expect(reply, ATTEMPT_FAIL, CODE_HTTP_STATUS, "404 Not Found");
    ck_assert(!reply_refuses_range(&(struct reply){.status = 416}));
    ck_assert(!reply_refuses_range(&(struct reply){.status = 416, .from = 5, .header_cut = true}));
}
END_TEST

START_TEST(patience)
{
    expect((struct reply){.status = 429, .retry_after = 2000}, ATTEMPT_RETRY, CODE_HTTP_STATUS, "wait 2s");
    expect((struct reply){.status = 429, .retry_after = 10000}, ATTEMPT_FAIL, CODE_HTTP_STATUS,
           "asks to wait 10s and only 10s of --timeout are left");
    expect((struct reply){.status = 404, .retry_after = 2000}, ATTEMPT_FAIL, CODE_HTTP_STATUS, "404");
}
END_TEST

START_TEST(retry_after)
{
    ck_assert_int_eq(reply_retry_after("3", 0), 3000);
    ck_assert_int_eq(reply_retry_after(" 0", 0), 0);
    ck_assert_int_eq(reply_retry_after("999999999999999999999", 0), REPLY_PATIENCE_MOST);
    ck_assert_int_eq(reply_retry_after("-3", 0), 0);
    ck_assert_int_eq(reply_retry_after("soon", 0), 0);
    ck_assert_int_eq(reply_retry_after("", 0), 0);
    ck_assert_int_eq(reply_retry_after("Thu, 01 Jan 2026 00:00:10 GMT", 1767225600), 10000);
    ck_assert_int_eq(reply_retry_after("Thu, 01 Jan 2026 00:00:00 GMT", 1767225600), 0);
    ck_assert_int_eq(reply_retry_after("Thu, 01 Jan 2037 00:00:00 GMT", 1767225600), REPLY_PATIENCE_MOST);
}
END_TEST

START_TEST(connecting)
{
    expect((struct reply){.code = CURLE_COULDNT_CONNECT, .error = ECONNREFUSED, .address = "10.0.0.1"},
           ATTEMPT_RETRY, CODE_FAILED, "refused by 10.0.0.1");
    expect((struct reply){.code = CURLE_OPERATION_TIMEDOUT}, ATTEMPT_RETRY, CODE_FAILED,
           "no connection within 5s");
    expect((struct reply){.code = CURLE_OPERATION_TIMEDOUT, .stalled = true}, ATTEMPT_RETRY, CODE_FAILED,
           "no connection within 30s");
    expect((struct reply){.code = CURLE_OPERATION_TIMEDOUT, .late = true}, ATTEMPT_RETRY, CODE_FAILED,
           "no connection within the attempt's time");
    expect_contains(why.hint, "packets get lost");
}
END_TEST

START_TEST(broken_bodies)
{
    struct reply reply = {
        .code = CURLE_PARTIAL_FILE, .status = 200, .connected = true, .received = 5, .expected = 10};

    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "cut off after 5 of 10 bytes");
    reply = (struct reply){.code = CURLE_RECV_ERROR, .status = 200, .connected = true, .expected = -1};
    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "broke within the body");
    reply = (struct reply){.code = CURLE_OPERATION_TIMEDOUT, .connected = true, .stalled = true};
    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "nothing was received for 30s");
    reply = (struct reply){.code = CURLE_GOT_NOTHING, .connected = true};
    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "without an answer");
    for (int status = 200; status <= 404; status += 102) {
        reply = (struct reply){.status = status, .connected = true, .header_cut = true};
        ck_assert(!reply_is_redirect(&reply));
        expect(reply, ATTEMPT_RETRY, CODE_FAILED, "ended within the answer's header");
        reply.code = CURLE_RECV_ERROR;
        expect(reply, ATTEMPT_RETRY, CODE_FAILED, "ended within the answer's header");
    }
}
END_TEST

START_TEST(silence)
{
    struct reply reply = {.code = CURLE_OPERATION_TIMEDOUT, .connected = true, .late = true, .expected = -1};

    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "no answer within the attempt's time");
    expect_contains(why.hint, "accepts and does not answer");
    reply.status = 200;
    reply.received = 7;
    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "the transfer did not end in time after 7 bytes");
    ck_assert_str_eq(why.hint, "");
    rules.proxy = "http://proxy:3128/";
    rules.proxy_source = "https_proxy";
    reply.status = 0;
    expect(reply, ATTEMPT_RETRY, CODE_FAILED, "no answer");
    expect_contains(why.hint, "http://proxy:3128/, from https_proxy");
    rules.proxy = NULL;
}
END_TEST

START_TEST(limits)
{
    struct reply reply = {.code = CURLE_FILESIZE_EXCEEDED, .status = 200, .expected = 1001};

    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "is 1001 bytes, more than the 1000");
    reply = (struct reply){
        .code = CURLE_ABORTED_BY_CALLBACK, .status = 200, .expected = -1, .too_large = true};
    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "more than the 1000 bytes of --max-size");
    reply = (struct reply){.code = CURLE_WRITE_ERROR, .status = 200, .unpacked_too_far = true};
    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "more than the 2000 bytes of --max-unpacked-size");
}
END_TEST

START_TEST(nonsense)
{
    struct reply reply = {.code = CURLE_UNSUPPORTED_PROTOCOL, .connected = true, .said = "HTTP/0.9"};

    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "not HTTP");
    ck_assert_str_eq(why.hint, "");
    rules.proxy = "http://proxy:3128/";
    rules.proxy_source = "https_proxy";
    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "not HTTP");
    expect_contains(why.hint, "http://proxy:3128/, from https_proxy");
    rules.proxy = NULL;
    reply = (struct reply){
        .code = CURLE_BAD_FUNCTION_ARGUMENT, .status = 200, .said = "Invalid response header"};
    expect(reply, ATTEMPT_FAIL, CODE_FAILED, "not HTTP: Invalid response header");
    reply.status = 0; /* then it is what libcurl was told that is wrong */
    expect(reply, ATTEMPT_FAIL, CODE_INTERNAL, "libcurl");
}
END_TEST

START_TEST(proxies)
{
    rules.proxy = "http://proxy:3128/";
    rules.proxy_source = "https_proxy";
    expect((struct reply){.code = CURLE_RECV_ERROR, .connect_status = 407}, ATTEMPT_FAIL, CODE_PROXY,
           "http://proxy:3128/ (from https_proxy) answered 407");
    expect((struct reply){.code = CURLE_RECV_ERROR, .connect_status = 403}, ATTEMPT_FAIL, CODE_PROXY, "403");
    expect((struct reply){.code = CURLE_RECV_ERROR, .connect_status = 503}, ATTEMPT_RETRY, CODE_PROXY, "503");
    rules.proxy = NULL;
}
END_TEST

START_TEST(lists_of_statuses)
{
    int found[REPLY_STATUSES];
    size_t count;

    ck_assert(reply_parse_statuses("429,503", found, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(found[1], 503);
    ck_assert(!reply_parse_statuses("429,", NULL, NULL));
    ck_assert(!reply_parse_statuses("99", NULL, NULL));
    ck_assert(!reply_parse_statuses("600", NULL, NULL));
    ck_assert(!reply_parse_statuses("5xx", NULL, NULL));
    ck_assert(!reply_parse_statuses(",", NULL, NULL));
}
END_TEST

static void expect_redirect(const char *from, char *location, unsigned followed, const char *to)
{
    struct url base, next;
    struct reply reply = {.status = 302, .location = location};
    ck_assert(url_parse(from, "", &base, &why));
    struct redirect_rules how = {.followed = followed, .most = 2, .first = &base, .has_body = false};
    bool good = redirect_next(&how, &base, &reply, &next, &why);

    ck_assert_str_eq(good ? next.text : why.text, to);
    ck_assert_int_eq(good ? CODE_HTTP_STATUS : why.code, CODE_HTTP_STATUS);
    url_free(&base);
    url_free(&next);
}

START_TEST(redirects)
{
    char there[] = "http://b/c", loop[] = "/a";

    expect_redirect("http://a/", there, 0, "http://b/c");
    expect_redirect("https://a/", there, 0,
                    "redirects from https to http (http://b/c), which is never followed");
    expect_redirect("http://a/", loop, 2, "HTTP status 302: redirected more than 2 times");
    expect_redirect("http://a/", NULL, 0, "HTTP status 302 without a Location");
}
END_TEST

START_TEST(methods_behind_redirects)
{
    ck_assert_ptr_null(redirect_method(302, NULL));
    ck_assert_ptr_null(redirect_method(303, "PUT"));
    ck_assert_ptr_null(redirect_method(301, "POST"));
    ck_assert_str_eq(redirect_method(301, "PUT"), "PUT");
    ck_assert_str_eq(redirect_method(307, "POST"), "POST");
    ck_assert_str_eq(redirect_method(303, "HEAD"), "HEAD");
}
END_TEST

static struct strings sent; /* headers of the request */

static void expect_plainly(int status, const char *body, const char *text, const char *hint)
{
    reason_set(&why, CODE_HTTP_STATUS, "HTTP status");
    reason_hint(&why, "as it was");
    reply_add_words(status, false, &sent, body, strlen(body), &why);
    ck_assert_str_eq(why.text, text);
    expect_contains(why.hint, hint);
}

START_TEST(other_servers)
{
    expect_plainly(403,
                   "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"secrets is forbidden: User "
                   "\\\"system:serviceaccount:a:b\\\" cannot get\"}\n",
                   "HTTP status: secrets is forbidden: User \"system:serviceaccount:a:b\" cannot get",
                   "RoleBinding");
    expect_plainly(404, "{\"kind\":\"Status\",\"message\":\"configmaps not found\"}",
                   "HTTP status: configmaps not found", "as it was");
    expect_plainly(403, "{\"kind\":\"Status\",\"message\":\"cut", "HTTP status", "as it was");
    expect_plainly(403, "{\"kind\":\"Pod\",\"message\":\"x\"}", "HTTP status", "as it was");
    expect_plainly(403, "{\"kind\":[],\"message\":1}", "HTTP status", "as it was");
    expect_plainly(403, "[]", "HTTP status", "as it was");
    expect_plainly(400, "Client sent an HTTP request to an HTTPS server.\n",
                   "HTTP status: this port speaks TLS", "https://");
    expect_plainly(400, "You're speaking plain HTTP to an SSL-enabled server port.",
                   "HTTP status: this port speaks TLS", "https://");
    expect_plainly(400, "bad request", "HTTP status", "as it was");
    reason_set(&why, CODE_HTTP_STATUS, "HTTP status");
    reply_add_words(400, true, NULL, "https", 5, &why);
    ck_assert_str_eq(why.text, "HTTP status");
}
END_TEST

#define BAD(word) "{\"kind\":\"Status\",\"message\":\"" word " is bad\"}"

START_TEST(a_message_that_repeats_a_secret)
{
    static const char *const lines[] = {"Authorization: Bearer eyJhbGciOi", "X-Team: shop", "X-Key;"};

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        strings_add(&sent, lines[i], strlen(lines[i]));
    expect_plainly(401, BAD("token eyJhbGciOi"), "HTTP status", "as it was");
    expect_plainly(401, BAD("eyJhbGciOi"), "HTTP status", "as it was");
    expect_plainly(401, BAD("eyJhbGciO, Bearer, shop, X-Key and Authorization"),
                   "HTTP status: eyJhbGciO, Bearer, shop, X-Key and Authorization is bad", "as it was");
    strings_clear(&sent);
    expect_plainly(401, BAD("eyJhbGciOi"), "HTTP status: eyJhbGciOi is bad", "as it was");
}
END_TEST

SUITE("reply", good_statuses, bad_statuses, a_range_that_is_refused, patience, retry_after, connecting,
      broken_bodies, silence, other_servers, a_message_that_repeats_a_secret, limits, nonsense, proxies,
      lists_of_statuses, redirects, methods_behind_redirects)
