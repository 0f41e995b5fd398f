/* The event loop. One thread waits for descriptors (epoll), timers (a heap), and the stop descriptor.
 *
 * Watches and timers are members of their owners' structs, and the loop keeps pointers to them. So an owner removes its watch
 * and clears its timer before it is freed. Both may be done in any callback, for any watch or timer. */
#ifndef COMMON_RUN_LOOP_H
#define COMMON_RUN_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

struct loop_watch {
    int fd;
    void (*on_event)(void *owner, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
    void *owner;
};

struct loop_timer {
    void (*on_due)(void *owner);
    void *owner;
    int64_t due;     /* see deadline.h */
    size_t position; /* in the heap, from 1; 0: the timer is not set */
};

enum loop_end {
    LOOP_QUIT,    /* loop_quit was called */
    LOOP_STOPPED, /* SIGTERM or SIGINT */
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* The descriptor must be open, and not in another watch. False, with errno set, when epoll refuses it. */
bool loop_watch_add(struct loop *loop, struct loop_watch *watch, uint32_t events);
bool loop_watch_change(struct loop *loop, struct loop_watch *watch, uint32_t events);

/* Call it before the descriptor is closed. */
void loop_watch_remove(struct loop *loop, struct loop_watch *watch);

/* Sets or moves the timer. Its callback is called once. DEADLINE_NEVER clears the timer. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due);
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

/* Sets the time from which loop_run calls no callback and returns LOOP_QUIT, even if events are waiting. DEADLINE_NEVER: no
 * limit, the default. */
void loop_set_limit(struct loop *loop, int64_t at);

/* Lost time: milliseconds so far in which the loop could not react to events, because callbacks were running, or the process
 * was not (a CPU limit of the container). */
int64_t loop_lost(const struct loop *loop);

/* Returns the deadline, extended by the time lost since `*lost`, and updates `*lost`. For the deadline of an attempt; not for
 * that of the run. */
int64_t loop_extend(const struct loop *loop, int64_t deadline, int64_t *lost);

/* Runs callbacks until one of them calls loop_quit, or a stop signal comes. Events come before timers, so that data that
 * arrived in time counts, even if it is read late. */
enum loop_end loop_run(struct loop *loop);
void loop_quit(struct loop *loop);

#endif
