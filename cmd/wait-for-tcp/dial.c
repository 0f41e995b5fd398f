#include "cmd/wait-for-tcp/dial.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum {
    CHUNK = 4096,
    RECEIVED_MOST = 1024 * 1024, /* without the expected text among them */
};

bool dial_has_ended(const struct dial *dial)
{
    return dial->state >= DIAL_ACCEPTED;
}

static void dial_close(struct dial *dial)
{
    if (dial->state == DIAL_IDLE || dial_has_ended(dial))
        return;
    loop_timer_clear(dial->loop, &dial->timer);
    loop_watch_remove(dial->loop, &dial->watch);
    close(dial->watch.fd);
}

static void dial_end(struct dial *dial, enum dial_state state, int error)
{
    dial_close(dial);
    dial->state = state;
    dial->error = error;
    dial->on_end(dial);
}

void dial_stop(struct dial *dial)
{
    if (dial_has_ended(dial))
        return;
    dial_close(dial);
    if (dial->state == DIAL_TALKING)
        dial->state = DIAL_UNEXPECTED;
    else
        dial->state = dial->state == DIAL_HOLDING ? DIAL_UNPROVEN : DIAL_TIMED_OUT;
    dial->error = ETIMEDOUT;
}

/* --- speaking --- */

void dial_prepare(struct dial_script *script)
{
    size_t length = script->expect_length;
    size_t *back = xcalloc(length + 1, sizeof *back);

    for (size_t at = 1, matched = 0; at < length; at++) {
        while (matched > 0 && script->expect[at] != script->expect[matched])
            matched = back[matched - 1];
        matched += script->expect[at] == script->expect[matched];
        back[at] = matched;
    }
    script->expect_back = back;
}

/* Follows the bytes, however packets split them. True once all of `expect` has gone by. */
static bool dial_match(struct dial *dial, const char *bytes, size_t length)
{
    const struct dial_script *script = dial->script;

    for (size_t i = 0; i < length && dial->matched < script->expect_length; i++) {
        while (dial->matched > 0 && bytes[i] != script->expect[dial->matched])
            dial->matched = script->expect_back[dial->matched - 1];
        dial->matched += bytes[i] == script->expect[dial->matched];
    }
    return dial->matched == script->expect_length;
}

static void dial_hold(struct dial *dial)
{
    if (dial->hold == 0) {
        dial_end(dial, DIAL_ACCEPTED, 0);
        return;
    }
    dial->state = DIAL_HOLDING;
    loop_watch_change(dial->loop, &dial->watch, EPOLLIN | EPOLLRDHUP);
    loop_timer_set(dial->loop, &dial->timer, deadline_after(deadline_now(), dial->hold));
}

static void dial_on_hold_over(void *owner)
{
    dial_end(owner, DIAL_ACCEPTED, 0);
}

/* True when all has been sent; else the socket is full, or the dial has ended. */
static bool dial_send(struct dial *dial)
{
    const struct dial_script *script = dial->script;

    while (dial->sent < script->send_length) {
        ssize_t sent = send(dial->watch.fd, script->send + dial->sent, script->send_length - dial->sent,
                            MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return false;
        if (sent < 0) {
            dial_end(dial, DIAL_DROPPED, errno);
            return false;
        }
        dial->sent += (size_t)sent;
    }
    return true;
}

static void dial_keep_seen(struct dial *dial, const char *bytes, size_t length)
{
    size_t room = sizeof dial->seen - dial->seen_length;

    if (length > room)
        length = room;
    memcpy(dial->seen + dial->seen_length, bytes, length);
    dial->seen_length += length;
}

/* A greeting does not end the hold: servers also say why they close (MySQL's "Host ... is not allowed", a TLS alert). */
static void dial_on_bytes(struct dial *dial, const char *bytes, size_t length)
{
    dial_keep_seen(dial, bytes, length);
    dial->received += length;
    if (dial->state == DIAL_HOLDING) {
        if (dial->received > RECEIVED_MOST)
            dial_end(dial, DIAL_ACCEPTED, 0);
        return;
    }
    if (dial->script->expect_length > 0 && dial_match(dial, bytes, length))
        dial_end(dial, DIAL_ACCEPTED, 0);
    else if (dial->received > RECEIVED_MOST)
        dial_end(dial, DIAL_UNEXPECTED, EMSGSIZE);
}

/* One read an event: a peer that floods must not keep the loop from its other targets. */
static void dial_receive(struct dial *dial)
{
    char chunk[CHUNK];
    ssize_t got = recv(dial->watch.fd, chunk, sizeof chunk, 0);

    if (got > 0)
        dial_on_bytes(dial, chunk, (size_t)got);
    else if (got == 0 && dial->state == DIAL_TALKING && dial->script->expect_length > 0)
        dial_end(dial, DIAL_UNEXPECTED, 0);
    else if (got == 0)
        dial_end(dial, DIAL_DROPPED, 0);
    else if (errno != EAGAIN && errno != EINTR)
        dial_end(dial, DIAL_DROPPED, errno);
}

static void dial_talk(struct dial *dial, uint32_t events)
{
    if (events & EPOLLOUT) {
        if (!dial_send(dial))
            return; /* it may have ended, and its owner freed it; what is to be read comes with the next event */
        if (dial->script->expect_length == 0) {
            dial_hold(dial);
            return;
        }
        loop_watch_change(dial->loop, &dial->watch, EPOLLIN | EPOLLRDHUP);
    }
    if (events & ~(uint32_t)EPOLLOUT)
        dial_receive(dial);
}

/* --- connecting --- */

static void dial_connected(struct dial *dial)
{
    if (connect_to_self(dial->watch.fd)) {
        connect_forget(dial->watch.fd);
        dial_end(dial, DIAL_SELF, 0);
    } else if (dial->script->send_length == 0 && dial->script->expect_length == 0) {
        dial_hold(dial);
    } else {
        dial->state = DIAL_TALKING;
        loop_watch_change(dial->loop, &dial->watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    }
}

static void dial_on_event(void *owner, uint32_t events)
{
    struct dial *dial = owner;

    if (dial->state == DIAL_TALKING) {
        dial_talk(dial, events);
    } else if (dial->state == DIAL_HOLDING) {
        dial_receive(dial);
    } else {
        int error = connect_result(dial->watch.fd);
        if (error != 0)
            dial_end(dial, DIAL_ERROR, error);
        else
            dial_connected(dial);
    }
}

void dial_start(struct dial *dial, const struct sockaddr *to, socklen_t length)
{
    int error;
    int descriptor = connect_start(to, length, &error);

    dial->timer = (struct loop_timer){.on_due = dial_on_hold_over, .owner = dial};
    dial->watch = (struct loop_watch){.fd = descriptor, .on_event = dial_on_event, .owner = dial};
    if (descriptor < 0) {
        dial_end(dial, DIAL_ERROR, error);
        return;
    }
    dial->state = DIAL_CONNECTING;
    if (!loop_watch_add(dial->loop, &dial->watch, EPOLLOUT))
        dial_end(dial, DIAL_ERROR, errno);
    else if (error == 0)
        dial_connected(dial);
}
