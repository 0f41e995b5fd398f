#include "common/retry.h"

#include "common/deadline.h"

#include "common/banned.h"

/* A stretch of stability is sampled this often, and at its end: probes count towards a server's own limits
 * (MySQL's max_connect_errors), so they stay sparse. */
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

/* A linear congruential step (Numerical Recipes); jitter needs no better. From [-JITTER, JITTER]. */
static double retry_jitter(struct retry_state *state)
{
    state->random = state->random * 1664525u + 1013904223u;
    return ((double)(state->random >> 8) / (double)(1u << 24) - 0.5) * 2 * JITTER;
}

/* At its cap the delay has no jitter any more, which could only shorten it and so raise the load on the server; the
 * waiters have been spread by then. */
static int64_t retry_delay(const struct retry_policy *policy, struct retry_state *state)
{
    double longest = (double)policy->max_interval;
    double delay = state->delay;

    if (delay * (1 - JITTER) < longest)
        state->delay = delay * policy->backoff;
    delay *= 1 + retry_jitter(state);
    return delay < longest ? (int64_t)(delay + 0.5) : policy->max_interval;
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
    if (outcome == ATTEMPT_FAIL || policy->once) {
        step.verdict = RETRY_FAILED;
        return step;
    }
    return retry_after(state, now, retry_delay(policy, state));
}
