#include "common/run/loop.h"

#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "tests/unit/suite.h"

enum { MANY = 1000 };

static struct loop *loop;
static int fired[MANY], fired_count;

struct numbered {
    struct loop_timer timer;
    int number;
};

static void note(void *owner)
{
    const struct numbered *numbered = owner;

    fired[fired_count++] = numbered->number;
}

static void quit(void *owner)
{
    (void)owner;
    loop_quit(loop);
}

static struct loop_timer quit_timer = {.on_due = quit};

static enum loop_end run_for(int64_t milliseconds)
{
    loop_timer_set(loop, &quit_timer, deadline_now() + milliseconds);
    return loop_run(loop);
}

START_TEST(timers_come_in_their_order_and_once)
{
    static struct numbered timers[MANY];
    int64_t now = deadline_now();
    uint32_t random = 5;

    loop = loop_new();
    for (int i = 0; i < MANY; i++) {
        random = random * 1664525u + 1013904223u;
        timers[i] = (struct numbered){.timer = {.on_due = note}, .number = (int)(random >> 16) % 20};
        timers[i].timer.owner = &timers[i];
        loop_timer_set(loop, &timers[i].timer, now + timers[i].number);
    }
    ck_assert_int_eq(run_for(60), LOOP_QUIT);
    ck_assert_int_eq(fired_count, MANY);
    for (int i = 1; i < MANY; i++)
        ck_assert_int_le(fired[i - 1], fired[i]);
    ck_assert_int_eq(run_for(5), LOOP_QUIT);
    ck_assert_int_eq(fired_count, MANY);
    loop_free(loop);
}
END_TEST

START_TEST(timers_are_cleared_and_moved)
{
    static struct numbered timers[MANY];
    int64_t now = deadline_now();

    loop = loop_new();
    for (int i = 0; i < MANY; i++) {
        timers[i] = (struct numbered){.timer = {.on_due = note}, .number = i};
        timers[i].timer.owner = &timers[i];
        loop_timer_set(loop, &timers[i].timer, now + (i * 37) % 10);
    }
    for (int i = 0; i < MANY; i += 3)
        loop_timer_clear(loop, &timers[i].timer);
    for (int i = 1; i < MANY; i += 3)
        loop_timer_set(loop, &timers[i].timer, now + 20 + i % 5);
    for (int i = 2; i < MANY; i += 3)
        loop_timer_set(loop, &timers[i].timer, DEADLINE_NEVER);
    loop_timer_clear(loop, &timers[0].timer);
    run_for(60);
    ck_assert_int_eq(fired_count, MANY / 3);
    for (int i = 0; i < fired_count; i++) {
        ck_assert_int_eq(fired[i] % 3, 1);
        if (i > 0)
            ck_assert_int_le(fired[i - 1] % 5, fired[i] % 5);
    }
    loop_free(loop);
}
END_TEST

/* Timers in the past all fire in one go, in the heap's own order: a heap that clearing has broken shows. */
START_TEST(any_timers_cleared_leave_the_others_in_order)
{
    static struct numbered timers[MANY];
    uint32_t random = 11;

    loop = loop_new();
    for (int round = 0; round < 50; round++) {
        int cleared = 0;
        fired_count = 0;
        for (int i = 0; i < MANY; i++) {
            random = random * 1664525u + 1013904223u;
            timers[i] = (struct numbered){.timer = {.on_due = note, .owner = &timers[i]},
                                          .number = (int)(random >> 12)};
            loop_timer_set(loop, &timers[i].timer, 1 + timers[i].number % 5000);
            timers[i].number %= 5000;
        }
        for (int i = 0; i < MANY; i++) {
            random = random * 1664525u + 1013904223u;
            if (random >> 31 == 0)
                continue;
            loop_timer_clear(loop, &timers[i].timer);
            cleared++;
        }
        run_for(0);
        ck_assert_int_eq(fired_count, MANY - cleared);
        for (int i = 1; i < fired_count; i++)
            ck_assert_int_le(fired[i - 1], fired[i]);
    }
    loop_free(loop);
}
END_TEST

START_TEST(a_timer_in_the_past_is_due_now)
{
    struct numbered timer = {.timer = {.on_due = note, .owner = &timer}, .number = 1};
    int64_t began = deadline_now();

    loop = loop_new();
    loop_timer_set(loop, &timer.timer, 0);
    run_for(0);
    ck_assert_int_eq(fired_count, 1);
    ck_assert_int_lt(deadline_now() - began, 1000);
    loop_free(loop);
}
END_TEST

static struct numbered victim = {.timer = {.on_due = note, .owner = &victim}, .number = 9};

static void clear_victim(void *owner)
{
    (void)owner;
    loop_timer_clear(loop, &victim.timer);
}

