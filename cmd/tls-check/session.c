#include "cmd/tls-check/session.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cmd/tls-check/http.h"
#include "common/connect.h"
#include "common/deadline.h"

#include "common/banned.h"

enum {
    CHUNK = 4096,
    SETTLE = 300,            /* milliseconds that a server may take to refuse a client's certificate */
    SETTLE_FOR_PROOF = 3000, /* where proof is asked for */
};

const char *session_doing(const struct session *session)
{
    switch (session->phase) {
    case SESSION_PROXY:
        return "asking the proxy";
    case SESSION_STARTTLS:
        return "starting TLS with";
    case SESSION_HANDSHAKE:
        return "shaking hands with";
    case SESSION_SETTLING:
        return "waiting for a word on the client certificate from";
    case SESSION_HTTP:
        return "waiting for the HTTP answer of";
    case SESSION_IDLE:
    case SESSION_CONNECTING:
    case SESSION_ENDED:
        break;
    }
    return "connecting to";
}

/* --- the end --- */

static void session_close(struct session *session)
{
    if (session->phase == SESSION_IDLE || session->phase == SESSION_ENDED)
        return;
    loop_timer_clear(session->plan->loop, &session->timer);
    if (session->watch.fd >= 0) {
        loop_watch_remove(session->plan->loop, &session->watch);
        if (session->ssl && session->facts.done)
            SSL_shutdown(session->ssl);
        ERR_clear_error();
        close(session->watch.fd);
    }
    SSL_free(session->ssl);
    session->ssl = NULL;
    SSL_CTX_free(session->context);
    session->context = NULL;
    session->ended_at = deadline_now();
    session->phase = SESSION_ENDED;
}

static void session_end(struct session *session)
{
    session_close(session);
    session->on_progress(session);
}

/* What goes wrong on the way to the proxy, or while it is asked, is told as that. */
static void session_name_proxy(struct session *session)
{
    if (session->plan->proxy && session->phase <= SESSION_PROXY)
        proxy_wrap(session->plan->proxy, &session->why);
}

/* Before there was any TLS: `why` is filled. */
static void session_fail(struct session *session, enum outcome outcome)
{
    session->outcome = outcome;
    session_end(session);
}

static void session_judge(struct session *session)
{
    if (session->ssl)
        tls_observe(session->ssl, &session->facts);
    judge_tls(&session->facts, &session->plan->rules, &session->judgement);
    session->outcome = judge_sum_up(&session->judgement, &session->why);
}

static void session_finish(struct session *session)
{
    session_judge(session);
    session_end(session);
}

