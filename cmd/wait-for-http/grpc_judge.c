/* The verdict on an answer, of grpc.h. */
#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cmd/wait-for-http/expect.h"
#include "cmd/wait-for-http/grpc.h"
#include "common/base/mem.h"
#include "common/base/visible.h"

#include "common/base/banned.h"

enum { SERVING = 1 };

/* --- what is told of an answer --- */

/* Adds what the server wrote, escaped and cut, unless it repeats what was sent. */
static void show(const struct grpc_answer *answer, const char *before, const char *text, struct reason *why)
{
    struct buf shown;

    if (reply_repeats(text, strlen(text), answer->sent)) {
        reason_detail(why, "; what came repeats a header that was sent, which may be secret");
        return;
    }
    buf_init(&shown, EXPECT_SHOWN);
    bool whole = visible_add(&shown, text);
    reason_detail(why, "%s%s%s", before, shown.length > 0 ? shown.data : "", whole ? "" : "...");
    buf_free(&shown);
}

static void show_words(const struct grpc_answer *answer, struct reason *why)
{
    int length = 0;

    if (!answer->words || *answer->words == '\0')
        return;
    char *words = curl_easy_unescape(NULL, answer->words, 0, &length);
    if (!words)
        mem_exhausted();
    for (int i = 0; i < length; i++)
        if (words[i] == '\0')
            words[i] = ' ';
    show(answer, "; its words: ", words, why);
    curl_free(words);
}

static void show_body(const struct grpc_answer *answer, struct reason *why)
{
    if (reply_repeats(answer->body, answer->length, answer->sent))
        reason_detail(why, "; what came repeats a header that was sent, which may be secret");
    else if (answer->length > 0)
        expect_show_body(answer->body, answer->length, why);
}

static enum outcome judge_http(const struct grpc_answer *answer, struct reason *why)
{
    int status = answer->reply->status;

    reason_set(why, CODE_HTTP_STATUS, "HTTP status %d%s, expected 200", status, reply_phrase(status));
    show_body(answer, why);
    if (status == 401 || status == 403)
        reason_hint(why,
                    "are the credentials right (--bearer-token-file, --basic-auth-file, --header-file)?");
    else if (status >= 500)
        reason_hint(why, "a proxy before the server may answer so while the server is not ready");
    else
        reason_hint(why, "is this the server's port for gRPC?");
    return ATTEMPT_RETRY;
}

/* "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8", not "application/grpc-web". */
static bool is_grpc(const char *type)
{
    static const char name[] = "application/grpc";

    return type && strncasecmp(type, name, sizeof name - 1) == 0 && strchr("+; ", type[sizeof name - 1]);
}

#define CREDENTIALS "are the credentials right (--bearer-token-file, --header-file, --client-cert)?"

static const struct {
    const char *name, *hint;
} grpc_codes[] = {
    {"OK", ""},
    {"CANCELLED", ""},
    {"UNKNOWN", ""},
    {"INVALID_ARGUMENT", ""},
    {"DEADLINE_EXCEEDED", "the check took longer than --attempt-timeout: is the server overloaded?"},
    {"NOT_FOUND",
     "the server does not know a service of this name: is what follows HOST:PORT/ right? without it the whole server "
     "is asked"},
    {"ALREADY_EXISTS", ""},
    {"PERMISSION_DENIED", CREDENTIALS},
    {"RESOURCE_EXHAUSTED", "the server, or a proxy before it, limits requests"},
    {"FAILED_PRECONDITION", ""},
    {"ABORTED", ""},
    {"OUT_OF_RANGE", ""},
    {"UNIMPLEMENTED",
     "the server does not implement grpc.health.v1.Health: add the health service to it, or wait for its port with "
     "wait-for-tcp"},
    {"INTERNAL", ""},
    {"UNAVAILABLE", "the server, or one behind its proxy, is not ready"},
    {"DATA_LOSS", ""},
    {"UNAUTHENTICATED", CREDENTIALS},
};

enum { CODES = sizeof grpc_codes / sizeof grpc_codes[0] };

