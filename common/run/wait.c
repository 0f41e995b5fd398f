#include "common/run/wait.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/cli/step.h"
#include "common/run/wait_board.h"
#include "common/run/wait_say.h"

#include "common/base/banned.h"

enum {
    SIGN_OF_LIFE = 30000, /* milliseconds between two lines about the same trouble */
    LIFE_CHECK = 1000,    /* how often it is looked whether one is due */
    OWN_DESCRIPTORS = 32, /* standard streams, epoll, files */
    DOUBLINGS_MOST = 3,   /* of an attempt's time, where answers are slow */
    STRETCHED_MOST = 30000,
    STARVED_LEAST = 500, /* milliseconds of an attempt that was kept from running for half of its time */
    STARVED_MOST = 8,    /* attempts at the same time from then on */
    MANY_TARGETS = 10,   /* from here on a sign of life is one line for all of them */
    LATE_MOST = 50,      /* milliseconds that the run's limit may wait for what is to be heard before it */
};

size_t wait_capacity(size_t descriptors, size_t most)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur <= OWN_DESCRIPTORS + descriptors)
        return 1;
    rlim_t fit = (limit.rlim_cur - OWN_DESCRIPTORS) / descriptors;
    return fit < most ? (size_t)fit : most;
}

/* How many have to be ready. */
static size_t wait_needed(const struct wait *wait)
{
    return wait->options->min_targets > 0 ? (size_t)wait->options->min_targets : wait->count;
}

/* So many are permanently wrong that waiting for the rest is of no use. */
static bool wait_is_lost(const struct wait *wait)
{
    return wait->count - wait->failed < wait_needed(wait);
}

/* --- attempts --- */

static void wait_check_end(struct wait *wait);

/* Slow answers get more time: a fixed one would end each attempt before the last of them, for ever. */
static int64_t target_attempt_deadline(const struct wait_target *target)
{
    struct retry_policy policy = target->wait->options->retry;
    int64_t stretched = policy.attempt_timeout << target->doublings;

    if (stretched > STRETCHED_MOST)
        stretched = policy.attempt_timeout > STRETCHED_MOST ? policy.attempt_timeout : STRETCHED_MOST;
    policy.attempt_timeout = stretched;
    return retry_attempt_deadline(&policy, &target->retry, deadline_now());
}

