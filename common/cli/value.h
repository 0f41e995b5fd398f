/* Parses the value of an option and stores it in the options of the tool. */
#ifndef COMMON_CLI_VALUE_H
#define COMMON_CLI_VALUE_H

#include <stdbool.h>

#include "common/base/reason.h"
#include "common/cli/options.h"

/* Where a value comes from, for the reason why it is refused. */
struct value_source {
    const char *name; /* "--timeout", "-H" or "INITKIT_TIMEOUT" */
    struct reason *why;
};

/* Stores `value` in the member of `options` that `row` describes. False fills source->why with the value and what was
 * expected. */
bool value_store(struct value_source *source, const struct option *row, const char *value, void *options);

#endif
