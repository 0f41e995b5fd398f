#include "common/http/reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/units.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

bool reply_is_redirect(const struct reply *reply)
{
    int status = reply->status;

    return !reply->header_cut &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

const char *reply_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {400, " Bad Request"},
        {401, " Unauthorized"},
        {403, " Forbidden"},
        {404, " Not Found"},
        {405, " Method Not Allowed"},
        {407, " Proxy Authentication Required"},
        {408, " Request Timeout"},
        {409, " Conflict"},
        {410, " Gone"},
        {412, " Precondition Failed"},
        {429, " Too Many Requests"},
        {500, " Internal Server Error"},
        {502, " Bad Gateway"},
        {503, " Service Unavailable"},
        {504, " Gateway Timeout"},
    };

    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "";
}

/* --- HTTP statuses --- */

static void hint_at_status(int status, const struct reply_rules *rules, struct reason *why)
{
    if (status == 401 || status == 403)
        reason_hint(why,
                    "are the credentials right (--bearer-token-file, --basic-auth-file, --header-file)?");
    else if (status == 404 || status == 410)
        reason_hint(why, "is the path right, and is the file deployed there?");
    else if (status >= 500 && rules->proxy)
        reason_hint(why, "this may be the answer of the proxy %.120s (from %s), not of the server",
                    rules->proxy, rules->proxy_source);
    else if (status >= 500)
        reason_hint(why, "the error is in the server, or behind it: look at its logs");
}

static void hint_at_proxy_auth(const struct reply_rules *rules, struct reason *why)
{
    if (!rules->proxy)
        reason_hint(why, "no proxy is configured here: did a proxy on the way answer, or is the server one?");
    else if (rules->proxy_auth)
        reason_hint(why, "are the user and password for the proxy right (--proxy-auth-file)?");
    else
        reason_hint(why, "the proxy requires a user and password, and none were given: --proxy-auth-file");
}

static bool is_worth_another(int status, const struct reply_rules *rules)
{
    for (size_t i = 0; i < rules->retry_status_count; i++)
        if (rules->retry_statuses[i] == status)
            return true;
    return false;
}

static enum outcome judge_status(const struct reply *reply, const struct reply_rules *rules,
                                 struct reason *why)
{
    char text[UNITS_TEXT], left[UNITS_TEXT];
    int status = reply->status;

    reason_set(why, CODE_HTTP_STATUS, "HTTP status %d%s", status, reply_phrase(status));
    hint_at_status(status, rules, why);
    if (status == 407) {
        why->code = CODE_PROXY;
        hint_at_proxy_auth(rules, why);
    }
    if (!is_worth_another(status, rules))
        return ATTEMPT_FAIL;
    if (reply->retry_after == 0)
        return ATTEMPT_RETRY;
    int64_t remains = deadline_left(rules->deadline, rules->now);
    units_format_duration(reply->retry_after, text);
    if (reply->retry_after < remains) {
        reason_detail(why, ", asks to wait %s", text);
        return ATTEMPT_RETRY;
    }
    reason_detail(why, ", asks to wait %s and only %s of --timeout are left", text,
                  units_format_duration(remains, left));
    return ATTEMPT_FAIL;
}

/* --- proxy and connection --- */

/* CONNECT was refused by the proxy itself. */
static enum outcome judge_proxy(const struct reply *reply, const struct reply_rules *rules,
                                struct reason *why)
{
    int status = reply->connect_status;

    reason_set(why, CODE_PROXY, "the proxy %.120s (from %s) answered %d%s", rules->proxy, rules->proxy_source,
               status, reply_phrase(status));
    if (status == 407)
        hint_at_proxy_auth(rules, why);
    else if (status == 403)
        reason_hint(why, "the proxy does not allow this host or port: should no_proxy except it?");
    return status >= 500 || status == 408 || status == 429 ? ATTEMPT_RETRY : ATTEMPT_FAIL;
}

static void hint_at_proxy(const struct reply_rules *rules, struct reason *why)
{
    reason_hint(why, "a proxy is in use: %.120s, from %s", rules->proxy, rules->proxy_source);
}

/* How long it waited before it timed out. */
static const char *time_given(const struct reply *reply, const struct reply_rules *rules,
                              char text[UNITS_TEXT])
{
    if (reply->late)
        return "the attempt's time";
    return units_format_duration(reply->stalled ? rules->stall_timeout : rules->connect_timeout, text);
}

static enum outcome judge_connecting(const struct reply *reply, const struct reply_rules *rules,
                                     struct reason *why)
{
    char text[UNITS_TEXT];

