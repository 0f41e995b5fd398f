/* The verdict on one attempt's echo requests: pure, so that every rule has a unit test. */
#ifndef WAIT_FOR_PING_PING_JUDGE_H
#define WAIT_FOR_PING_PING_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/wait-for-ping/echo.h"
#include "common/base/reason.h"

/* Whether an answer settles the attempt: one is enough, or with --gone too much. */
bool ping_judge_is_settled(const struct echo *echoes, size_t count);

/* The outcome, and for ATTEMPT_RETRY why. */
enum outcome ping_judge(bool gone, const struct echo *echoes, size_t count, struct reason *why);

#endif
