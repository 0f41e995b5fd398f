/* Absolute points on the monotonic clock, in milliseconds. A deadline is computed once and handed down, so that a sequence of
 * waits cannot take longer than that deadline allows. */
#ifndef COMMON_BASE_DEADLINE_H
#define COMMON_BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

int64_t deadline_now(void);

/* The point `milliseconds` after `now`; DEADLINE_NEVER when that is beyond the range of int64_t. */
int64_t deadline_after(int64_t now, int64_t milliseconds);

/* As above, where 0 milliseconds stands for "no limit". */
int64_t deadline_limit(int64_t now, int64_t milliseconds);

int64_t deadline_earlier(int64_t a, int64_t b);

/* Whether long work may continue: no stop signal has come (stop.h), and the deadline has not passed (0: no deadline). */
bool deadline_goes_on(int64_t deadline);

/* Milliseconds left; 0 when the deadline has passed; DEADLINE_NEVER when it is DEADLINE_NEVER. */
int64_t deadline_left(int64_t deadline, int64_t now);

#endif
