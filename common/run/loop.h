/* One thread that waits for many things: descriptors (epoll), timers (a heap), and the stop descriptor.
 *
 * Watches and timers live in their owners' structs; the loop keeps pointers only, so an owner removes its watch and
 * clears its timer before it goes. Both may be done from inside any callback, for any watch or timer. */
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
    int64_t due;     /* absolute, see deadline.h */
    size_t position; /* in the heap, from 1; 0: not set */
};

enum loop_end {
    LOOP_QUIT,    /* loop_quit was called */
    LOOP_STOPPED, /* SIGTERM or SIGINT */
};

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* The descriptor must be open and in no other watch. False with errno set when epoll refuses it. */
bool loop_watch_add(struct loop *loop, struct loop_watch *watch, uint32_t events);
bool loop_watch_change(struct loop *loop, struct loop_watch *watch, uint32_t events);

/* To be called before the descriptor is closed. */
void loop_watch_remove(struct loop *loop, struct loop_watch *watch);

/* Sets or moves; the callback comes once. DEADLINE_NEVER clears. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due);
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

/* From then on loop_run calls nobody, and returns LOOP_QUIT, however much there is to hear. DEADLINE_NEVER: no limit, as at first.
 * */
void loop_set_limit(struct loop *loop, int64_t at);

/* Milliseconds so far in which the loop was not waiting: callbacks at work, or the process kept from running (a container's CPU
 * limit). What others have answered meanwhile could not be heard. */
int64_t loop_lost(const struct loop *loop);

/* The deadline later by what was lost since `*lost`, which is brought up to date. For an attempt's own time; not for the run's. */
int64_t loop_extend(const struct loop *loop, int64_t deadline, int64_t *lost);

/* Runs callbacks until one calls loop_quit or a stop signal came. Events come before timers, so that what has arrived in time
 * counts, however late it is looked at. */
enum loop_end loop_run(struct loop *loop);
void loop_quit(struct loop *loop);

#endif
