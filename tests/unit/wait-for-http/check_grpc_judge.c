#include "cmd/wait-for-http/grpc.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "tests/unit/suite.h"

static struct reason why;

#define SERVING "\0\0\0\0\2\x08\1"

/* An answer of 200 that says SERVING, which tests change. */
static const struct reply ok = {.status = 200, .connected = true};
static const struct grpc_answer good = {
    .reply = &ok,
    .type = "application/grpc",
    .status = "0",
    .in_trailer = true,
    .is_http2 = true,
    .body = SERVING,
    .length = sizeof SERVING - 1,
};

static void expect_retry(struct grpc_answer given, enum code code, const char *words)
{
    ck_assert_int_eq(grpc_judge(&given, &why), ATTEMPT_RETRY);
    ck_assert_int_eq(why.code, code);
    expect_contains(why.text, words);
}

/* CHANGED(answer.status = "2", ...): the good one, changed. */
static struct grpc_answer answer;
#define CHANGED(...) (answer = good, __VA_ARGS__, answer)

START_TEST(ready)
{
    static const char *const types[] = {"application/grpc", "application/grpc+proto", "Application/GRPC;x=y"};

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        const struct grpc_answer each = CHANGED(answer.type = types[i]);
        ck_assert_int_eq(grpc_judge(&each, &why), ATTEMPT_OK);
    }
}
END_TEST

START_TEST(not_grpc)
{
    static const char *const types[] = {NULL,  "", "text/html", "application/grpc-web", "application/grpcx",
                                        "grpc"};
    struct reply gone = {.status = 404, .connected = true}, busy = {.status = 503, .connected = true};

    for (size_t i = 0; i < COUNT_OF(types); i++)
        expect_retry(CHANGED(answer.type = types[i]), CODE_FAILED, "not gRPC's");
    expect_retry(CHANGED(answer.is_http2 = false), CODE_FAILED, "not gRPC's");
    expect_retry(CHANGED(answer.reply = &gone), CODE_HTTP_STATUS, "HTTP status 404 Not Found");
    expect_retry(CHANGED(answer.reply = &busy, answer.body = "down\n", answer.length = 5), CODE_HTTP_STATUS,
                 "503");
    expect_contains(why.detail, "down\\x0a");
    expect_retry(CHANGED(answer.other_alpn = true), CODE_FAILED, "ALPN h2");
}
END_TEST

