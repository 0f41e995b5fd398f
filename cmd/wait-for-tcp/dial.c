#include "cmd/wait-for-tcp/dial.h"

#include <errno.h>
#include <stdlib.h>
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

void dial_clear(struct dial *dial)
{
    dial_stop(dial);
    if (dial->talk)
        talk_free(dial->talk);
    free(dial->talk);
    dial->talk = NULL;
}

/* --- speaking --- */

/* Whether it is not enough that the connection stays. */
static bool dial_expects(const struct dial *dial)
{
    return dial->protocol || dial->needle->length > 0;
}

/* From here on, what comes is heard of, and with `writable` when the socket takes more. */
static void dial_watch(struct dial *dial, bool writable)
{
    if (dial->watches && dial->writable == writable)
        return;
    dial->watches = true;
    dial->writable = writable;
    loop_watch_change(dial->loop, &dial->watch, EPOLLIN | EPOLLRDHUP | (writable ? EPOLLOUT : 0));
}

static void dial_hold(struct dial *dial)
{
    if (dial->hold == 0) {
        dial_end(dial, DIAL_ACCEPTED, 0);
        return;
    }
    dial->state = DIAL_HOLDING;
    dial_watch(dial, false);
    loop_timer_set(dial->loop, &dial->timer, deadline_after(deadline_now(), dial->hold));
}

static void dial_on_hold_over(void *owner)
{
    dial_end(owner, DIAL_ACCEPTED, 0);
}

/* What is still to be sent, if anything can be: the rest of `send`, then what the talk answers. Returns its length. */
static size_t dial_unsent(const struct dial *dial, const char **bytes)
{
    size_t behind = dial->sent > dial->send_length ? dial->sent - dial->send_length : 0;

    if (dial->broken)
        return 0;
    if (dial->sent < dial->send_length) {
        *bytes = dial->send + dial->sent;
        return dial->send_length - dial->sent;
    }
    if (!dial->talk)
        return 0;
    *bytes = dial->talk->out.data + behind;
    return dial->talk->out.length - behind;
}

/* Sends what the socket takes. A peer that ended the connection may have said why: that is still to be read. False when the dial
 * has ended, and its owner may have freed it. */
static bool dial_send(struct dial *dial)
{
    const char *bytes;
    size_t length;

    while ((length = dial_unsent(dial, &bytes)) > 0) {
        ssize_t sent = send(dial->watch.fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) {
            dial->broken = true;
        } else if (sent < 0 && errno != EINTR) {
            dial_end(dial, DIAL_DROPPED, errno);
            return false;
        }
        dial->sent += sent > 0 ? (size_t)sent : 0;
    }
    dial_watch(dial, length > 0);
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

static void dial_expect_bytes(struct dial *dial, const char *bytes, size_t length)
{
    if (dial->needle->length > 0 && needle_follow(dial->needle, &dial->matched, bytes, length))
        dial_end(dial, DIAL_ACCEPTED, 0);
    else if (dial->received > RECEIVED_MOST)
        dial_end(dial, DIAL_UNEXPECTED, EMSGSIZE);
}

/* As far as the socket takes it at once: the verdict does not wait for it. */
static void dial_farewell(const struct dial *dial)
{
    const char *bytes;
    size_t length = dial_unsent(dial, &bytes);

    if (length > 0)
        send(dial->watch.fd, bytes, length, MSG_NOSIGNAL);
}

static void dial_judge_bytes(struct dial *dial, const char *bytes, size_t length)
{
    switch (talk_add(dial->talk, bytes, length)) {
    case TALK_MORE:
        dial_send(dial);
        break;
    case TALK_READY:
        dial_farewell(dial);
        dial_end(dial, DIAL_ACCEPTED, 0);
        break;
    case TALK_NOT_YET:
        dial_end(dial, DIAL_NOT_YET, 0);
        break;
    case TALK_NEVER:
        dial_end(dial, DIAL_NEVER, 0);
        break;
    case TALK_INVALID:
        dial_end(dial, DIAL_UNEXPECTED, EPROTO);
        break;
    }
}

/* A greeting does not end the hold: servers also say why they close (MySQL's "Host ... is not allowed", a TLS alert). Nor does a
 * flood: its end may be right behind it. */
static void dial_on_bytes(struct dial *dial, const char *bytes, size_t length)
{
    dial_keep_seen(dial, bytes, length);
    if (dial->state == DIAL_HOLDING && !dial->talk)
        return;
    dial->received += length;
    if (dial->talk)
        dial_judge_bytes(dial, bytes, length);
    else
        dial_expect_bytes(dial, bytes, length);
}

/* One read an event: a peer that floods must not keep the loop from its other targets. */
static void dial_receive(struct dial *dial)
{
    char chunk[CHUNK];
    ssize_t got = recv(dial->watch.fd, chunk, sizeof chunk, 0);

    if (got > 0)
        dial_on_bytes(dial, chunk, (size_t)got);
    else if (got == 0 && dial->state == DIAL_TALKING && dial_expects(dial) && !dial->broken)
        dial_end(dial, DIAL_UNEXPECTED, 0);
    else if (got == 0)
        dial_end(dial, DIAL_DROPPED, 0);
    else if (errno != EAGAIN && errno != EINTR)
        dial_end(dial, DIAL_DROPPED, errno);
}

static void dial_talk(struct dial *dial, uint32_t events)
{
    const char *bytes;

    if (events & EPOLLOUT) {
        if (!dial_send(dial))
            return;
        if (!dial_expects(dial) && !dial->broken && dial_unsent(dial, &bytes) == 0) {
            dial_hold(dial);
            return; /* it may have ended, and its owner freed it; what is to be read comes with the next event */
        }
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
    } else if (dial->send_length == 0 && !dial_expects(dial)) {
        dial_hold(dial);
    } else {
        dial->state = DIAL_TALKING;
        if (dial->protocol) {
            dial->talk = xcalloc(1, sizeof *dial->talk);
            talk_begin(dial->talk, dial->protocol, dial->secret);
        }
        dial_watch(dial, dial->send_length > 0);
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