static enum outcome judge_code(const struct grpc_answer *answer, struct reason *why)
{
    char number[4];

    for (unsigned i = 0; i < CODES; i++) {
        snprintf(number, sizeof number, "%u", i);
        if (strcmp(answer->status, number) != 0)
            continue;
        reason_set(why, CODE_HTTP_STATUS, "gRPC status %u %s", i, grpc_codes[i].name);
        reason_hint(why, "%s", grpc_codes[i].hint);
        show_words(answer, why);
        return ATTEMPT_RETRY;
    }
    reason_set(why, CODE_HTTP_STATUS, "the gRPC status is not a number from 0 to %d", CODES - 1);
    show(answer, ": ", answer->status, why);
    return ATTEMPT_RETRY;
}

/* Exactly one message, whole and not compressed. */
static bool read_message(const struct grpc_answer *answer, uint64_t *status, struct reason *why)
{
    const unsigned char *bytes = (const unsigned char *)answer->body;
    uint32_t length = 0;

    if (answer->length == 0)
        return reason_set(why, CODE_FAILED, "the answer holds no message");
    if (bytes[0] == 1) {
        reason_set(why, CODE_FAILED, "the message is compressed, and identity was asked for");
        show(answer, ": grpc-encoding is ", answer->encoding ? answer->encoding : "missing", why);
        return false;
    }
    for (size_t i = 1; i < GRPC_PREFIX && i < answer->length; i++)
        length = length << 8 | bytes[i];
    if (answer->length < GRPC_PREFIX || answer->length - GRPC_PREFIX < length)
        return reason_set(why, CODE_FAILED, "the message was cut off");
    if (answer->length - GRPC_PREFIX > length)
        return reason_set(why, CODE_FAILED, "the answer holds more than one message");
    if (bytes[0] == 0 && grpc_read_status(bytes + GRPC_PREFIX, length, status))
        return true;
    reason_set(why, CODE_FAILED, "the message is not a valid HealthCheckResponse");
    reason_hint(why, "does another service answer on this port?");
    return false;
}

static enum outcome judge_health(uint64_t status, struct reason *why)
{
    static const struct {
        const char *name, *hint;
    } states[] = {
        {"UNKNOWN", "the server has not set its status yet"},
        {"SERVING", ""},
        {"NOT_SERVING", "the server reports that it is not ready: look at its logs"},
        {"SERVICE_UNKNOWN", "the server does not know a service of this name, or not yet"},
    };

    if (status == SERVING)
        return ATTEMPT_OK;
    if (status >= sizeof states / sizeof states[0]) {
        reason_set(why, CODE_FAILED, "the health status is %" PRIu64 ", expected SERVING (1)", status);
        return ATTEMPT_RETRY;
    }
    reason_set(why, CODE_FAILED, "the health status is %s, expected SERVING", states[status].name);
    reason_hint(why, "%s", states[status].hint);
    return ATTEMPT_RETRY;
}

/* A status in the header is gRPC's only in an answer that is nothing but a header. */
static bool has_status(const struct grpc_answer *answer)
{
    return answer->status && (answer->in_trailer || answer->length == 0);
}

enum outcome grpc_judge(const struct grpc_answer *answer, struct reason *why)
{
    uint64_t status = 0;

    if (answer->reply->status != 200)
        return judge_http(answer, why);
    if (!answer->is_http2 || !is_grpc(answer->type)) {
        reason_set(why, CODE_FAILED, "the answer is not gRPC's");
        show(answer, ": its content-type is ", answer->type ? answer->type : "missing", why);
        reason_hint(why, "is this the server's port for gRPC?");
        return ATTEMPT_RETRY;
    }
    if (answer->other_alpn) {
        reason_set(why, CODE_FAILED, "the server does not choose HTTP/2 (ALPN h2), although it speaks it");
        reason_hint(why, "gRPC's clients refuse that: does a TLS proxy before the server lack h2?");
        return ATTEMPT_RETRY;
    }
    if (answer->is_cut) {
        reason_set(why, CODE_FAILED, "the answer is larger than %d KiB", GRPC_MESSAGE_MOST / 1024);
        return ATTEMPT_RETRY;
    }
    if (!has_status(answer)) {
        reason_set(why, CODE_FAILED, "the answer ended without gRPC's status");
        reason_hint(why, "trailers are missing: it was cut off, or a proxy before the server removes them");
        return ATTEMPT_RETRY;
    }
    if (strcmp(answer->status, "0") != 0)
        return judge_code(answer, why);
    return read_message(answer, &status, why) ? judge_health(status, why) : ATTEMPT_RETRY;
}

