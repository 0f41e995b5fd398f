#include "cmd/wait-for-http/grpc_call.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/wait-for-http/response.h"
#include "common/base/deadline.h"
#include "common/http/header.h"

#include "common/base/banned.h"

enum { PLAIN_TIME = 1000 /* milliseconds for what is only asked to explain a failure */ };

void grpc_call_clear(struct grpc_call *call)
{
    buf_free(&call->question);
    buf_free(&call->body);
    free(call->type);
    free(call->encoding);
    free(call->status);
    free(call->words);
    *call = (struct grpc_call){0};
}

/* --- what comes --- */

/* True where it cannot be told. */
static bool has_other_alpn(CURL *easy)
{
    struct curl_tlssessioninfo *session = NULL;
    const unsigned char *name = NULL;
    unsigned length = 0;

    curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session);
    if (session && session->backend == CURLSSLBACKEND_OPENSSL && session->internals)
        SSL_get0_alpn_selected(session->internals, &name, &length);
    return length != 2 || memcmp(name, "h2", 2) != 0;
}

/* The header is here, and the connection still, too. */
static void on_begin(void *owner)
{
    struct grpc_call *call = owner;

    call->other_alpn = call->url->scheme == URL_HTTPS && has_other_alpn(call->exchange->easy);
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct grpc_call *call = owner;
    size_t room = GRPC_BODY_MOST - call->body.length;

    (void)why;
    buf_add(&call->body, bytes, length < room ? length : room);
    call->is_cut = length > room;
    call->exchange->enough = call->is_cut;
    return !call->is_cut;
}

static void on_answer(void *owner, CURL *easy)
{
    struct grpc_call *call = owner;
    long version = CURL_HTTP_VERSION_NONE;

    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    call->is_http2 = version == CURL_HTTP_VERSION_2_0;
    call->type = header_all(easy, "content-type");
    call->encoding = header_all(easy, "grpc-encoding");
    call->status = header_all_trailers(easy, "grpc-status");
    call->in_trailer = call->status != NULL;
    if (!call->in_trailer)
        call->status = header_all(easy, "grpc-status");
    call->words = call->in_trailer ? header_all_trailers(easy, "grpc-message")
                                   : header_all(easy, "grpc-message");
}

/* The owner clears the call in there. */
static void finish(struct grpc_call *call, enum outcome outcome)
{
    const struct reason why = call->why;

    call->on_end(call->owner, outcome, &why);
}

/* --- what the port speaks, if it is not HTTP/2 --- */

static void on_plain_end(void *owner)
{
    struct grpc_call *call = owner;
    const struct exchange *exchange = call->exchange;

    if (!exchange->failed)
        grpc_judge_plain(&exchange->reply, exchange->refusal, exchange->refused, &call->why);
    finish(call, ATTEMPT_RETRY);
}

/* Asks as a browser would, without anything secret. False: not worth it, as it was HTTP/2, or a proxy would answer. */
static bool grpc_call_try_plain(struct grpc_call *call)
{
    struct exchange *exchange = call->exchange;
    const struct exchange_request request = {
        .url = call->url,
        .upload = -1,
        .stranger = true,
        .wants = EXCHANGE_WANTS_NONE,
        .fresh = true,
        .deadline = deadline_earlier(call->deadline, deadline_after(deadline_now(), PLAIN_TIME)),
        .wall_time = time(NULL),
    };

    if (exchange->reply.status != 0 || exchange->proxy.used)
        return false;
    exchange_clear(exchange);
    exchange->on_begin = NULL;
    exchange->on_answer = NULL;
    exchange->on_end = on_plain_end;
    exchange_start(exchange, &request);
    return true;
}

/* --- its end --- */

static enum outcome judge_answer(struct grpc_call *call)
{
    const struct grpc_answer answer = {
        .reply = &call->exchange->reply,
        .type = call->type,
        .encoding = call->encoding,
        .status = call->status,
        .words = call->words,
        .in_trailer = call->in_trailer,
        .is_http2 = call->is_http2,
        .other_alpn = call->other_alpn,
        .body = call->body.data,
        .length = call->body.length,
        .is_cut = call->is_cut,
        .sent = call->exchange->request.headers,
    };

    return grpc_judge(&answer, &call->why);
}

static enum outcome judge_call(struct grpc_call *call)
{
    const struct exchange *exchange = call->exchange;
    const struct response response = {
        .reply = &exchange->reply,
        .encrypted = call->url->scheme == URL_HTTPS,
        .proxy = exchange->proxy.used ? exchange->proxy.url.shown : NULL,
        .proxy_source = exchange->proxy.source,
        .proxy_auth = exchange->had_proxy_auth,
    };

    if (exchange->failed) {
        call->why = exchange->why;
        return exchange->outcome == ATTEMPT_FAIL ? response_passes_on(&call->why) : exchange->outcome;
    }
    enum outcome outcome = response_judge_transfer(&response, &call->why);
    return outcome == ATTEMPT_OK ? judge_answer(call) : outcome;
}

static void on_end(void *owner)
{
    struct grpc_call *call = owner;
    const struct exchange *exchange = call->exchange;
    bool broken = !exchange->failed &&
                  grpc_judge_broken(&exchange->reply, call->url->scheme == URL_HTTPS, &call->why);

    if (broken && grpc_call_try_plain(call))
        return;
    finish(call, broken ? ATTEMPT_RETRY : judge_call(call));
}

/* --- its beginning --- */

static void set_request(struct grpc_call *call, struct exchange_request *request)
{
    const char *timeout = grpc_timeout(deadline_left(call->deadline, deadline_now()), call->timeout);

    buf_init(&call->question, GRPC_REQUEST_MOST);
    grpc_write_question(call->url->path, &call->question);
    call->fixed[0] = "Accept:"; /* gRPC has none */
    call->fixed[1] = "Content-Type: application/grpc";
    call->fixed[2] = "TE: trailers";
    call->fixed[3] = "grpc-accept-encoding: identity";
    call->fixed[4] = *timeout == '\0' ? NULL : timeout;
    request->post = call->question.data;
    request->post_length = call->question.length;
    request->fixed = call->fixed;
}

void grpc_call_start(struct grpc_call *call, struct exchange *exchange, const struct url *url,
                     const struct strings *headers, int64_t deadline)
{
    struct exchange_request request = {
        .url = url,
        .headers = headers,
        .upload = -1,
        .http2 = true,
        .wants = EXCHANGE_WANTS_ANY,
        .fresh = true,
        .deadline = deadline,
        .wall_time = time(NULL),
    };

    call->exchange = exchange;
    call->url = url;
    call->deadline = deadline;
    set_request(call, &request);
    buf_init(&call->body, GRPC_BODY_MOST);
    exchange->on_body = on_body;
    exchange->on_begin = on_begin;
    exchange->on_answer = on_answer;
    exchange->on_end = on_end;
    exchange->owner = call;
    exchange_start(exchange, &request);
}
