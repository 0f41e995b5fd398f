#include "common/cli/retry.h"

#include "common/base/deadline.h"

#include "common/base/banned.h"

/* With --stable the condition is checked this often, and at the end of the period. Not more often, because probes count towards
 * limits of the server (MySQL's max_connect_errors). */
enum { STABLE_SAMPLES = 5 };

void retry_begin(struct retry_state *state, const struct retry_policy *policy, int64_t now, uint32_t seed)
{
    state->started = now;
    state->deadline = deadline_limit(now, policy->timeout);
    state->stable_since = DEADLINE_NEVER;
    state->delay = (double)policy->interval;
    state->attempts = 0;
    state->random = seed;
}

int64_t retry_attempt_deadline(const struct retry_policy *policy, const struct retry_state *state,
                               int64_t now)
{
    return deadline_earlier(deadline_limit(now, policy->attempt_timeout), state->deadline);
}

static const double JITTER = 0.1;

/* A number in [0, JITTER), from a linear congruential generator (Numerical Recipes), which is good enough for jitter. */
static double retry_jitter(struct retry_state *state)
{
    state->random = state->random * 1664525u + 1013904223u;
    return (double)(state->random >> 8) / (double)(1u << 24) * JITTER;
}

/* Each delay is `backoff` times the previous one, so a delay is never more than (backoff - 1) times the time already waited,
 * plus the first interval. With 1.1, a target that becomes ready is noticed within 10 % of the time waited. Jitter only
 * shortens a delay, and the bound accounts for the time that jitter has saved. Well beyond the maximum, the delay is the
 * maximum: jitter would only add load there. */
static int64_t retry_delay(const struct retry_policy *policy, struct retry_state *state, int64_t now)
{
    double bound = (double)policy->interval + (policy->backoff - 1) * (double)(now - state->started);
    double delay = state->delay * (1 - retry_jitter(state));

    if (state->delay * (1 - JITTER) < (double)policy->max_interval)
        state->delay *= policy->backoff;
    if (delay > bound)
        delay = bound;
    if (delay < 1)
        delay = 1; /* milliseconds; 0 would retry without a pause */
    return delay < (double)policy->max_interval ? (int64_t)delay : policy->max_interval;
}

static int64_t retry_stable_delay(const struct retry_policy *policy, const struct retry_state *state,
                                  int64_t now)
{
    int64_t left = deadline_left(deadline_after(state->stable_since, policy->stable), now);
    int64_t delay = policy->stable / STABLE_SAMPLES;

    if (delay < policy->interval)
        delay = policy->interval;
    if (delay > policy->max_interval)
        delay = policy->max_interval;
    return delay < left ? delay : left;
}

static struct retry_step retry_after(const struct retry_state *state, int64_t now, int64_t delay)
{
    struct retry_step step = {.verdict = RETRY_AGAIN, .at = deadline_after(now, delay)};

    if (step.at >= state->deadline)
        step.verdict = RETRY_DEADLINE;
    return step;
}

struct retry_step retry_next(const struct retry_policy *policy, struct retry_state *state,
                             enum outcome outcome, int64_t now)
{
    struct retry_step step = {.at = now};

    state->attempts++;
    if (outcome == ATTEMPT_OK) {
        if (state->stable_since == DEADLINE_NEVER)
            state->stable_since = now;
        if (now - state->stable_since < policy->stable)
            return retry_after(state, now, retry_stable_delay(policy, state, now));
        step.verdict = RETRY_READY;
        return step;
    }
    state->stable_since = DEADLINE_NEVER;
    bool clock_ended_it = now >= state->deadline;
    if (outcome == ATTEMPT_FAIL || (policy->once && !clock_ended_it)) {
        step.verdict = RETRY_FAILED;
        return step;
    }
    return retry_after(state, now, retry_delay(policy, state, now));
}