START_TEST(statuses)
{
    expect_retry(CHANGED(answer.status = NULL), CODE_FAILED, "without gRPC's status");
    expect_retry(CHANGED(answer.in_trailer = false), CODE_FAILED, "without gRPC's status");
    expect_retry(CHANGED(answer.in_trailer = false, answer.length = 0), CODE_FAILED, "no message");
    expect_retry(CHANGED(answer.status = "12"), CODE_HTTP_STATUS, "gRPC status 12 UNIMPLEMENTED");
    expect_contains(why.hint, "grpc.health.v1.Health");
    expect_contains(why.hint, "wait-for-tcp");
    expect_retry(CHANGED(answer.status = "5"), CODE_HTTP_STATUS, "gRPC status 5 NOT_FOUND");
    expect_contains(why.hint, "does not know a service of this name");
    expect_retry(CHANGED(answer.status = "16"), CODE_HTTP_STATUS, "UNAUTHENTICATED");
    static const char *const wrong[] = {"",   "00", "17",   "-0",  "+0",
                                        " 0", "0 ", "0, 0", "0x0", "99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        expect_retry(CHANGED(answer.status = wrong[i]), CODE_HTTP_STATUS, "not a number from 0 to 16");
}
END_TEST

START_TEST(words)
{
    char *line = xstrdup("Authorization: Bearer geheim-geheim");
    const struct strings sent = {.items = &line, .count = 1};

    expect_retry(CHANGED(answer.status = "2", answer.words = "a%20b%0Ac%zz%"), CODE_HTTP_STATUS, "UNKNOWN");
    ck_assert_str_eq(why.detail, "; its words: a b\\x0ac%zz%");
    expect_retry(CHANGED(answer.status = "2", answer.words = ""), CODE_HTTP_STATUS, "UNKNOWN");
    ck_assert_str_eq(why.detail, "");
    expect_retry(CHANGED(answer.status = "2", answer.words = "is geheim%2Dgeheim", answer.sent = &sent),
                 CODE_HTTP_STATUS, "UNKNOWN");
    expect_contains(why.detail, "repeats a header that was sent");
    expect_retry(CHANGED(answer.type = "geheim-geheim", answer.sent = &sent), CODE_FAILED, "not gRPC's");
    expect_contains(why.detail, "repeats a header that was sent");
    free(line);
}
END_TEST

static struct grpc_answer with_body(const char *body, size_t length)
{
    return CHANGED(answer.body = body, answer.length = length);
}

START_TEST(messages)
{
    expect_retry(with_body(NULL, 0), CODE_FAILED, "no message");
    expect_retry(with_body("\0\0\0\0", 4), CODE_FAILED, "cut off");
    expect_retry(with_body("\0\0\0\0\2\x08", 6), CODE_FAILED, "cut off");
    expect_retry(with_body("\0\xff\xff\xff\xff\x08\1", 7), CODE_FAILED, "cut off");
    expect_retry(with_body(SERVING "\0", 8), CODE_FAILED, "more than one message");
    expect_retry(with_body("\1\0\0\0\2\x08\1", 7), CODE_FAILED, "compressed");
    expect_retry(with_body("\2\0\0\0\2\x08\1", 7), CODE_FAILED, "not a valid");
    expect_retry(with_body("\0\0\0\0\2\x0b\1", 7), CODE_FAILED, "not a valid");
    expect_retry(with_body("\0\0\0\0\0", 5), CODE_FAILED, "UNKNOWN, expected SERVING");
    expect_retry(with_body("\0\0\0\0\2\x08\2", 7), CODE_FAILED, "NOT_SERVING");
    expect_contains(why.hint, "look at its logs");
    expect_retry(with_body("\0\0\0\0\2\x08\3", 7), CODE_FAILED, "SERVICE_UNKNOWN");
    expect_retry(with_body("\0\0\0\0\2\x08\4", 7), CODE_FAILED, "the health status is 4");
    expect_retry(CHANGED(answer.is_cut = true), CODE_FAILED, "larger than 64 KiB");
}
END_TEST

static bool broken(struct reply reply, const char *said)
{
    snprintf(reply.said, sizeof reply.said, "%s", said);
    return grpc_judge_broken(&reply, false, &why);
}

START_TEST(what_breaks_off)
{
    const struct reply ended = {.code = CURLE_HTTP2, .connected = true};
    const struct reply within = {.code = CURLE_PARTIAL_FILE, .connected = true, .status = 200};
    const struct reply reset = {.code = CURLE_HTTP2_STREAM, .connected = true};

    ck_assert(broken(ended, ""));
    expect_contains(why.text, "before an answer");
    expect_contains(why.hint, "grpcs://");
    ck_assert(broken(within, ""));
    expect_contains(why.text, "within the answer");
    ck_assert(broken(ended, "nghttp2 recv error -904"));
    expect_contains(why.text, "not valid HTTP/2");
    ck_assert(broken(ended, "Error receiving HTTP2 header: 27(Out of memory)"));
    expect_contains(why.text, "not valid HTTP/2");
    ck_assert(broken(reset, "HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)"));
    expect_contains(why.text, "RST_STREAM");
    ck_assert_str_eq(why.detail, ": INTERNAL_ERROR");
    ck_assert(broken(reset, "HTTP/2 stream 1 was not closed cleanly: unknown (err 4294966765)"));
    expect_contains(why.text, "not valid HTTP/2");
    ck_assert(broken(reset, "cleanly: "));
    ck_assert_str_eq(why.detail, "");
}
END_TEST

START_TEST(what_others_judge)
{
    ck_assert(!broken((struct reply){.code = CURLE_OK, .connected = true, .status = 200}, ""));
    ck_assert(!broken((struct reply){.code = CURLE_HTTP2}, ""));
    ck_assert(!broken((struct reply){.code = CURLE_HTTP2, .connected = true, .tls_failed = true}, ""));
    ck_assert(
        !broken((struct reply){.code = CURLE_RECV_ERROR, .connected = true, .connect_status = 403}, ""));
    ck_assert(!broken((struct reply){.code = CURLE_OPERATION_TIMEDOUT, .connected = true}, ""));
    ck_assert(
        !broken((struct reply){.code = CURLE_RECV_ERROR, .connected = true}, "Too large response headers"));
}
END_TEST

START_TEST(what_speaks_something_else)
{
    struct reply reply = {.status = 400, .connected = true};

    reason_set(&why, CODE_FAILED, "before");
    ck_assert(!grpc_judge_plain(&(struct reply){.code = CURLE_RECV_ERROR, .connected = true}, "", 0, &why));
    ck_assert_str_eq(why.text, "before");
    ck_assert(grpc_judge_plain(&reply, "no", 2, &why));
    expect_contains(why.text, "HTTP/1.1, not HTTP/2");
    ck_assert(grpc_judge_plain(&reply, "Client sent an HTTP request to an HTTPS server.", 47, &why));
    ck_assert_str_eq(why.text, "this port speaks TLS");
    expect_contains(why.hint, "grpcs://");
    reply = (struct reply){
        .connected = true, .code = CURLE_WRITE_ERROR, .foreign = "\x15\x03\x01", .foreign_length = 7};
    ck_assert(grpc_judge_plain(&reply, "", 0, &why));
    expect_contains(why.text, "it is TLS");
    expect_contains(why.hint, "grpcs://");
    memcpy(reply.foreign, "SSH-2.0", 7);
    ck_assert(grpc_judge_plain(&reply, "", 0, &why));
    expect_contains(why.text, "it is SSH");
    memcpy(reply.foreign, "\0\0\0\4\0\0\0\0\0", 9);
    reply.foreign_length = 9;
    reason_set(&why, CODE_FAILED, "before");
    ck_assert(!grpc_judge_plain(&reply, "", 0, &why));
    ck_assert_str_eq(why.text, "before");
}
END_TEST

SUITE("grpc_judge", ready, not_grpc, statuses, words, messages, what_breaks_off, what_others_judge,
      what_speaks_something_else)
