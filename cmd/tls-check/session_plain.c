/* What a session says in plain text before TLS: to a proxy, and to have TLS started. */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "cmd/tls-check/session_step.h"

#include "common/base/banned.h"

bool session_send_plain(struct session *session)
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

void session_next_phase(struct session *session)
{
    if (session->phase < SESSION_STARTTLS && session->plan->starttls != STARTTLS_NONE)
        session->phase = SESSION_STARTTLS;
    else
        session->phase = SESSION_HANDSHAKE;
}

bool session_converse(struct session *session)
{
    enum dialogue_next next;

    if (session->phase == SESSION_PROXY)
        next = proxy_next(&session->in, session->plan->proxy, session->credentials->proxy_credentials != NULL,
                          &session->why);
    else
        next = starttls_next(session->plan->starttls, &session->step, &session->in, &session->out,
                             &session->why);
    if (next == DIALOGUE_RETRY || next == DIALOGUE_FAILED) {
        session_fail(session, next == DIALOGUE_RETRY ? ATTEMPT_RETRY : ATTEMPT_FAIL);
        return false;
    }
    if (next != DIALOGUE_DONE)
        return true;
    session_next_phase(session);
    /* It would be read as the beginning of what the server says within TLS. (STARTTLS has refused its own.) */
    if (session->phase == SESSION_HANDSHAKE && session->in.length > 0) {
        reason_set(&session->why, CODE_PROXY, "the proxy sends plain text after it agreed to the tunnel");
        session_fail(session, ATTEMPT_FAIL);
        return false;
    }
    return true;
}

bool session_receive_plain(struct session *session)
{
    char chunk[SESSION_CHUNK];
    ssize_t got = recv(session->watch.fd, chunk, sizeof chunk, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        session_lost(session, got < 0 ? errno : 0);
    } else if (!buf_add(&session->in, chunk, (size_t)got)) {
        reason_set(&session->why, session->phase == SESSION_PROXY ? CODE_PROXY : CODE_PROTOCOL,
                   "the answer is too long, %s", session_doing(session));
        session_fail(session, ATTEMPT_FAIL);
    } else {
        return true;
    }
    return false;
}
