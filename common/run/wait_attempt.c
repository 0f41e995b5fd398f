/* The attempts of a wait's targets, one after the other and several at a time. */
#include "common/run/wait_attempt.h"

#include <time.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/cli/step.h"
#include "common/run/wait_say.h"

#include "common/base/banned.h"

enum {
    DOUBLINGS_MOST = 3, /* of the time of an attempt, when answers are slow */
    STRETCHED_MOST = 30000,
    STARVED_LEAST = 500, /* milliseconds; a shorter attempt does not count as starved */
    STARVED_MOST = 8,    /* attempts in parallel after one was starved */
};

/* How many targets have to be ready. */
static size_t wait_needed(const struct wait *wait)
{
    return wait->options->min_targets > 0 ? (size_t)wait->options->min_targets : wait->count;
}

bool wait_is_won(const struct wait *wait)
{
    return wait->ready >= wait_needed(wait);
}

bool wait_is_lost(const struct wait *wait)
{
    return wait->count - wait->failed < wait_needed(wait);
}

/* The next attempt gets more time when answers are slow: with a fixed time, each attempt would end before its last answer. */
static int64_t target_attempt_deadline(const struct wait_target *target)
{
    struct retry_policy policy = target->wait->options->retry;
    int64_t stretched = policy.attempt_timeout << target->doublings;

    if (stretched > STRETCHED_MOST)
        stretched = policy.attempt_timeout > STRETCHED_MOST ? policy.attempt_timeout : STRETCHED_MOST;
    policy.attempt_timeout = stretched;
    return retry_attempt_deadline(&policy, &target->retry, deadline_now());
}

/* CPU time of this process, in milliseconds. */
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

/* Whether further attempts make sense. */
static bool wait_goes_on(const struct wait *wait)
{
    return wait->options->retry.once || !wait_is_lost(wait);
}

/* With --once every target gets its attempt before the run ends. */
static void wait_check_end(struct wait *wait)
{
    bool tried = !wait->options->retry.once || wait->ready + wait->failed == wait->count;

    if (wait_is_won(wait) || (wait_is_lost(wait) && wait->in_flight == 0 && tried))
        loop_quit(wait->loop);
}

void wait_attempt_on_kick(void *owner)
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

void wait_attempt_on_due(void *owner)
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
    wait_attempt_on_kick(wait);
}

/* Whether the reason is not among the last ones that were reported. Adds it to them. */
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

/* Whether the attempt was cut short by the end of the run. It must not replace the reason that an earlier attempt has found. */
static bool target_was_cut_short(const struct wait_target *target, int64_t now)
{
    return now >= target->retry.deadline && target->reason.text[0] != '\0';
}

/* The condition holds, but not yet for as long as --stable requires. This replaces the reason of an earlier failure. */
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
        return; /* the verdict line reports it */
    wait_say_ready(target);
    if (wait->ready < wait->count)
        wait_say_so_far(wait);
}

int64_t wait_limit(const struct wait *wait)
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

/* Whether the process did not run for most of the attempt, because of a CPU limit. Then fewer attempts in parallel get further.
 * Time in which the process was busy itself, for example parsing a file, does not count. */
static bool target_was_starved(const struct wait_target *target, int64_t now)
{
    int64_t took = now - target->began, lost = loop_lost(target->wait->loop) - target->lost_before;

    return took >= STARVED_LEAST && 2 * (lost - (worked() - target->worked_before)) > took;
}

/* If the attempt was starved, the hint names the CPU limit: the server may have answered. A permanent failure keeps its own
 * hint. */
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
    case RETRY_DEADLINE: /* the timer of the run ends it */
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
