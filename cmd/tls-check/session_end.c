/* How a session ends, and what it came to. */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/tls-check/session_step.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

const char *session_doing(const struct session *session)
{
    switch (session->phase) {
    case SESSION_PROXY:
        return "asking the proxy";
    case SESSION_STARTTLS:
        return "starting TLS with";
    case SESSION_HANDSHAKE:
        return "negotiating TLS with";
    case SESSION_SETTLING:
        return "waiting for the verdict on the client certificate from";
    case SESSION_HTTP:
        return "waiting for the HTTP answer of";
    case SESSION_HELLO:
    case SESSION_AGAIN:
        return "negotiating TLS once more with";
    case SESSION_IDLE:
    case SESSION_CONNECTING:
    case SESSION_ENDED:
        break;
    }
    return "connecting to";
}

void session_end(struct session *session)
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
        session->watch.fd = -1;
    }
    SSL_free(session->ssl);
    session->ssl = NULL;
    SSL_CTX_free(session->context);
    session->context = NULL;
    session->ended_at = deadline_now();
    session->phase = SESSION_ENDED;
}

void session_name_proxy(struct session *session)
{
    if (session->plan->proxy && session->phase <= SESSION_PROXY)
        proxy_wrap(session->plan->proxy, &session->why);
}

void session_name_way(struct session *session)
{
    const struct proxy *proxy = session->plan->proxy;
    size_t used = strlen(session->why.detail);

    if (proxy && session->phase > SESSION_PROXY)
        snprintf(session->why.detail + used, sizeof session->why.detail - used,
                 ", through the proxy %.60s:%u (from %.40s)", proxy->host, proxy->port, proxy->from);
}

void session_fail(struct session *session, enum outcome outcome)
{
    session->outcome = outcome;
    session_end(session);
}

static struct reason *keep(const struct reason *reasons, size_t count)
{
    struct reason *kept = xcalloc(count, sizeof *kept);

    if (count > 0)
        memcpy(kept, reasons, count * sizeof *kept);
    return kept;
}

static void session_forget_judgement(struct session *session)
{
    free(session->judgement.reasons);
    free(session->judgement.warnings);
    session->judgement = (struct session_judgement){0};
}

void session_judge(struct session *session)
{
    struct tls_judgement judgement;

    if (session->ssl)
        tls_observe(session->ssl, &session->facts);
    judge_tls(&session->facts, &session->plan->rules, &judgement);
    session->outcome = judgement_sum_up(&judgement, &session->why);
    session_forget_judgement(session);
    session->judgement = (struct session_judgement){
        .reasons = keep(judgement.reasons, judgement.count),
        .count = judgement.count,
        .warnings = keep(judgement.warnings, judgement.warning_count),
        .warning_count = judgement.warning_count,
    };
    if (session->outcome != ATTEMPT_OK)
        session_name_way(session);
}

void session_finish(struct session *session)
{
    session_judge(session);
    session_end(session);
}

void session_lost(struct session *session, int error)
{
    char where[ADDRESS_TEXT];

    address_format(&session->address, where);
    reason_set(&session->why, CODE_FAILED, "the connection ended while %s", session_doing(session));
    reason_detail(&session->why, " %s%s%s", where, error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    reason_hint(&session->why,
                "is the server still starting, or does it speak another protocol on this port?");
    session_name_proxy(session);
    session_name_way(session);
    session_fail(session, ATTEMPT_RETRY);
}

void session_free(struct session *session)
{
    if (session->second)
        session_free(session->second);
    free(session->second);
    session->second = NULL;
    session_end(session);
    session_forget_judgement(session);
    tls_facts_free(&session->facts);
    credentials_release(session->credentials);
    session->credentials = NULL;
    buf_free(&session->in);
    buf_free(&session->out);
}