START_TEST(a_timer_cleared_by_another_that_is_due_too)
{
    struct loop_timer killer = {.on_due = clear_victim};
    int64_t now = deadline_now();

    loop = loop_new();
    loop_timer_set(loop, &killer, now);
    loop_timer_set(loop, &victim.timer, now + 1);
    usleep(5000);
    run_for(10);
    ck_assert_int_eq(fired_count, 0);
    loop_free(loop);
}
END_TEST

struct pipe_end {
    struct loop_watch watch;
    int ends[2];
    int events;
};

static struct pipe_end pipes[3];

static void on_pipe(void *owner, uint32_t events)
{
    struct pipe_end *self = owner;
    char byte;

    ck_assert(events & EPOLLIN);
    ck_assert_int_eq(read(self->ends[0], &byte, 1), 1);
    self->events++;
}

/* Whichever is first in the batch removes and closes all the others. */
static void remove_others(void *owner, uint32_t events)
{
    const struct pipe_end *self = owner;

    (void)events;
    for (size_t i = 0; i < COUNT_OF(pipes); i++) {
        if (&pipes[i] == self)
            continue;
        loop_watch_remove(loop, &pipes[i].watch);
        close(pipes[i].ends[0]);
        memset(&pipes[i].watch, 0x55, sizeof pipes[i].watch);
    }
    fired_count++;
    char byte;
    ck_assert_int_eq(read(self->ends[0], &byte, 1), 1);
}

static void open_pipes(void (*on_event)(void *owner, uint32_t events))
{
    loop = loop_new();
    for (size_t i = 0; i < COUNT_OF(pipes); i++) {
        ck_assert_int_eq(pipe(pipes[i].ends), 0);
        pipes[i].watch = (struct loop_watch){
            .fd = pipes[i].ends[0], .on_event = on_event, .owner = &pipes[i]};
        ck_assert(loop_watch_add(loop, &pipes[i].watch, EPOLLIN));
    }
}

static void write_to_all(void)
{
    for (size_t i = 0; i < COUNT_OF(pipes); i++)
        ck_assert_int_eq(write(pipes[i].ends[1], "x", 1), 1);
}

START_TEST(descriptors_are_watched)
{
    open_pipes(on_pipe);
    write_to_all();
    run_for(20);
    for (size_t i = 0; i < COUNT_OF(pipes); i++)
        ck_assert_int_eq(pipes[i].events, 1);
    loop_watch_remove(loop, &pipes[0].watch);
    ck_assert(loop_watch_change(loop, &pipes[1].watch, 0));
    write_to_all();
    run_for(20);
    ck_assert_int_eq(pipes[0].events, 1);
    ck_assert_int_eq(pipes[1].events, 1);
    ck_assert_int_eq(pipes[2].events, 2);
    loop_free(loop);
}
END_TEST

START_TEST(a_watch_removed_in_the_same_batch_gets_no_event)
{
    open_pipes(remove_others);
    write_to_all();
    ck_assert_int_eq(run_for(50), LOOP_QUIT);
    ck_assert_int_eq(fired_count, 1);
    loop_free(loop);
}
END_TEST

START_TEST(what_epoll_refuses)
{
    struct loop_watch watch = {.fd = -1};

    loop = loop_new();
    ck_assert(!loop_watch_add(loop, &watch, EPOLLIN));
    loop_watch_remove(loop, &watch);
    loop_free(loop);
    loop_free(NULL);
}
END_TEST

START_TEST(a_stop_signal_ends_it)
{
    struct loop_timer never = {.on_due = quit};
    int64_t began = deadline_now();

    stop_install();
    loop = loop_new();
    loop_timer_set(loop, &never, began + 30000);
    ck_assert_int_eq(alarm(0), 0);
    pid_t self = getpid();
    if (fork() == 0) {
        usleep(50000);
        kill(self, SIGTERM);
        _exit(0);
    }
    ck_assert_int_eq(loop_run(loop), LOOP_STOPPED);
    ck_assert_int_eq(stop_signal(), SIGTERM);
    ck_assert_int_lt(deadline_now() - began, 10000);
    ck_assert_int_eq(loop_run(loop), LOOP_STOPPED); /* and stays so */
    loop_free(loop);
}
END_TEST

START_TEST(a_stop_beats_a_quit)
{
    stop_install();
    loop = loop_new();
    raise(SIGINT);
    ck_assert_int_eq(run_for(0), LOOP_STOPPED);
    loop_free(loop);
}
END_TEST

static int busy_pipe[2];
static char order[8];

static void note_order(char what)
{
    size_t length = strlen(order);

    if (length + 1 < sizeof order)
        order[length] = what;
}

static void on_busy(void *owner)
{
    (void)owner;
    note_order('b');
    ck_assert_int_eq(write(busy_pipe[1], "x", 1), 1);
    usleep(40000); /* the container's CPU limit */
}

