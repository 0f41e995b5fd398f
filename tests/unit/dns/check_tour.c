#include "common/dns/tour.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/deadline.h"
#include "tests/unit/lone_wait.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

/* A target whose tries end as `fates` says, one for each address in their order. */
enum fate { BAD_AT_ONCE, BAD_LATER, GOOD_AT_ONCE, NEVER };

struct host {
    struct wait_target base;
    struct tour tour;
    const enum fate *fates;
    struct loop_timer *timers; /* of the tries; NULL: there are none */
    size_t good, started, running, running_most, judged, cleared;
};

static struct tour_plan plan;
static struct host host;

static void try_end(void *owner)
{
    (void)owner;
    host.running--;
    tour_note_end(&host.tour);
}

static void make_tries(struct wait_target *target, const struct address *addresses, size_t count)
{
    ck_assert_ptr_eq(target, &host.base);
    ck_assert(addresses || count == 1);
    ck_assert_ptr_null(host.timers);
    host.timers = calloc(count, sizeof *host.timers);
}

static bool start_try(struct wait_target *target, size_t index)
{
    enum fate fate = host.fates[index];

    (void)target;
    ck_assert_uint_eq(index, host.started++);
    host.running++;
    if (host.running > host.running_most)
        host.running_most = host.running;
    if (fate == BAD_LATER) {
        host.timers[index] = (struct loop_timer){.on_due = try_end};
        loop_timer_set(plan.loop, &host.timers[index], deadline_after(deadline_now(), 5));
    } else if (fate != NEVER) {
        host.good += fate == GOOD_AT_ONCE;
        try_end(NULL);
    }
    return fate == GOOD_AT_ONCE;
}

static bool is_settled(const struct wait_target *target)
{
    (void)target;
    return host.good > 0;
}

static enum outcome judge_tries(struct wait_target *target, struct reason *why)
{
    (void)target;
    host.judged++;
    reason_set(why, CODE_FAILED, "none is good");
    return host.good > 0 ? ATTEMPT_OK : ATTEMPT_RETRY;
}

static void clear_tries(struct wait_target *target)
{
    (void)target;
    for (size_t i = 0; i < host.tour.race.count; i++)
        loop_timer_clear(plan.loop, &host.timers[i]);
    free(host.timers);
    host.timers = NULL;
    host.cleared++;
}

static const struct tour_calls calls = {
    .make = make_tries,
    .start = start_try,
    .is_settled = is_settled,
    .judge = judge_tries,
    .clear = clear_tries,
};

static void host_start(struct wait_target *target, int64_t deadline)
{
    host.tour.plan = &plan;
    host.tour.calls = &calls;
    host.tour.target = target;
    tour_begin(&host.tour, deadline, 0);
    tour_resolve(&host.tour, "db.test", 80);
}

static void host_cancel(struct wait_target *target, struct reason *doing)
{
    (void)target;
    reason_set(doing, CODE_FAILED, "trying");
    tour_cancel(&host.tour);
}

/* One attempt at a host with so many addresses in the hosts file. With `all` it is short, as some of them are silent. */
static int attempt(const enum fate *fates, size_t count, bool all)
{
    char hosts[4096] = "";
    size_t length = 0;

    for (size_t i = 0; i < count; i++)
        length += (size_t)snprintf(hosts + length, sizeof hosts - length, "127.0.1.%zu db.test\n", i + 1);
    plan = (struct tour_plan){
        .loop = loop_new(),
        .lookup = {.family = AF_UNSPEC, .hosts_path = scratch_file("hosts", hosts)},
        .all = all,
    };
    if (count == 0)
        reason_set(&plan.lookup.no_servers, CODE_USAGE, "no server");
    host = (struct host){.base.name = "db.test", .fates = fates};
    int code = lone_wait(&host.base, plan.loop, all ? 300 : 10000, host_start, host_cancel);
    ck_assert_ptr_null(host.timers);
    ck_assert_uint_eq(host.cleared, 1);
    loop_free(plan.loop);
    return code;
}

START_TEST(an_address_is_tried_when_the_one_before_has_ended)
{
    static const enum fate fates[] = {BAD_AT_ONCE, BAD_LATER, GOOD_AT_ONCE, BAD_AT_ONCE};

    ck_assert_int_eq(attempt(fates, COUNT_OF(fates), false), 0);
    ck_assert_uint_eq(host.started, 3);
    ck_assert_uint_eq(host.running_most, 1);
    ck_assert_uint_eq(host.judged, 1);
}
END_TEST

START_TEST(one_that_is_silent_does_not_keep_the_next_one_waiting)
{
    static const enum fate fates[] = {NEVER, NEVER, GOOD_AT_ONCE};

    ck_assert_int_eq(attempt(fates, COUNT_OF(fates), false), 0);
    ck_assert_uint_eq(host.started, 3);
    ck_assert_uint_eq(host.running_most, 3);
}
END_TEST

START_TEST(with_all_they_are_tried_in_parallel)
{
    static const enum fate fates[] = {NEVER, BAD_LATER, BAD_AT_ONCE};

    ck_assert_int_eq(attempt(fates, COUNT_OF(fates), true), 1);
    ck_assert_uint_eq(host.started, 3);
    ck_assert_uint_eq(host.judged, 1); /* by the deadline */
    ck_assert_str_eq(host.base.reason.text, "none is good");
}
END_TEST

START_TEST(when_all_have_ended_the_attempt_does)
{
    static const enum fate fates[] = {BAD_LATER, BAD_AT_ONCE};

    ck_assert_int_eq(attempt(fates, COUNT_OF(fates), true), 1);
    ck_assert_uint_eq(host.judged, 1);
    ck_assert_uint_eq(host.running, 0);
}
END_TEST

START_TEST(without_an_address_nothing_is_tried)
{
    ck_assert_int_eq(attempt(NULL, 0, false), 2);
    ck_assert_uint_eq(host.started, 0);
    ck_assert_uint_eq(host.judged, 0);
    ck_assert_str_eq(host.base.reason.text, "no server");
}
END_TEST

SUITE("tour", an_address_is_tried_when_the_one_before_has_ended,
      one_that_is_silent_does_not_keep_the_next_one_waiting, with_all_they_are_tried_in_parallel,
      when_all_have_ended_the_attempt_does, without_an_address_nothing_is_tried)