/* The peer ended or broke the connection while something was to be read. */
static void session_lost(struct session *session, int error)
{
    char where[ADDRESS_TEXT];

    address_format(&session->address, where);
    reason_set(&session->why, CODE_FAILED, "the connection ended while %s", session_doing(session));
    reason_detail(&session->why, " %s%s%s", where, error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    reason_hint(&session->why, "a server that starts, or one that speaks another protocol on this port");
    session_name_proxy(session);
    session_fail(session, ATTEMPT_RETRY);
}

void session_stop(struct session *session, bool time_is_up)
{
    char where[ADDRESS_TEXT];

    if (session->phase == SESSION_IDLE || session->phase == SESSION_ENDED)
        return;
    session->outcome = ATTEMPT_RETRY;
    if (time_is_up && (session->phase == SESSION_HANDSHAKE || session->phase == SESSION_SETTLING)) {
        session->facts.end = session->facts.done ? session->facts.end : TLS_END_TIMEOUT;
        session_judge(session);
    } else if (session->phase == SESSION_CONNECTING) {
        session->connect_error = ETIMEDOUT;
        connect_reason(ETIMEDOUT, address_format(&session->address, where), &session->why);
        session_name_proxy(session);
    } else {
        reason_set(&session->why, CODE_FAILED, "no answer within the attempt's time, %s",
                   session_doing(session));
        reason_detail(&session->why, " %s", address_format(&session->address, where));
        reason_hint(&session->why,
                    "something accepts and does not answer: is this the right port and protocol?");
        session_name_proxy(session);
    }
    session_close(session);
}

void session_free(struct session *session)
{
    session_close(session);
    tls_facts_free(&session->facts);
    credentials_release(session->credentials);
    session->credentials = NULL;
    buf_free(&session->in);
    buf_free(&session->out);
}

/* --- HTTP over TLS --- */

static const char *session_path(const struct session *session)
{
    return session->operand->path ? session->operand->path : session->plan->http_path;
}

/* What each call into OpenSSL needs before it, so that errno and the error queue tell about that call. */
static void session_enter(struct session *session)
{
    ERR_clear_error();
    errno = 0;
    wire_next_portion(&session->wire);
}

/* True when the call is to be repeated once the socket is ready; else the connection is over. */
static bool session_wants(struct session *session, int result)
{
    int saved = errno, error = SSL_get_error(session->ssl, result);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        loop_watch_change(session->plan->loop, &session->watch,
                          error == SSL_ERROR_WANT_READ ? EPOLLIN | EPOLLRDHUP : EPOLLOUT);
        return true;
    }
    tls_note_end(&session->facts, error, saved);
    return false;
}

/* What the server thinks of the client's certificate is in how it goes on. */
static void session_note_refusal(struct session *session)
{
    if (session->facts.end == TLS_END_ALERT && session->facts.client_wanted)
        session->facts.acceptance = TLS_ACCEPTANCE_REFUSED;
}

static void session_http_status(struct session *session, int status)
{
    if (status == HTTP_GARBLED) {
        reason_set(&session->why, CODE_FAILED, "what answers behind TLS is no HTTP");
        reason_hint(
            &session->why,
            "TLS is fine; leave out the path (https://, --http-path) where another protocol is spoken");
        session_fail(session, ATTEMPT_FAIL);
        return;
    }
    session->facts.http_status = status;
    if (session->facts.client_wanted && status != 400)
        session->facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    session_finish(session);
}

static void session_read_http(struct session *session)
{
    char chunk[CHUNK];

    for (;;) {
        session_enter(session);
        int got = SSL_read(session->ssl, chunk, sizeof chunk);
        if (got <= 0) {
            if (session_wants(session, got))
                return;
            session_note_refusal(session);
            if (session->facts.acceptance == TLS_ACCEPTANCE_REFUSED)
                session_finish(session);
            else
                session_lost(session, session->facts.system_error);
            return;
        }
        int status = buf_add(&session->in, chunk, (size_t)got) ? http_status(&session->in) : HTTP_GARBLED;
        if (status != HTTP_MORE) {
            session_http_status(session, status);
            return;
        }
    }
}

static void session_http(struct session *session)
{
    if (session->out.length > 0) {
        session_enter(session);
        int sent = SSL_write(session->ssl, session->out.data, (int)session->out.length);
        if (sent <= 0) {
            if (session_wants(session, sent))
                return;
            session_read_http(
                session); /* a server that ended it may have said why: that is still to be read */
            return;
        }
        buf_clear(&session->out);
    }
    session_read_http(session);
}

/* --- the handshake --- */

/* TLS 1.3: the server looks at the client's certificate after the client has finished. */
static void session_settle(struct session *session)
{
    char chunk[CHUNK];

    session_enter(session);
    int got = SSL_read(session->ssl, chunk, sizeof chunk);
    bool goes_on = got <= 0 && session_wants(session, got);
    if (got <= 0 && !goes_on)
        session_note_refusal(session);
    if (got > 0) /* it speaks first, so it has accepted */
        session->facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    if (!goes_on || session->facts.acceptance != TLS_ACCEPTANCE_UNKNOWN)
        session_finish(session);
}