/* Milliseconds of CPU time that this process has had. */
static int64_t worked(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void wait_begin_attempt(struct wait *wait, struct wait_target *target)
{
    int64_t deadline = target_attempt_deadline(target);

    target->phase = WAIT_TRYING;
    target->wants_time = false;
    target->began = deadline_now();
    target->lost_before = loop_lost(wait->loop);
    target->worked_before = worked();
    target->not_before = 0;
    wait->in_flight++;
    wait->start(target, deadline);
}

/* Whether another attempt is of any use. */
static bool wait_goes_on(const struct wait *wait)
{
    return wait->options->retry.once || !wait_is_lost(wait);
}

/* Starts what is queued, as far as there are places. Runs from a timer, never from within an attempt's own calls. */
static void wait_on_kick(void *owner)
{
    struct wait *wait = owner;

    while (wait->queue && wait->in_flight < wait->in_flight_most && wait_goes_on(wait) &&
           stop_signal() == 0) {
        struct wait_target *target = wait->queue;
        wait->queue = target->next_queued;
        if (target->phase == WAIT_QUEUED)
            wait_begin_attempt(wait, target);
    }
    wait_check_end(wait);
}

static void wait_kick(struct wait *wait)
{
    loop_timer_set(wait->loop, &wait->kick, deadline_now());
}

static void target_on_due(void *owner)
{
    struct wait_target *target = owner;
    struct wait *wait = target->wait;

    target->phase = WAIT_QUEUED;
    target->next_queued = NULL;
    if (wait->queue)
        wait->queue_tail->next_queued = target;
    else
        wait->queue = target;
    wait->queue_tail = target;
    wait_on_kick(wait);
}

/* Whether the reason is none of the last ones that were reported; it is from now on. */
static bool target_is_news(struct wait_target *target, const struct reason *why)
{
    uint64_t hash = reason_hash(why);

    for (size_t i = 0; i < WAIT_REPORTED; i++)
        if (target->reported[i] == hash)
            return false;
    target->reported[target->reported_next++ % WAIT_REPORTED] = hash;
    return true;
}

static void target_note_reason(struct wait_target *target, const struct reason *why)
{
    bool changed = !reason_same(&target->reason, why);

    target->reason = *why;
    wait_say_attempt(target, target_is_news(target, why));
    if (changed)
        wait_say_so_far(target->wait);
}

/* An attempt that the run's end left too little time for must not hide what an earlier one has found. */
static bool target_was_cut_short(const struct wait_target *target, int64_t now)
{
    return now >= target->retry.deadline && target->reason.text[0] != '\0';
}

/* Good, but --stable asks for more of it. An older failure would be untrue by now. */
static void target_note_stability(struct wait_target *target)
{
    struct reason why;

    reason_set(&why, CODE_FAILED, "the condition holds, but not yet for as long as --stable asks");
    target_note_reason(target, &why);
}

static void target_is_ready(struct wait_target *target)
{
    struct wait *wait = target->wait;

    target->phase = WAIT_READY;
    target->ended = deadline_now();
    target->reason.text[0] = '\0';
    wait->ready++;
    if (wait->count == 1)
        return; /* the verdict says it */
    wait_say_ready(target);
    if (wait->ready < wait->count)
        wait_say_so_far(wait);
}

/* An attempt cut short by the run's end tells what it was doing, where no earlier one has left a reason. The run's limit
 * comes one tick after the last attempt's deadline, so that attempt ends by itself and tells more. */
static int64_t wait_limit(const struct wait *wait)
{
    return deadline_after(deadline_limit(wait->began, wait->options->retry.timeout), 1);
}

static void target_has_failed(struct wait_target *target)
{
    struct wait *wait = target->wait;
    bool was_lost = wait_is_lost(wait);

    target->phase = WAIT_FAILED;
    target->ended = deadline_now();
    wait->failed++;
    if (wait->last_words > 0 && !wait->options->retry.once && wait_is_lost(wait) && !was_lost)
        loop_timer_set(wait->loop, &wait->limit,
                       deadline_earlier(wait_limit(wait), deadline_after(deadline_now(), wait->last_words)));
}

/* For most of the attempt this process did not run: a CPU limit. Then fewer attempts at a time get further. Where it was busy
 * itself, with a file that it parses, no limit is to blame. */
static bool target_was_starved(const struct wait_target *target, int64_t now)
{
    int64_t took = now - target->began, lost = loop_lost(target->wait->loop) - target->lost_before;

    return took >= STARVED_LEAST && 2 * (lost - (worked() - target->worked_before)) > took;
}

/* Whoever was not heard is not to blame. What is wrong for good was heard, and has a hint of its own. */
static void target_note_failure(struct wait_target *target, enum outcome outcome, const struct reason *why,
                                int64_t now)
{
    struct wait *wait = target->wait;
    struct reason starved = *why;

    if (outcome == ATTEMPT_FAIL || !target_was_starved(target, now)) {
        target_note_reason(target, why);
        return;
    }
    if (wait->in_flight_most > STARVED_MOST)
        wait->in_flight_most = STARVED_MOST;
    reason_hint(&starved,
                "this process did not run for most of the attempt: is the container's cpu limit too small?");
    target_note_reason(target, &starved);
}

void wait_attempt_ended(struct wait_target *target, enum outcome outcome, const struct reason *why)
{
    struct wait *wait = target->wait;
    int64_t now = deadline_now();
    struct retry_step step = retry_next(&wait->options->retry, &target->retry, outcome, now);

    wait->in_flight--;
    step_count_attempt();
    if (target->wants_time && target->doublings < DOUBLINGS_MOST)
        target->doublings++;
    if (outcome == ATTEMPT_FAIL || (outcome == ATTEMPT_RETRY && !target_was_cut_short(target, now)))
        target_note_failure(target, outcome, why, now);
    else if (outcome == ATTEMPT_OK && step.verdict != RETRY_READY)
        target_note_stability(target);
    switch (step.verdict) {
    case RETRY_READY:
        target_is_ready(target);
        break;
    case RETRY_FAILED:
        target_has_failed(target);
        break;
    case RETRY_DEADLINE: /* the run's own timer ends it */
        target->phase = WAIT_SLEEPING;
        break;
    case RETRY_AGAIN:
        target->phase = WAIT_SLEEPING;
        loop_timer_set(wait->loop, &target->timer,
                       step.at > target->not_before ? step.at : target->not_before);
        break;
    }
    wait_kick(wait);
}

void wait_hurry(struct wait_target *target)
{
    if (target->phase == WAIT_SLEEPING && target->retry.attempts > 0)
        loop_timer_set(target->wait->loop, &target->timer, deadline_now());
}

/* --- the run --- */

/* With --once every target has its attempt before the run is given up. */
static void wait_check_end(struct wait *wait)
{
    bool tried = !wait->options->retry.once || wait->ready + wait->failed == wait->count;

    if (wait->ready >= wait_needed(wait) || (wait_is_lost(wait) && wait->in_flight == 0 && tried))
        loop_quit(wait->loop);
}

static void wait_on_limit(void *owner)
{
    struct wait *wait = owner;

    loop_quit(wait->loop);
}

static void wait_on_alive(void *owner)
{
    struct wait *wait = owner;
    int64_t now = deadline_now();
    bool many = wait->count - wait->ready > MANY_TARGETS;

    for (size_t i = 0; i < wait->count && !many; i++) {
        struct wait_target *target = wait->targets[i];
        if (target->phase != WAIT_READY && target->phase != WAIT_FAILED && now - target->said >= SIGN_OF_LIFE)
            wait_say_waiting(target);
    }
    if (many && now - wait->said >= SIGN_OF_LIFE)
        wait_say_all_waiting(wait, now);
    loop_timer_set(wait->loop, &wait->alive, deadline_after(now, LIFE_CHECK));
}

static void wait_begin(struct wait *wait)
{
    wait->began = deadline_now();
    wait->said = wait->began;
    wait->limit = (struct loop_timer){.on_due = wait_on_limit, .owner = wait};
    wait->alive = (struct loop_timer){.on_due = wait_on_alive, .owner = wait};
    wait->kick = (struct loop_timer){.on_due = wait_on_kick, .owner = wait};
    for (size_t i = 0; i < wait->count; i++) {
        struct wait_target *target = wait->targets[i];
        target->wait = wait;
        target->timer = (struct loop_timer){.on_due = target_on_due, .owner = target};
        target->said = wait->began;
        retry_begin(&target->retry, &wait->options->retry, wait->began,
                    (uint32_t)wait->began * 2654435761u + (uint32_t)getpid() * 40503u + (uint32_t)i);
        loop_timer_set(wait->loop, &target->timer, wait->began);
    }
    loop_timer_set(wait->loop, &wait->alive, deadline_after(wait->began, SIGN_OF_LIFE));
}

static void wait_cancel_all(struct wait *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        struct wait_target *target = wait->targets[i];
        struct reason doing;

        loop_timer_clear(wait->loop, &target->timer);
        if (target->phase != WAIT_TRYING)
            continue;
        wait->cancel(target, &doing);
        target->phase = WAIT_SLEEPING;
        if (target->reason.text[0] == '\0')
            target->reason = doing;
    }
    wait->in_flight = 0;
    loop_timer_clear(wait->loop, &wait->limit);
    loop_timer_clear(wait->loop, &wait->alive);
    loop_timer_clear(wait->loop, &wait->kick);
    wait_board_end(wait);
}

