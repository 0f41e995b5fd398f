/* The attempts of a wait's targets. Only wait.c calls these functions. */
#ifndef COMMON_RUN_WAIT_ATTEMPT_H
#define COMMON_RUN_WAIT_ATTEMPT_H

#include "common/run/wait.h"

/* Whether enough targets are ready. */
bool wait_is_won(const struct wait *wait);

/* Whether so many targets have failed permanently that the others cannot be enough. */
bool wait_is_lost(const struct wait *wait);

/* The limit of the run comes 1 ms after the deadline of the last attempt. So that attempt ends by itself, with a better reason
 * than what it was doing when it was cut short. */
int64_t wait_limit(const struct wait *wait);

/* For the timer of a target: its next attempt may start. */
void wait_attempt_on_due(void *owner);

/* For wait->kick: starts queued attempts, as many as may be in flight, and ends the run when it is decided. Called from a timer,
 * never from within the functions of an attempt. */
void wait_attempt_on_kick(void *owner);

#endif
