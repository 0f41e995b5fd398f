/* One target on a loop, with a single attempt: how an attempt of a tool is tested without its run. */
#ifndef UNIT_LONE_WAIT_H
#define UNIT_LONE_WAIT_H

#include "common/run/wait.h"

/* Gives `target` its one attempt, through these two, and returns the exit code: 0 when it was OK, 1 when not. What it
 * failed with is in target->reason; the log says nothing. */
int lone_wait(struct wait_target *target, struct loop *loop, int64_t attempt_timeout,
              void (*start)(struct wait_target *target, int64_t deadline),
              void (*cancel)(struct wait_target *target, struct reason *doing));

#endif