static void session_after_handshake(struct session *session)
{
    bool late = SSL_version(session->ssl) >= TLS1_3_VERSION;
    const char *path = session_path(session);

    session->shaken_at = deadline_now();
    session->facts.done = true;
    if (session->facts.client_wanted && !late)
        session->facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    session_judge(session);
    /* Nothing is sent to a server that is not trusted; what it thinks of the client is heard all the same. */
    bool trusted = session->outcome == ATTEMPT_OK ||
                   session->judgement.reasons[0].code == CODE_CLIENT_CERTIFICATE;
    if (path && trusted) {
        session->phase = SESSION_HTTP;
        http_ask(&session->out, session->operand->host, session->operand->port, path);
        session_http(session);
    } else if (session->facts.client_wanted && late) {
        bool proof = session->plan->rules.client_must_be_accepted;
        int64_t limit = deadline_after(deadline_now(), proof ? SETTLE_FOR_PROOF : SETTLE);
        session->phase = SESSION_SETTLING;
        loop_timer_set(session->plan->loop, &session->timer, deadline_earlier(limit, session->deadline));
        session_settle(session);
    } else {
        session_end(session);
    }
}

static void session_shake(struct session *session)
{
    session_enter(session);
    int result = SSL_connect(session->ssl);
    if (result == 1)
        session_after_handshake(session);
    else if (!session_wants(session, result))
        session_finish(session);
}

static void session_begin_tls(struct session *session)
{
    session->phase = SESSION_HANDSHAKE;
    session->context = SSL_CTX_new(TLS_client_method());
    if (!session->context ||
        !tls_apply(session->context, &session->credentials->setup, &session->facts, &session->why) ||
        !(session->ssl = SSL_new(session->context))) {
        if (!session->context)
            reason_set(&session->why, CODE_INTERNAL, "OpenSSL cannot set up a connection");
        session_fail(session, ATTEMPT_FAIL);
        return;
    }
    session->wire.fd = session->watch.fd;
    BIO *wire = wire_bio(&session->wire);
    SSL_set_bio(session->ssl, wire, wire);
    tls_expect(&session->facts,
               session->plan->server_name ? session->plan->server_name : session->operand->host);
    if (tls_facts_sends_name(&session->facts))
        SSL_set_tlsext_host_name(session->ssl, session->facts.name);
    session_shake(session);
}

/* --- in plain text, before it --- */

/* False: not all could be sent yet, or the connection is over. */
static bool session_send_plain(struct session *session)
{
    while (session->out.length > 0) {
        ssize_t sent = send(session->watch.fd, session->out.data, session->out.length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN) {
            loop_watch_change(session->plan->loop, &session->watch, EPOLLOUT);
            return false;
        }
        if (sent < 0) {
            session_lost(session, errno);
            return false;
        }
        dialogue_drop(&session->out, (size_t)sent);
    }
    loop_watch_change(session->plan->loop, &session->watch, EPOLLIN | EPOLLRDHUP);
    return true;
}

static void session_next_phase(struct session *session)
{
    if (session->phase < SESSION_STARTTLS && session->plan->starttls != STARTTLS_NONE)
        session->phase = SESSION_STARTTLS;
    else
        session->phase = SESSION_HANDSHAKE;
}

/* One step of the conversation with what has come. False: it is over with a failure. */
static bool session_converse(struct session *session, enum session_phase phase)
{
    enum dialogue_next next;

    if (phase == SESSION_PROXY)
        next = proxy_next(&session->in, session->plan->proxy, session->credentials->proxy_credentials != NULL,
                          &session->why);
    else
        next = starttls_next(session->plan->starttls, &session->step, &session->in, &session->out,
                             &session->why);
    if (next == DIALOGUE_RETRY || next == DIALOGUE_FAILED) {
        session_fail(session, next == DIALOGUE_RETRY ? ATTEMPT_RETRY : ATTEMPT_FAIL);
        return false;
    }
    if (next == DIALOGUE_DONE)
        session_next_phase(session);
    return true;
}

