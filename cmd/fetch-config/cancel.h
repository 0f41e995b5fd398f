/* Work that waits for nothing, done piece by piece: what ends it between two pieces. */
#ifndef FETCH_CONFIG_CANCEL_H
#define FETCH_CONFIG_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Whether a signal asks for the end, or the attempt's time is up: fills `why` then, with CODE_DEADLINE for the latter. `what`:
 * "it was being copied". */
bool cancel_due(int64_t deadline, const char *what, struct reason *why);

/* How an attempt ends whose work has failed for `why`: when it was for want of time, another one may have more. */
enum outcome cancel_outcome(struct reason *why);

#endif
