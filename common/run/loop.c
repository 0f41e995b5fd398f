#include "common/run/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

enum {
    BATCH = 64,
    ROUNDS = 64, /* batches of events before timers are called in any case */
    SLICE = 5, /* milliseconds of timers before events are checked again; shorter delays are not lost time */
};

struct loop {
    int epoll;
    bool quit;
    int64_t limit;
    struct loop_timer **heap; /* a binary heap by due time, from index 1 */
    size_t timers;
    size_t capacity;
    struct epoll_event batch[BATCH]; /* events to deliver; those of a watch that is removed are cleared */
    int batch_length;
    int64_t woken; /* when epoll_wait last returned */
    int64_t lost;  /* lost time until `woken` */
};

struct loop *loop_new(void)
{
    struct loop *loop = xcalloc(1, sizeof *loop);
    struct epoll_event stop = {.events = EPOLLIN, .data.ptr = NULL};

    loop->limit = DEADLINE_NEVER;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        free(loop);
        return NULL;
    }
    if (stop_descriptor() >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, stop_descriptor(), &stop) != 0) {
        loop_free(loop);
        return NULL;
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    close(loop->epoll);
    free(loop->heap);
    free(loop);
}

static bool loop_watch_control(struct loop *loop, int operation, struct loop_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    return epoll_ctl(loop->epoll, operation, watch->fd, &event) == 0;
}

bool loop_watch_add(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    return loop_watch_control(loop, EPOLL_CTL_ADD, watch, events);
}

bool loop_watch_change(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    return loop_watch_control(loop, EPOLL_CTL_MOD, watch, events);
}

void loop_watch_remove(struct loop *loop, struct loop_watch *watch)
{
    /* The watch may be freed after this, so the kernel must forget it: once more if that failed, unless it knew nothing of it. */
    if (epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL) != 0 && errno != ENOENT && errno != EBADF)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = 0; i < loop->batch_length; i++)
        if (loop->batch[i].data.ptr == watch)
            loop->batch[i].events = 0;
}

static void heap_put(struct loop *loop, size_t position, struct loop_timer *timer)
{
    loop->heap[position] = timer;
    timer->position = position;
}

/* Moves `timer` from `position` towards the root until its parent is not due later. */
static size_t heap_rise(struct loop *loop, size_t position, const struct loop_timer *timer)
{
    while (position > 1 && loop->heap[position / 2]->due > timer->due) {
        heap_put(loop, position, loop->heap[position / 2]);
        position /= 2;
    }
    return position;
}

static size_t heap_sink(struct loop *loop, size_t position, const struct loop_timer *timer)
{
    for (size_t child = 2 * position; child <= loop->timers; child = 2 * position) {
        if (child < loop->timers && loop->heap[child + 1]->due < loop->heap[child]->due)
            child++;
        if (loop->heap[child]->due >= timer->due)
            break;
        heap_put(loop, position, loop->heap[child]);
        position = child;
    }
    return position;
}

void loop_timer_clear(struct loop *loop, struct loop_timer *timer)
{
    size_t hole = timer->position;

    if (hole == 0)
        return;
    timer->position = 0;
    struct loop_timer *last = loop->heap[loop->timers--];
    if (last == timer)
        return;
    hole = heap_rise(loop, hole, last);
    hole = heap_sink(loop, hole, last);
    heap_put(loop, hole, last);
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due)
{
    loop_timer_clear(loop, timer);
    if (due == DEADLINE_NEVER)
        return;
    if (loop->timers + 2 > loop->capacity) {
        loop->capacity = loop->capacity ? 2 * loop->capacity : 16;
        loop->heap = xrealloc(loop->heap, loop->capacity * sizeof(struct loop_timer *));
    }
    timer->due = due;
    heap_put(loop, heap_rise(loop, ++loop->timers, timer), timer);
}

/* Milliseconds for epoll_wait. The clock is rounded down, so that a timer may come up to 1 ms early, but not late. */
static int loop_patience(const struct loop *loop, int64_t now)
{
    int64_t next = deadline_earlier(loop->timers > 0 ? loop->heap[1]->due : DEADLINE_NEVER, loop->limit);

    if (next == DEADLINE_NEVER)
        return -1;
    int64_t left = deadline_left(next, now);
    return left >= INT_MAX ? INT_MAX : (int)left;
}

static bool loop_timer_is_due(const struct loop *loop, int64_t now)
{
    return loop->timers > 0 && loop->heap[1]->due <= now;
}

/* Whether the loop has to end. Checked before each callback, because one callback may take milliseconds. */
static bool loop_is_over(const struct loop *loop)
{
    return loop->quit || stop_signal() != 0 ||
           (loop->limit != DEADLINE_NEVER && deadline_now() >= loop->limit);
}

static void loop_fire_timers(struct loop *loop)
{
    int64_t now = deadline_now(), end = now + SLICE;

    while (!loop_is_over(loop) && loop_timer_is_due(loop, now) && deadline_now() < end) {
        struct loop_timer *timer = loop->heap[1];
        loop_timer_clear(loop, timer);
        timer->on_due(timer->owner);
    }
}

/* --- lost time --- */

static int64_t lost_of(int64_t milliseconds)
{
    return milliseconds > SLICE ? milliseconds : 0;
}

int64_t loop_lost(const struct loop *loop)
{
    return loop->lost + (loop->woken > 0 ? lost_of(deadline_now() - loop->woken) : 0);
}

int64_t loop_extend(const struct loop *loop, int64_t deadline, int64_t *lost)
{
    int64_t before = *lost;

    *lost = loop_lost(loop);
    return deadline_after(deadline, *lost - before);
}

/* --- events --- */

/* Events that are not delivered are reported again, if the loop runs again. */
static void loop_deliver(struct loop *loop)
{
    for (int i = 0; i < loop->batch_length && !loop_is_over(loop); i++) {
        struct loop_watch *watch = loop->batch[i].data.ptr; /* NULL: the stop descriptor, to wake only */

        if (watch && loop->batch[i].events != 0)
            watch->on_event(watch->owner, loop->batch[i].events);
    }
    loop->batch_length = 0;
}

static void loop_wait(struct loop *loop)
{
    loop->lost = loop_lost(loop);
    loop->woken = deadline_now();
    int patience = loop_patience(loop, loop->woken);
    int64_t planned = deadline_after(loop->woken, patience);
    loop->batch_length = epoll_wait(loop->epoll, loop->batch, BATCH, patience);
    if (loop->batch_length < 0)
        loop->batch_length = 0; /* EINTR: stop_signal reports it */
    loop->woken = deadline_now();
    if (patience >= 0)
        loop->lost += lost_of(loop->woken - planned);
}

enum loop_end loop_run(struct loop *loop)
{
    int rounds = 0;

    loop->quit = false;
    loop->woken = deadline_now();
    while (!loop_is_over(loop)) {
        loop_wait(loop);
        bool more = loop->batch_length > 0;
        loop_deliver(loop);
        if (more && ++rounds < ROUNDS && loop_timer_is_due(loop, deadline_now()))
            continue; /* there may be more events, and events come first */
        rounds = 0;
        loop_fire_timers(loop);
    }
    loop->lost = loop_lost(loop);
    loop->woken = 0;
    return stop_signal() != 0 ? LOOP_STOPPED : LOOP_QUIT;
}

void loop_set_limit(struct loop *loop, int64_t at)
{
    loop->limit = at;
}

void loop_quit(struct loop *loop)
{
    loop->quit = true;
}