/* --- exchanges that broke off --- */

static bool is_invalid(const char *said)
{
    return strstr(said, "nghttp2 recv error") || strstr(said, "Error receiving HTTP2 header") ||
           strstr(said, ": unknown (err"); /* nghttp2's number, not the server's */
}

/* "HTTP/2 stream 1 was not closed cleanly: INTERNAL_ERROR (err 2)": libcurl's words for RST_STREAM. */
static void reason_reset(const char *said, struct reason *why)
{
    static const char mark[] = "cleanly: ";
    const char *name = strstr(said, mark);
    const char *end = name ? strstr(name, " (err") : NULL;

    reason_set(why, CODE_FAILED, "the server reset the request (RST_STREAM)");
    reason_hint(why, "the server, or a proxy before it, refuses or restarts: look at its logs");
    if (end)
        reason_detail(why, ": %.*s", (int)(end - name - (sizeof mark - 1)), name + sizeof mark - 1);
}

static bool has_ended(const struct reply *reply)
{
    return reply->code == CURLE_HTTP2 || reply->code == CURLE_HTTP2_STREAM ||
           reply->code == CURLE_PARTIAL_FILE || reply->code == CURLE_GOT_NOTHING ||
           reply->code == CURLE_SEND_ERROR ||
           (reply->code == CURLE_RECV_ERROR && !strstr(reply->said, "Too large"));
}

bool grpc_judge_broken(const struct reply *reply, bool encrypted, struct reason *why)
{
    bool refused_by_proxy = reply->connect_status >= 300 && reply->status == 0;

    if (!reply->connected || reply->tls_failed || refused_by_proxy || !has_ended(reply))
        return false;
    if (is_invalid(reply->said)) {
        reason_set(why, CODE_FAILED, "the answer is not valid HTTP/2");
        reason_hint(why, "is this the server's port for gRPC?");
    } else if (reply->code == CURLE_HTTP2_STREAM) {
        reason_reset(reply->said, why);
    } else {
        reason_set(why, CODE_FAILED, "the connection ended %s",
                   reply->status == 0 ? "before an answer" : "within the answer");
        reason_hint(why, "%sthe server, or a proxy before it, may be starting or stopping (GOAWAY)",
                    reply->status == 0 && !encrypted ? "does this port speak TLS (grpcs://)? else " : "");
    }
    return true;
}

/* An answer that is not HTTP. A server that speaks HTTP/2 has answered before. */
static bool judge_foreign(const struct reply *reply, struct reason *why)
{
    const struct reply_rules rules = {0};
    struct reason words;

    reply_judge(reply, &rules, &words);
    if (strstr(words.text, "HTTP/2"))
        return false;
    if (strstr(words.text, "TLS"))
        reason_hint(&words, "this port speaks TLS: write grpcs:// in the URL");
    *why = words;
    return true;
}

bool grpc_judge_plain(const struct reply *reply, const char *body, size_t length, struct reason *why)
{
    struct reason words;

    if (reply->foreign_length > 0)
        return judge_foreign(reply, why);
    if (reply->status == 0)
        return false;
    reason_set(&words, CODE_FAILED, "this port speaks HTTP/1.1, not HTTP/2");
    reason_hint(&words, "is this the server's port for gRPC?");
    reply_add_words(reply->status, false, NULL, body, length, &words);
    if (strstr(words.text, "TLS")) {
        reason_set(&words, CODE_FAILED, "this port speaks TLS");
        reason_hint(&words, "write grpcs:// in the URL");
    }
    *why = words;
    return true;
}