static enum code wait_code(const struct wait *wait, enum loop_end end)
{
    enum code code = CODE_OK;

    if (end == LOOP_STOPPED)
        return (enum code)(128 + stop_signal());
    if (wait->ready >= wait_needed(wait))
        return CODE_OK;
    if (!wait_is_lost(wait))
        return CODE_DEADLINE;
    for (size_t i = 0; i < wait->count; i++)
        if (wait->targets[i]->phase == WAIT_FAILED)
            code = code_first(code, wait->targets[i]->reason.code);
    return code;
}

int wait_run(struct wait *wait)
{
    struct reason why;

    wait_begin(wait);
    wait_board_begin(wait);
    loop_timer_set(wait->loop, &wait->limit, wait_limit(wait));
    loop_set_limit(wait->loop, deadline_after(wait_limit(wait), LATE_MOST));
    wait_say_so_far(wait); /* the first attempt may be the one that takes for ever */
    enum loop_end end = loop_run(wait->loop);
    if (stop_signal() != 0) /* it came while an attempt was busy, not waiting */
        end = LOOP_STOPPED;
    wait_cancel_all(wait);
    enum code code = wait_code(wait, end);
    if (code != CODE_OK && end != LOOP_STOPPED && wait->keep)
        wait->kept = wait->keep(wait);
    bool concluded = !wait->conclude || wait->conclude(wait, code, &why);
    if (code == CODE_OK && (!concluded || (wait->publish && !wait->publish(wait, &why)))) {
        if (stop_signal() != 0) /* that is why it was not published */
            why.code = (enum code)(128 + stop_signal());
        return verdict_refuse(wait->verdict, &why);
    }
    return wait_say_verdict(wait, code);
}
