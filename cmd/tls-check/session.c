#include "cmd/tls-check/session.h"

#include <errno.h>
#include <sys/epoll.h>

#include "cmd/tls-check/session_step.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

static void session_talk(struct session *session)
{
    for (enum session_phase before = SESSION_IDLE; before != session->phase;) {
        before = session->phase;
        if (session->phase == SESSION_PROXY || session->phase == SESSION_STARTTLS)
            if (!session_converse(session))
                return;
    }
    if (session->phase == SESSION_HELLO)
        session_read_hello(session);
    else if (session_send_plain(session) && session->phase == SESSION_HANDSHAKE) {
        if (session->is_second)
            session_begin_hello(session);
        else
            session_begin_tls(session);
    }
}

/* What has come goes on. */
static void session_hear(struct session *session)
{
    if (session_receive_plain(session))
        session_talk(session);
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

static void session_note_error(struct session *session, int error)
{
    char where[ADDRESS_TEXT];

    session->connect_error = error;
    connect_reason(error, address_format(&session->address, where), &session->why);
    session_name_proxy(session);
}

static void session_refused(struct session *session, int error)
{
    session_note_error(session, error);
    session_fail(session, ATTEMPT_RETRY);
}

static void session_go_on(struct session *session, uint32_t events)
{
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
            session_hear(session);
        else if (session_send_plain(session) && (events & EPOLLIN))
            session_hear(session);
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

static void on_second(struct session *second)
{
    struct session *session = second->owner;

    if (second->phase != SESSION_ENDED)
        return;
    session_conclude_second(session);
    session->phase = SESSION_ENDED;
    session->on_progress(session);
}

/* Begins a second look where it has something to find. True: on_progress comes later. */
static bool session_look_again(struct session *session)
{
    enum hello_kind kind;

    if (!session_wants_second(session, &kind))
        return false;
    session->second = xcalloc(1, sizeof *session->second);
    *session->second = (struct session){
        .plan = session->plan,
        .operand = session->operand,
        .credentials = session->credentials,
        .address = session->address,
        .on_progress = on_second,
        .owner = session,
        .is_second = true,
        .hello = kind,
    };
    session->credentials->users++;
    session->phase = SESSION_AGAIN;
    session_start(session->second, session->deadline);
    return true;
}

/* The end is told last, from here alone: whoever learns of it may free the session. */
static void session_tell_end(struct session *session)
{
    if (session->phase == SESSION_ENDED && !session_look_again(session))
        session->on_progress(session);
}

static void session_on_event(void *owner, uint32_t events)
{
    session_go_on(owner, events);
    session_tell_end(owner);
}

static void session_on_timer(void *owner)
{
    struct session *session = owner;

    if (session->phase == SESSION_SETTLING)
        session_finish(session);
    session_tell_end(session);
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
    if (descriptor < 0)
        session_refused(session, error);
    else if (!loop_watch_add(session->plan->loop, &session->watch, EPOLLOUT))
        session_refused(session, errno);
    session_tell_end(session);
}

static void session_note_silence(struct session *session)
{
    char where[ADDRESS_TEXT];

    reason_set(&session->why, CODE_FAILED, "no answer within the attempt's time, %s", session_doing(session));
    reason_detail(&session->why, " %s", address_format(&session->address, where));
    reason_hint(&session->why, "something accepts and does not answer: is this the right port and protocol?");
    session_name_proxy(session);
    session_name_way(session);
}

void session_stop(struct session *session, bool time_is_up)
{
    if (session->phase == SESSION_IDLE || session->phase == SESSION_ENDED)
        return;
    if (session->phase == SESSION_AGAIN) {
        session_stop(session->second, time_is_up);
        if (time_is_up)
            session_conclude_second(session);
        else if (session->outcome == ATTEMPT_OK)
            session->outcome = ATTEMPT_RETRY;
        session_end(session);
        return;
    }
    session->outcome = ATTEMPT_RETRY;
    if (time_is_up && (session->phase == SESSION_HANDSHAKE || session->phase == SESSION_SETTLING)) {
        session->facts.end = session->facts.done ? session->facts.end : TLS_END_TIMEOUT;
        session_judge(session);
    } else if (session->phase == SESSION_CONNECTING) {
        session_note_error(session, ETIMEDOUT);
    } else {
        session_note_silence(session);
    }
    session_end(session);
}
