#include "common/http/body.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/http/framing.h"
#include "common/http/header.h"

#include "common/base/banned.h"

enum {
    DRAIN_MOST = 16 * 1024,
};

static bool is_head(const struct exchange *exchange)
{
    return exchange->request.method && strcmp(exchange->request.method, "HEAD") == 0;
}

static bool body_fails(struct exchange *exchange, enum outcome outcome)
{
    exchange->reply.body_failed = true;
    exchange->reply.body_outcome = outcome;
    return false;
}

static bool body_hand_over(struct exchange *exchange, const char *bytes, size_t length)
{
    if (exchange->on_body(exchange->owner, bytes, length, &exchange->reply.body))
        return true;
    return exchange->enough ? false : body_fails(exchange, ATTEMPT_FAIL);
}

/* A decoded piece, which may be a thousand times as long as what was received. */
static bool take_unpacked(void *owner, const char *bytes, size_t length)
{
    struct exchange *exchange = owner;

    exchange->unpacked += (int64_t)length;
    exchange->reply.unpacked_too_far = exchange->unpacked > exchange->plan->max_unpacked_size;
    exchange->reply.late = deadline_now() >= exchange->request.deadline;
    if (exchange->reply.unpacked_too_far || exchange->reply.late || stop_signal() != 0)
        return false;
    return body_hand_over(exchange, bytes, length);
}

static bool begin_coding(struct exchange *exchange)
{
    char *value = header_all(exchange->easy, "Content-Encoding");
    enum coding_kind kind = CODING_IDENTITY;
    bool known = !value || coding_find(value, &kind);

    if (!known) {
        reason_set(&exchange->reply.body, CODE_FAILED,
                   "the body's Content-Encoding is %.60s: only gzip and zstd are supported", value);
        reason_hint(&exchange->reply.body,
                    "%.60s was requested, and the server, or a proxy before it, sent another",
                    exchange->accepted ? exchange->accepted : "none");
        body_fails(exchange, ATTEMPT_FAIL);
    } else if (kind != CODING_IDENTITY && exchange->request.decode) {
        coding_begin(&exchange->coding, kind);
    }
    free(value);
    return known;
}

/* --- resuming --- */

static void read_headers(CURL *easy, struct resume_headers *headers, char *values[7])
{
    static const char *const names[] = {"ETag",           "Last-Modified", "Date",         "Content-Encoding",
                                        "Content-Length", "Content-Range", "Accept-Ranges"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        values[i] = header_all(easy, names[i]);
    *headers = (struct resume_headers){values[0], values[1], values[2], values[3],
                                       values[4], values[5], values[6]};
}

/* An answer that is not 206, although its Content-Range says that it is a part. */
static bool refuse_part(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    char *range = reply->status == 206 ? NULL : header_all(exchange->easy, "Content-Range");
    bool part = range && resume_is_part(range);

    if (part) {
        reason_set(&reply->body, CODE_FAILED, "HTTP status %d with Content-Range %.60s: only a part was sent",
                   reply->status, range);
        reply->misfits = reply->from > 0;
        body_fails(exchange, reply->misfits ? ATTEMPT_RETRY : ATTEMPT_FAIL);
    }
    free(range);
    return part;
}

/* Whether a part is the rest of what was received before. True for a whole body. */
static bool begin_part(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    struct resume_headers headers;
    char *values[7];

    if (refuse_part(exchange))
        return false;
    if (reply->status != 206 && (reply->status != 200 || !exchange->request.resumable))
        return true;
    read_headers(exchange->easy, &headers, values);
    if (reply->status == 206) {
        reply->resumed = resume_fits(&headers, exchange->request.part, reply->from, &reply->body);
        reply->misfits = !reply->resumed;
    } else if (!resume_learn(&headers, &reply->seen)) {
        reply->seen.total = 0;
    }
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        free(values[i]);
    return !reply->misfits || body_fails(exchange, ATTEMPT_RETRY);
}

bool body_begin(struct exchange *exchange)
{
    struct reason *why = &exchange->reply.body;
    int status = exchange->reply.status;

    if (!exchange->request.kept || is_head(exchange))
        return true;
    if (status == 204 || status == 205) {
        reason_set(why, CODE_FAILED, "HTTP status %d: the answer has no body", status);
        return body_fails(exchange, ATTEMPT_FAIL);
    }
    char *length = header_all(exchange->easy, "Content-Length");
    char *transfer = header_all(exchange->easy, "Transfer-Encoding");
    bool good = exchange->hidden ? framing_refuse_hidden(exchange->hidden, why)
                                 : framing_check(length, transfer, why);
    free(length);
    free(transfer);
    if (!good)
        return body_fails(exchange, ATTEMPT_FAIL);
    return begin_part(exchange) && begin_coding(exchange);
}

void body_judge(struct exchange *exchange)
{
    const char *name = coding_name(exchange->coding.kind);
    struct reason *why = &exchange->reply.body;

    if (exchange->coding.state == CODING_WITHIN) {
        reason_set(why, CODE_FAILED, "the body was cut off: its %s stream is incomplete", name);
        body_fails(exchange, ATTEMPT_RETRY);
    } else if (exchange->coding.state == CODING_BROKEN) {
        reason_set(why, CODE_FAILED,
                   "the body's Content-Encoding cannot be decoded: its %s stream is damaged", name);
        body_fails(exchange, ATTEMPT_RETRY);
    } else if (exchange->coding.state == CODING_TRAILING) {
        reason_set(why, CODE_FAILED, "the body has more bytes after the end of its %s stream", name);
        reason_hint(why, "the server, or a proxy before it, adds bytes that are not compressed");
        body_fails(exchange, ATTEMPT_FAIL);
    } else if (exchange->coding.state == CODING_MEMORY) {
        reason_set(why, CODE_FAILED,
                   "the body's Content-Encoding cannot be decoded: its %s stream needs too much memory",
                   name);
        reason_hint(why, "decompression needs more memory than the container has, or more than 128 MiB");
        body_fails(exchange, ATTEMPT_FAIL);
    }
}

bool body_take(struct exchange *exchange, const char *bytes, size_t length)
{
    exchange->taken += (int64_t)length;
    exchange->reply.too_large = exchange->taken > exchange->plan->max_size;
    if (exchange->reply.too_large)
        return false;
    if (!exchange->coding.room)
        return body_hand_over(exchange, bytes, length);
    if (coding_feed(&exchange->coding, bytes, length, take_unpacked, exchange) <= CODING_ENDED)
        return true;
    body_judge(exchange);
    return false;
}

/* --- an answer that is not 2xx --- */

static bool keep_refusal(void *owner, const char *bytes, size_t length)
{
    struct exchange *exchange = owner;
    size_t room = sizeof exchange->refusal - exchange->refused;
    size_t kept = length < room ? length : room;

    memcpy(exchange->refusal + exchange->refused, bytes, kept);
    exchange->refused += kept;
    return kept == length;
}

void body_begin_refusal(struct exchange *exchange)
{
    char *value = header_all(exchange->easy, "Content-Encoding");
    enum coding_kind kind;

    if (value && coding_find(value, &kind) && kind != CODING_IDENTITY)
        coding_begin(&exchange->coding, kind);
    free(value);
}

bool body_drain(struct exchange *exchange, const char *bytes, size_t length)
{
    if (exchange->coding.room)
        coding_feed(&exchange->coding, bytes, length, keep_refusal, exchange);
    else
        keep_refusal(exchange, bytes, length);
    exchange->drained += length;
    exchange->enough = exchange->drained > DRAIN_MOST;
    return !exchange->enough;
}
