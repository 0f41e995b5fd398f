/* cp's SOURCEs and DEST: what goes where, and what cannot. */
#ifndef COPY_AGENT_CP_OPERANDS_H
#define COPY_AGENT_CP_OPERANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/cp_options.h"
#include "common/cli/options.h"

/* One run: all SOURCEs. */
struct cp {
    struct cp_options options;
    struct common_options common;
    struct copy_settings settings;
    size_t sources;
    const char *dest;
    bool into; /* DEST is a directory that things go into */
    int64_t deadline;
};

/* Fills sources, dest and into. False fills `why`. */
bool cp_operands_find_dest(struct cp *cp, struct reason *why);

/* The name that a SOURCE gets in a directory; NULL for "DIR/." and "DIR/..", whose content goes there. The caller frees it. */
char *cp_operands_name(const char *source);

/* False fills `why` with what keeps SOURCE number `index` from being copied at all; `name` is what it gets in the directory
 * DEST, or NULL. */
bool cp_operands_check(const struct cp *cp, size_t index, const char *operand, const char *name,
                       struct reason *why);

#endif