    if (reply->code == CURLE_OPERATION_TIMEDOUT || reply->error == 0)
        reason_set(why, CODE_FAILED, "no connection%s%.120s", rules->proxy ? " to the proxy " : "",
                   rules->proxy ? rules->proxy : "");
    else
        connect_reason(reply->error, reply->address[0] != '\0' ? reply->address : "the server", why);
    if (reply->code == CURLE_OPERATION_TIMEDOUT) {
        reason_detail(why, " within %s", time_given(reply, rules, text));
        reason_hint(why, "packets get lost: is there a NetworkPolicy or a firewall between?");
    }
    if (rules->proxy)
        hint_at_proxy(rules, why);
    return ATTEMPT_RETRY;
}

/* --- the body --- */

static void hint_at_silence(const struct reply_rules *rules, struct reason *why)
{
    if (rules->proxy)
        hint_at_proxy(rules, why);
    else
        reason_hint(why, "something accepts and does not answer: is this the right port and protocol?");
}

static enum outcome judge_limits(const struct reply *reply, const struct reply_rules *rules,
                                 struct reason *why)
{
    if (reply->unpacked_too_far) {
        reason_set(why, CODE_FAILED, "unpacks to more than the %" PRId64 " bytes of --max-unpacked-size",
                   rules->max_unpacked_size);
        return ATTEMPT_FAIL;
    }
    if (reply->expected > rules->max_size)
        reason_set(why, CODE_FAILED, "is %" PRId64 " bytes, more than the %" PRId64 " of --max-size",
                   reply->expected, rules->max_size);
    else
        reason_set(why, CODE_FAILED, "is more than the %" PRId64 " bytes of --max-size", rules->max_size);
    return ATTEMPT_FAIL;
}

static enum outcome judge_broken(const struct reply *reply, const struct reply_rules *rules,
                                 struct reason *why)
{
    char text[UNITS_TEXT];

    if (reply->stalled) {
        reason_set(why, CODE_FAILED, "nothing was received for %s",
                   units_format_duration(rules->stall_timeout, text));
    } else if (reply->code == CURLE_OPERATION_TIMEDOUT && reply->status == 0) {
        reason_set(why, CODE_FAILED, "no answer within %s", time_given(reply, rules, text));
    } else if (reply->code == CURLE_OPERATION_TIMEDOUT) {
        reason_set(why, CODE_FAILED, "the transfer did not end in time");
    } else if (reply->code == CURLE_GOT_NOTHING) {
        reason_set(why, CODE_FAILED, "the connection ended without an answer");
    } else if (reply->header_cut) {
        reason_set(why, CODE_FAILED, "the connection ended within the answer's header");
    } else if (strstr(reply->said, "0A000126:") /* OpenSSL's number for it */) {
        reason_set(why, CODE_FAILED, "the connection ended without TLS's close_notify, maybe too early");
        reason_hint(why,
                    "the server, or a balancer before it, ends connections without saying so: a body without "
                    "length could be cut");
    } else if (reply->code == CURLE_PARTIAL_FILE || (reply->expected > 0 && reply->status != 0)) {
        reason_set(why, CODE_FAILED, "the body was cut off");
    } else if (reply->status != 0) {
        reason_set(why, CODE_FAILED, "the connection broke within the body");
    } else {
        reason_set(why, CODE_FAILED, "the connection broke before the answer");
    }
    if (reply->received > 0 && reply->expected > 0)
        reason_detail(why, " after %" PRId64 " of %" PRId64 " bytes", reply->received, reply->expected);
    else if (reply->received > 0)
        reason_detail(why, " after %" PRId64 " bytes", reply->received);
    if (reply->code == CURLE_OPERATION_TIMEDOUT && reply->status == 0)
        hint_at_silence(rules, why);
    else if (reply->status == 0 && reply->code != CURLE_OPERATION_TIMEDOUT && !reply->stalled &&
             !rules->encrypted && !rules->proxy)
        reason_hint(why, "something accepts and ends the connection: does this port speak TLS (https://)?");
    return ATTEMPT_RETRY;
}

/* The protocol of the peer, by its first bytes; NULL: not known. */
static const char *foreign_name(const struct reply *reply)
{
    static const struct {
        const char *begin, *name;
    } known[] = {
        {"\x15\x03", "TLS"},    {"\x16\x03", "TLS"}, {"SSH-", "SSH"},
        {"220", "SMTP or FTP"}, {"* OK", "IMAP"},    {"+OK", "POP3"},
        {"-ERR", "Redis"},      {"AMQP", "AMQP"},    {"HTTP/", "an invalid status line"},
    };
    const char *bytes = reply->foreign;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].begin) <= reply->foreign_length &&
            memcmp(bytes, known[i].begin, strlen(known[i].begin)) == 0)
            return known[i].name;
    /* SETTINGS or GOAWAY, on stream 0 (RFC 9113, 4.1). */
    bool frame = reply->foreign_length >= 9 && bytes[0] == 0 && bytes[1] == 0 &&
                 (bytes[3] == 4 || bytes[3] == 7) && memcmp(bytes + 5, "\0\0\0", 4) == 0;
    return frame ? "HTTP/2" : NULL;
}

