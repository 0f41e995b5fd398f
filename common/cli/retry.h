/* When to retry: a pure function of policy, state, outcome and time. All tools share it. */
#ifndef COMMON_CLI_RETRY_H
#define COMMON_CLI_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Durations in milliseconds. */
struct retry_policy {
    int64_t timeout;         /* of the whole run; 0: no limit */
    int64_t attempt_timeout; /* of one attempt; 0: only the limit of the run */
    int64_t interval;        /* the delay after the first failed attempt */
    double backoff;          /* each delay is this many times the previous one */
    int64_t max_interval;
    int64_t stable; /* the condition must hold this long without interruption; 0: one success is enough */
    bool once;
};

struct retry_state {
    int64_t started;      /* of the run */
    int64_t deadline;     /* of the run */
    int64_t stable_since; /* when the current series of successes began; DEADLINE_NEVER: none */
    double delay;         /* the next delay, before jitter */
    unsigned attempts;    /* that have ended */
    uint32_t random;      /* for the jitter */
};

enum retry_verdict {
    RETRY_AGAIN,    /* at the time `at` */
    RETRY_READY,    /* done */
    RETRY_FAILED,   /* permanently, or --once */
    RETRY_DEADLINE, /* another attempt would begin after the run's deadline */
};

struct retry_step {
    enum retry_verdict verdict;
    int64_t at;
};

/* `seed` makes the jitter differ between processes and targets. */
void retry_begin(struct retry_state *state, const struct retry_policy *policy, int64_t now, uint32_t seed);

/* The deadline of an attempt that begins now: after its own timeout, but not after the deadline of the run. */
int64_t retry_attempt_deadline(const struct retry_policy *policy, const struct retry_state *state,
                               int64_t now);

/* Decides what follows an attempt that has just ended, and counts it. */
struct retry_step retry_next(const struct retry_policy *policy, struct retry_state *state,
                             enum outcome outcome, int64_t now);

#endif
