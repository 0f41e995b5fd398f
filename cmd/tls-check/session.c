#include "cmd/tls-check/session.h"

#include <errno.h>
#include <sys/epoll.h>

#include "cmd/tls-check/session_step.h"
#include "common/base/deadline.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

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
    case SESSION_HELLO:
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
    case SESSION_AGAIN:
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
    if (!loop_watch_add(session->plan->loop, &session->watch, EPOLLOUT))
        session_refused(session, errno);
}
