/* What a waiting run says: its lines about a target, its signs of life, its termination message, its verdict. Only wait.c
 * calls these. */
#ifndef COMMON_RUN_WAIT_SAY_H
#define COMMON_RUN_WAIT_SAY_H

#include <stdint.h>

#include "common/run/wait.h"

/* An attempt has failed for target->reason. What has been said already is only repeated at --log-level debug. */
void wait_say_attempt(struct wait_target *target, bool news);

/* One of several targets is ready. */
void wait_say_ready(struct wait_target *target);

/* Signs of life: a line about one target, or one about all. */
void wait_say_waiting(struct wait_target *target);
void wait_say_all_waiting(struct wait *wait, int64_t now);

/* Writes the termination log of a container that may be killed. */
void wait_say_so_far(const struct wait *wait);

/* Says the last line and returns the exit code. */
int wait_say_verdict(const struct wait *wait, enum code code);

#endif
