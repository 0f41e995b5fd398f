/* Cancels long work (copying, unpacking, parsing) between two pieces of it: on a signal, or at the deadline. */
#ifndef FETCH_CONFIG_CANCEL_H
#define FETCH_CONFIG_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* Whether the work must end: on a signal, or at the attempt's deadline (CODE_DEADLINE). Fills `why` with `what`, such as
 * "it was being copied". */
bool cancel_due(int64_t deadline, const char *what, struct reason *why);

/* The outcome of an attempt whose work failed for `why`: retried after a deadline, as the next attempt may have more time. */
enum outcome cancel_outcome(struct reason *why);

#endif
