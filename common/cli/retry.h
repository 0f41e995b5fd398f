/* When to try again: a pure function of policy, state, outcome and time. All tools share it. */
#ifndef COMMON_CLI_RETRY_H
#define COMMON_CLI_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Durations in milliseconds. */
struct retry_policy {
    int64_t timeout;         /* of the whole run; 0: no limit */
    int64_t attempt_timeout; /* of one attempt; 0: no limit of its own */
    int64_t interval;        /* after the first attempt that failed */
    double backoff;          /* each delay is this times the last */
    int64_t max_interval;
    int64_t stable; /* the condition must hold this long without a break; 0: once is enough */
    bool once;
};

struct retry_state {
    int64_t started;      /* of the run */
    int64_t deadline;     /* of the run */
    int64_t stable_since; /* the first success of an unbroken row; DEADLINE_NEVER: none */
    double delay;         /* the next one, before jitter */
    unsigned attempts;    /* ended so far */
    uint32_t random;      /* for the jitter */
};

enum retry_verdict {
    RETRY_AGAIN,    /* at `at` */
    RETRY_READY,    /* done */
    RETRY_FAILED,   /* permanently, or --once */
    RETRY_DEADLINE, /* another attempt would begin after the run's deadline */
};

struct retry_step {
    enum retry_verdict verdict;
    int64_t at;
};

/* `seed` makes the jitter of one waiter differ from another's. */
void retry_begin(struct retry_state *state, const struct retry_policy *policy, int64_t now, uint32_t seed);

/* The deadline of an attempt that begins now: its own timeout, clipped to the run's. */
int64_t retry_attempt_deadline(const struct retry_policy *policy, const struct retry_state *state,
                               int64_t now);

/* What follows an attempt that ended now. Counts the attempt. */
struct retry_step retry_next(const struct retry_policy *policy, struct retry_state *state,
                             enum outcome outcome, int64_t now);

#endif
