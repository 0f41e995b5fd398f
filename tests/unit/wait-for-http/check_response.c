#include "cmd/wait-for-http/response.h"

#include <errno.h>

#include "common/base/deadline.h"
#include "tests/unit/suite.h"

static struct reason why;
static struct strings texts, patterns, json, headers;
static struct expect expect;

static void expect_that(const char *text, const char *pattern, const char *value)
{
    strings_clear(&texts);
    strings_clear(&patterns);
    strings_clear(&json);
    if (text)
        strings_add(&texts, text, strlen(text));
    if (pattern)
        strings_add(&patterns, pattern, strlen(pattern));
    if (value)
        strings_add(&json, value, strlen(value));
    expect_free(&expect);
    expect_init(&expect, &texts, &patterns, &json, &headers);
}

static enum outcome judge(struct reply reply, const char *body)
{
    struct statuses statuses;
    const struct response response = {
        .reply = &reply,
        .body = body,
        .length = strlen(body),
        .proxy = reply.status == 407 ? "http://proxy:1" : NULL,
        .proxy_source = "--proxy",
        .deadline = DEADLINE_NEVER,
    };

    ck_assert(statuses_parse("200-399", &statuses));
    return response_judge(&response, &statuses, "200-399", &expect, &why);
}

START_TEST(statuses_are_waited_for)
{
    static const int wrong[] = {400, 401, 403, 404, 410, 429, 500, 503, 599};

    expect_that(NULL, NULL, NULL);
    ck_assert_int_eq(judge((struct reply){.status = 200}, ""), ATTEMPT_OK);
    ck_assert_int_eq(judge((struct reply){.status = 206}, ""), ATTEMPT_OK);
    ck_assert_int_eq(judge((struct reply){.status = 304}, ""), ATTEMPT_OK);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ck_assert_int_eq(judge((struct reply){.status = wrong[i]}, "down\n"), ATTEMPT_RETRY);
        ck_assert_int_eq(why.code, CODE_HTTP_STATUS);
        expect_contains(why.detail, "down\\x0a");
    }
    judge((struct reply){.status = 503}, "");
    expect_contains(why.detail, "empty");
    judge((struct reply){.status = 400}, "Client sent an HTTP request to an HTTPS server.");
    expect_contains(why.text, "this port speaks TLS");
}
END_TEST

START_TEST(what_waiting_does_not_change)
{
    struct reply reply = {.tls_failed = true, .tls_outcome = ATTEMPT_FAIL};

    expect_that(NULL, NULL, NULL);
    reason_set(&reply.tls, CODE_UNTRUSTED, "not trusted");
    ck_assert_int_eq(judge(reply, ""), ATTEMPT_FAIL);
    ck_assert_int_eq(why.code, CODE_UNTRUSTED);
    reply.status = 200; /* an answer does not make up for it */
    ck_assert_int_eq(judge(reply, ""), ATTEMPT_FAIL);
    ck_assert_int_eq(judge((struct reply){.status = 407}, ""), ATTEMPT_FAIL);
    ck_assert_int_eq(why.code, CODE_PROXY);
}
END_TEST

START_TEST(broken_transfers_are_never_ready)
{
    static const CURLcode codes[] = {
        CURLE_PARTIAL_FILE,    CURLE_RECV_ERROR,           CURLE_GOT_NOTHING,
        CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT,   CURLE_WEIRD_SERVER_REPLY,
        CURLE_TOO_LARGE,       CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL};

    expect_that(NULL, NULL, NULL);
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        for (int status = 0; status <= 300; status += 100)
            ck_assert_int_eq(judge((struct reply){.status = status, .code = codes[i], .connected = true}, ""),
                             ATTEMPT_RETRY);
    ck_assert_int_eq(judge((struct reply){.status = 200, .header_cut = true}, ""), ATTEMPT_RETRY);
    ck_assert_int_eq(judge((struct reply){.status = 0}, ""), ATTEMPT_RETRY);
    ck_assert_int_eq(judge((struct reply){.code = CURLE_COULDNT_CONNECT, .error = ECONNREFUSED}, ""),
                     ATTEMPT_RETRY);
    expect_contains(why.text, "refused");
}
END_TEST

START_TEST(bodies)
{
    const struct reply good = {.status = 200};

    expect_that("UP", NULL, NULL);
    ck_assert_int_eq(judge(good, "it is UP"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "it is U"), ATTEMPT_RETRY);
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_that(NULL, "^b.d$", NULL);
    ck_assert_int_eq(judge(good, "a\nbcd\ne"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "a\nbcd"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "abcd\nbcde"), ATTEMPT_RETRY);
    expect_that(NULL, "^$", NULL);
    ck_assert_int_eq(judge(good, ""), ATTEMPT_OK);
    expect_that(NULL, NULL, "/status=UP");
    ck_assert_int_eq(judge(good, "{\"status\":\"UP\"}"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "{\"status\":\"up\"}"), ATTEMPT_RETRY);
    ck_assert_int_eq(judge(good, "{\"status\":[\"UP\"]}"), ATTEMPT_RETRY);
    ck_assert_int_eq(judge(good, "{\"status\":\"UP\\u0000x\"}"), ATTEMPT_RETRY);
    ck_assert_int_eq(judge(good, "{\"status\":\"UP\"} x"), ATTEMPT_RETRY);
    expect_that(NULL, NULL, "/n=3");
    ck_assert_int_eq(judge(good, "{\"n\":3}"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "{\"n\":\"3\"}"), ATTEMPT_OK); /* a string is compared as it is */
    ck_assert_int_eq(judge(good, "{\"n\":30}"), ATTEMPT_RETRY);
    expect_that(NULL, NULL, "/n=");
    ck_assert_int_eq(judge(good, "{\"n\":\"\"}"), ATTEMPT_OK);
    ck_assert_int_eq(judge(good, "{\"n\":null}"), ATTEMPT_RETRY);
}
END_TEST

START_TEST(a_body_that_goes_on)
{
    struct strings one = {0};
    struct expect some;

    strings_add(&one, "/a", 2);
    expect_init(&some, &texts, &patterns, &one, &headers);
    ck_assert(!expect_judge_body(&some, "{\"a\":1}", 7, true, DEADLINE_NEVER, &why));
    expect_contains(why.text, "larger than 1 MiB");
    ck_assert(expect_judge_body(&some, "{\"a\":1}", 7, false, DEADLINE_NEVER, &why));
    expect_free(&some);
    strings_clear(&one);
}
END_TEST

START_TEST(time_ends_a_search)
{
    expect_that(NULL, "x", NULL);
    ck_assert(!expect_judge_body(&expect, "x", 1, false, deadline_now() - 1, &why));
    expect_contains(why.text, "time was over");
}
END_TEST

START_TEST(header_values)
{
    char name[] = "X";
    const struct expect_header wanted = {name, "ready"}, any = {name, ""};

    ck_assert(expect_judge_header(&wanted, "not ready, ready", &why));
    ck_assert(!expect_judge_header(&wanted, "steady", &why));
    expect_contains(why.detail, "steady");
    ck_assert(!expect_judge_header(&wanted, NULL, &why));
    ck_assert(expect_judge_header(&any, "", &why));
    ck_assert(!expect_judge_header(&any, NULL, &why));
}
END_TEST

SUITE("response", statuses_are_waited_for, what_waiting_does_not_change, broken_transfers_are_never_ready,
      bodies, a_body_that_goes_on, time_ends_a_search, header_values)