static void on_busy_event(void *owner, uint32_t events)
{
    char byte;

    (void)owner;
    (void)events;
    note_order('e');
    ck_assert_int_eq(read(busy_pipe[0], &byte, 1), 1);
}

static void on_busy_deadline(void *owner)
{
    (void)owner;
    note_order('d');
}

/* What came in time counts, although it is looked at late; and nobody is charged with the time that the loop did not wait. */
START_TEST(events_come_before_timers_and_lost_time_is_counted)
{
    struct loop_timer busy = {.on_due = on_busy}, deadline = {.on_due = on_busy_deadline};
    struct loop_watch watch = {.on_event = on_busy_event};
    int64_t now = deadline_now(), lost = 0;

    loop = loop_new();
    ck_assert_int_eq(pipe(busy_pipe), 0);
    watch.fd = busy_pipe[0];
    ck_assert(loop_watch_add(loop, &watch, EPOLLIN));
    loop_timer_set(loop, &busy, now + 5);
    loop_timer_set(loop, &deadline, now + 10);
    run_for(100);
    ck_assert_str_eq(order, "bed");
    ck_assert_int_ge(loop_lost(loop), 39);
    ck_assert_int_ge(loop_extend(loop, 1000, &lost), 1039);
    ck_assert_int_eq(loop_extend(loop, 1000, &lost), 1000);
    ck_assert(loop_extend(loop, DEADLINE_NEVER, &lost) == DEADLINE_NEVER);
    loop_watch_remove(loop, &watch);
    close(busy_pipe[0]);
    close(busy_pipe[1]);
    loop_free(loop);
}
END_TEST

/* A watch whose descriptor is always ready, and takes its time. */
static void on_slow_event(void *owner, uint32_t events)
{
    int *calls = owner;

    (void)events;
    ++*calls;
    usleep(20000);
}

enum { SLOW = 64 }; /* a whole batch: 1.3 s */

static void watch_slow(struct loop_watch *watches, int *calls)
{
    loop = loop_new();
    ck_assert_int_eq(pipe(busy_pipe), 0);
    for (int i = 0; i < SLOW; i++) {
        watches[i] = (struct loop_watch){.fd = dup(busy_pipe[1]), .on_event = on_slow_event, .owner = calls};
        ck_assert(loop_watch_add(loop, &watches[i], EPOLLOUT));
    }
}

static void forget_slow(struct loop_watch *watches)
{
    for (int i = 0; i < SLOW; i++) {
        loop_watch_remove(loop, &watches[i]);
        close(watches[i].fd);
    }
    close(busy_pipe[0]);
    close(busy_pipe[1]);
    loop_free(loop);
}

START_TEST(a_limit_holds_however_much_there_is_to_hear)
{
    struct loop_watch watches[SLOW];
    int calls = 0;

    watch_slow(watches, &calls);
    loop_set_limit(loop, deadline_now() + 50);
    ck_assert_int_eq(loop_run(loop), LOOP_QUIT);
    ck_assert_int_ge(calls, 1);
    ck_assert_int_le(calls, 4);
    ck_assert_int_eq(loop_run(loop), LOOP_QUIT); /* it stays over */
    ck_assert_int_le(calls, 4);
    forget_slow(watches);
}
END_TEST

START_TEST(a_limit_holds_without_timers_and_events)
{
    loop = loop_new();
    loop_set_limit(loop, deadline_now() + 20);
    ck_assert_int_eq(loop_run(loop), LOOP_QUIT);
    loop_free(loop);
}
END_TEST

static void on_raising_event(void *owner, uint32_t events)
{
    on_slow_event(owner, events);
    raise(SIGTERM);
}

START_TEST(a_stop_signal_ends_a_batch)
{
    struct loop_watch watches[SLOW];
    int calls = 0;

    stop_install();
    watch_slow(watches, &calls);
    for (int i = 0; i < SLOW; i++)
        watches[i].on_event = on_raising_event;
    ck_assert_int_eq(loop_run(loop), LOOP_STOPPED);
    ck_assert_int_eq(calls, 1);
    forget_slow(watches);
}
END_TEST

SUITE("loop", a_limit_holds_however_much_there_is_to_hear, a_limit_holds_without_timers_and_events,
      a_stop_signal_ends_a_batch, events_come_before_timers_and_lost_time_is_counted,
      timers_come_in_their_order_and_once, timers_are_cleared_and_moved,
      any_timers_cleared_leave_the_others_in_order, a_timer_in_the_past_is_due_now,
      a_timer_cleared_by_another_that_is_due_too, descriptors_are_watched,
      a_watch_removed_in_the_same_batch_gets_no_event, what_epoll_refuses, a_stop_signal_ends_it,
      a_stop_beats_a_quit)