/* Goes on as far as it can with what has come. */
static void session_talk(struct session *session)
{
    for (enum session_phase before = SESSION_IDLE; before != session->phase;) {
        before = session->phase;
        if (session->phase == SESSION_PROXY || session->phase == SESSION_STARTTLS)
            if (!session_converse(session, session->phase))
                return;
    }
    if (session_send_plain(session) && session->phase == SESSION_HANDSHAKE)
        session_begin_tls(session);
}

static void session_receive_plain(struct session *session)
{
    char chunk[CHUNK];
    ssize_t got = recv(session->watch.fd, chunk, sizeof chunk, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        session_lost(session, got < 0 ? errno : 0);
    } else if (!buf_add(&session->in, chunk, (size_t)got)) {
        reason_set(&session->why, session->phase == SESSION_PROXY ? CODE_PROXY : CODE_PROTOCOL,
                   "what came is longer than any answer, %s", session_doing(session));
        session_fail(session, ATTEMPT_FAIL);
    } else {
        session_talk(session);
    }
}

static void session_connected(struct session *session)
{
    session->connected = true;
    session->connected_at = deadline_now();
    if (session->plan->proxy) {
        session->phase = SESSION_PROXY;
        proxy_ask(&session->out, session->operand->host, session->operand->port,
                  session->credentials->proxy_credentials);
    } else {
        session_next_phase(session);
    }
    session->on_progress(session);
    session_talk(session);
}

/* --- on the loop --- */

static void session_refused(struct session *session, int error)
{
    char where[ADDRESS_TEXT];

    session->connect_error = error;
    connect_reason(error, address_format(&session->address, where), &session->why);
    session_name_proxy(session);
    session_fail(session, ATTEMPT_RETRY);
}

static void session_on_event(void *owner, uint32_t events)
{
    struct session *session = owner;

    switch (session->phase) {
    case SESSION_CONNECTING: {
        int error = connect_result(session->watch.fd);
        if (error == 0 && connect_to_self(session->watch.fd)) {
            connect_forget(session->watch.fd);
            error = ECONNREFUSED;
        }
        if (error != 0)
            session_refused(session, error);
        else
            session_connected(session);
        break;
    }
    case SESSION_PROXY:
    case SESSION_STARTTLS:
        if ((events & EPOLLOUT) == 0 || session->out.length == 0)
            session_receive_plain(session);
        else if (session_send_plain(session) && (events & EPOLLIN))
            session_receive_plain(session);
        break;
    case SESSION_HANDSHAKE:
        if (session->ssl)
            session_shake(session);
        else
            session_talk(session);
        break;
    case SESSION_SETTLING:
        session_settle(session);
        break;
    case SESSION_HTTP:
        session_http(session);
        break;
    case SESSION_IDLE:
    case SESSION_ENDED:
        break;
    }
}

static void session_on_timer(void *owner)
{
    struct session *session = owner;

    if (session->phase == SESSION_SETTLING)
        session_finish(session);
}

void session_start(struct session *session, int64_t deadline)
{
    int error;
    int descriptor = connect_start(&session->address.socket.any, address_length(&session->address), &error);

    tls_facts_init(&session->facts);
    buf_init(&session->in, DIALOGUE_MAX);
    buf_init(&session->out, DIALOGUE_MAX);
    session->deadline = deadline;
    session->started = deadline_now();
    session->phase = SESSION_CONNECTING;
    session->timer = (struct loop_timer){.on_due = session_on_timer, .owner = session};
    session->watch = (struct loop_watch){.fd = descriptor, .on_event = session_on_event, .owner = session};
    if (descriptor < 0) {
        session_refused(session, error);
        return;
    }
    loop_watch_add(session->plan->loop, &session->watch, EPOLLOUT);
}
