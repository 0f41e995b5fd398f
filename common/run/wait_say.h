/* What a waiting run logs: lines about a target, heartbeat lines, the termination message, the verdict. Only wait.c and
 * wait_attempt.c call these functions. */
#ifndef COMMON_RUN_WAIT_SAY_H
#define COMMON_RUN_WAIT_SAY_H

#include <stdint.h>

#include "common/run/wait.h"

/* An attempt has failed with target->reason. If it is not `news`, it is logged at level debug only. */
void wait_say_attempt(struct wait_target *target, bool news);

/* One of several targets is ready. */
void wait_say_ready(struct wait_target *target);

/* Heartbeat lines: one about one target, or one about all targets. */
void wait_say_waiting(struct wait_target *target);
void wait_say_all_waiting(struct wait *wait, int64_t now);

/* Writes the current state to the termination log, in case the container is killed. */
void wait_say_so_far(const struct wait *wait);

/* Logs the last line and returns the exit code. */
int wait_say_verdict(const struct wait *wait, enum code code);

#endif
