/* A session's handshake, and what comes behind it: does the server accept the client, what does it answer over HTTP? */
#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>

#include "cmd/tls-check/http.h"
#include "cmd/tls-check/session_step.h"
#include "cmd/tls-check/settings_values.h"
#include "common/base/deadline.h"

#include "common/base/banned.h"

enum {
    SETTLE = 300,            /* milliseconds that a server may take to refuse a client's certificate */
    SETTLE_FOR_PROOF = 3000, /* where proof is asked for */
};

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

static bool is_redirect(int status)
{
    return status >= 300 && status < 400;
}

/* A redirect says behind its status where it leads. */
static bool session_has_answer(const struct session *session, int status)
{
    return status != HTTP_MORE && (!is_redirect(status) || http_head_length(&session->in) > 0);
}

static void session_http_status(struct session *session, int status)
{
    if (status == HTTP_GARBLED) {
        reason_set(&session->why, CODE_FAILED, "the answer over TLS is not HTTP");
        reason_hint(
            &session->why,
            "TLS is fine; leave out the path (https://, --http-path) where another protocol is spoken");
        session_fail(session, ATTEMPT_FAIL);
        return;
    }
    session->facts.http_status = status;
    if (is_redirect(status))
        http_location(&session->in, session->location, sizeof session->location);
    if (session->facts.client_wanted && status != 400)
        session->facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    session_finish(session);
}

/* The connection is over before the answer was. */
static void session_http_end(struct session *session)
{
    int status = session->in.length > 0 ? http_status(&session->in) : HTTP_MORE;

    session_note_refusal(session);
    if (session->facts.acceptance == TLS_ACCEPTANCE_REFUSED)
        session_finish(session);
    else if (status != HTTP_MORE)
        session_http_status(session, status);
    else
        session_lost(session, session->facts.system_error);
}

static void session_read_http(struct session *session)
{
    char chunk[SESSION_CHUNK];

    for (;;) {
        session_enter(session);
        int got = SSL_read(session->ssl, chunk, sizeof chunk);
        if (got <= 0) {
            if (session_wants(session, got))
                return;
            session_http_end(session);
            return;
        }
        bool fits = buf_add(&session->in, chunk, (size_t)got);
        int status = http_status(&session->in);
        if (!fits || session_has_answer(session, status)) {
            session_http_status(session, status != HTTP_MORE ? status : HTTP_GARBLED);
            return;
        }
    }
}

void session_http(struct session *session)
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

/* Nothing is sent to a server that is not trusted; what it thinks of the client is heard all the same. */
static bool session_is_trusted(const struct session *session)
{
    for (size_t i = 0; i < session->judgement.count; i++)
        if (session->judgement.reasons[i].code != CODE_CLIENT_CERTIFICATE)
            return false;
    return true;
}

/* It asked for a client certificate, and ended the connection without an alert that would say why. */
static void session_hung_up(struct session *session)
{
    const struct tls_facts *facts = &session->facts;

    session_judge(session);
    if (!session_is_trusted(session)) {
        session_end(session);
        return;
    }
    reason_set(&session->why, CODE_FAILED,
               "the server asked for a client certificate, %s, and closed the connection",
               facts->client_given ? "got one" : "got none");
    if (facts->end == TLS_END_SYSTEM || facts->end == TLS_END_LIBRARY)
        reason_detail(&session->why, " (%.100s)",
                      facts->end == TLS_END_SYSTEM ? strerror(facts->system_error) : facts->library);
    reason_hint(&session->why, "it does not say why: does it %s? look at its log",
                facts->client_given ? "accept this one, or fail for another reason"
                                    : "insist on one (--client-cert)");
    session_fail(session, ATTEMPT_RETRY);
}

void session_settle(struct session *session)
{
    char chunk[SESSION_CHUNK];

    session_enter(session);
    int got = SSL_read(session->ssl, chunk, sizeof chunk);
    bool goes_on = got <= 0 && session_wants(session, got);
    if (got <= 0 && !goes_on)
        session_note_refusal(session);
    if (got > 0) /* it speaks first, so it has accepted */
        session->facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    if (session->facts.acceptance != TLS_ACCEPTANCE_UNKNOWN)
        session_finish(session);
    else if (!goes_on)
        session_hung_up(session);
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
    if (path && session_is_trusted(session)) {
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

void session_shake(struct session *session)
{
    session_enter(session);
    int result = SSL_connect(session->ssl);
    if (result == 1)
        session_after_handshake(session);
    else if (!session_wants(session, result))
        session_finish(session);
}

static void session_expect(struct session *session)
{
    const struct session_plan *plan = session->plan;
    const struct operand *operand = session->operand;
    struct tls_facts *facts = &session->facts;
    char address[ADDRESS_TEXT], first[TARGET_PLACE], behind[TARGET_PLACE];

    facts->deadline = session->deadline;
    tls_expect(facts, plan->server_name ? plan->server_name : operand->host);
    target_place(address_format(&session->address, address), address_port(&session->address), first);
    target_place(operand->host, operand->port, behind);
    bool named = tls_facts_sends_name(facts);
    snprintf(facts->reach, sizeof facts->reach, "%s %s%s%s%s%s%s%s", plan->proxy ? "-proxy" : "-connect",
             first, plan->proxy ? " -connect " : "", plan->proxy ? behind : "", named ? " -servername " : "",
             named ? facts->name : "", plan->starttls ? " -starttls " : "",
             plan->starttls ? settings_protocols[plan->starttls] : "");
}

void session_begin_tls(struct session *session)
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
    session_expect(session);
    if (tls_facts_sends_name(&session->facts))
        SSL_set_tlsext_host_name(session->ssl, session->facts.name);
    session_shake(session);
}
