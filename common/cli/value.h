/* One option's value: from the words of a user into the tool's options. */
#ifndef COMMON_CLI_VALUE_H
#define COMMON_CLI_VALUE_H

#include <stdbool.h>

#include "common/base/reason.h"
#include "common/cli/options.h"

/* Where a value comes from, to name it when it will not do. */
struct value_source {
    const char *name; /* "--timeout", "-H" or "INITKIT_TIMEOUT" */
    struct reason *why;
};

/* Stores `value` where `row` says in `options`. False fills source->why: what was said, and what was expected. */
bool value_store(struct value_source *source, const struct option *row, const char *value, void *options);

#endif
