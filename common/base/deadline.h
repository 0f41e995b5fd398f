/* Absolute points on the monotonic clock, in milliseconds. Deadlines are computed once and handed down, so that no
 * sequence of waits can add up to more than the first of them allowed. */
#ifndef COMMON_BASE_DEADLINE_H
#define COMMON_BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

int64_t deadline_now(void);

/* The point `milliseconds` after `now`; DEADLINE_NEVER when that lies beyond what can be told. */
int64_t deadline_after(int64_t now, int64_t milliseconds);

/* As above, where 0 milliseconds stands for "no limit". */
int64_t deadline_limit(int64_t now, int64_t milliseconds);

int64_t deadline_earlier(int64_t a, int64_t b);

/* Whether work that takes long may go on: no signal wants the process to end (stop.h), and the deadline is not over (0: none). */
bool deadline_goes_on(int64_t deadline);

/* Milliseconds left, 0 when it has passed; DEADLINE_NEVER for a deadline that never comes. */
int64_t deadline_left(int64_t deadline, int64_t now);

#endif