static enum outcome judge_foreign(const struct reply *reply, const struct reply_rules *rules,
                                  struct reason *why)
{
    const char *name = foreign_name(reply);

    reason_set(why, CODE_FAILED, "the answer is not HTTP%s%s", name ? ": it is " : "", name ? name : "");
    if (name && strcmp(name, "HTTP/2") == 0) {
        reason_set(why, CODE_FAILED, "the answer is HTTP/2, although HTTP/1.1 was requested");
        reason_hint(why, REPLY_ONE_ONE);
    } else if (name && strcmp(name, "TLS") == 0 && !rules->encrypted) {
        reason_hint(why, "this port speaks TLS: write https:// in the URL");
    } else if (rules->proxy) {
        hint_at_proxy(rules, why);
    } else {
        reason_hint(why, "is this the right port?");
    }
    return ATTEMPT_FAIL;
}

/* Not retried: the answer is not HTTP, or its header is too large. */
static enum outcome judge_nonsense(const struct reply *reply, const struct reply_rules *rules,
                                   struct reason *why)
{
    if (reply->code == CURLE_TOO_LARGE || reply->code == CURLE_RECV_ERROR)
        reason_set(
            why, CODE_FAILED,
            "the answer's header is too large: a line of more than 100 KB, or more than 300 KB in all");
    else
        reason_set(why, CODE_FAILED, "the answer is not HTTP: %.200s", reply->said);
    if (rules->proxy)
        hint_at_proxy(rules, why);
    return ATTEMPT_FAIL;
}

/* libcurl has no separate code for a header without end, nor for an invalid line of a header or trailer. */
static bool is_nonsense(const struct reply *reply)
{
    return (reply->code == CURLE_RECV_ERROR && strstr(reply->said, "Too large response headers")) ||
           (reply->code == CURLE_BAD_FUNCTION_ARGUMENT && reply->status != 0);
}

static enum outcome judge_code(const struct reply *reply, const struct reply_rules *rules, struct reason *why)
{
    if (reply->foreign_length > 0)
        return judge_foreign(reply, rules, why);
    if (is_nonsense(reply))
        return judge_nonsense(reply, rules, why);
    switch ((int)reply->code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_TOO_LARGE:
        return judge_nonsense(reply, rules, why);
    case CURLE_BAD_CONTENT_ENCODING: /* libcurl decodes only a Transfer-Encoding */
        reason_set(why, CODE_FAILED, "the answer's Transfer-Encoding is not supported: %.200s", reply->said);
        return ATTEMPT_FAIL;
    case CURLE_FILESIZE_EXCEEDED:
        return judge_limits(reply, rules, why);
    case CURLE_SSL_CONNECT_ERROR:
        reason_set(why, CODE_PROTOCOL, "the TLS handshake failed: %.200s", reply->said);
        return ATTEMPT_FAIL;
    case CURLE_COULDNT_CONNECT:
        return judge_connecting(reply, rules, why);
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
        return reply->connected ? judge_broken(reply, rules, why) : judge_connecting(reply, rules, why);
    default:
        reason_set(why, CODE_INTERNAL, "libcurl says: %.200s (%d)", reply->said, (int)reply->code);
        return ATTEMPT_FAIL;
    }
}

bool reply_refuses_range(const struct reply *reply)
{
    bool refused = reply->status == 304 || reply->status == 412 || reply->status == 416;

    return refused && reply->from > 0 && !reply->header_cut;
}

enum outcome reply_judge(const struct reply *reply, const struct reply_rules *rules, struct reason *why)
{
    bool final = reply->status >= 200 && !reply->header_cut;

    if (reply->tls_failed) {
        *why = reply->tls;
        return reply->tls_outcome;
    }
    if (reply->body_failed) {
        *why = reply->body;
        return reply->body_outcome;
    }
    if (reply->connect_status >= 300 && reply->status == 0)
        return judge_proxy(reply, rules, why);
    if (reply_refuses_range(reply)) {
        reason_set(why, CODE_HTTP_STATUS,
                   "HTTP status %d for the bytes after the first %" PRId64
                   ": the whole file is fetched again",
                   reply->status, reply->from);
        return ATTEMPT_RETRY;
    }
    if (final && (reply->status >= 300 || (reply->status == 206 && !reply->resumed))) {
        enum outcome outcome = judge_status(reply, rules, why);
        if (reply->status == 206)
            reason_set(why, CODE_HTTP_STATUS,
                       "HTTP status 206: only a part was sent, although the whole file was requested");
        return outcome;
    }
    if (reply->too_large || reply->unpacked_too_far)
        return judge_limits(reply, rules, why);
    if (reply->code != CURLE_OK)
        return judge_code(reply, rules, why);
    if (reply->header_cut)
        return judge_broken(reply, rules, why);
    if (final)
        return ATTEMPT_OK;
    reason_set(why, CODE_FAILED, "the connection ended without an answer");
    return ATTEMPT_RETRY;
}
