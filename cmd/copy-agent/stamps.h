/* Which times of SOURCE's files prove something about their content. Packers stamp all files alike (npm: 1985-10-26, reproducible
 * builds: SOURCE_DATE_EPOCH), so the next version of a file may have the size and the time of the one before. */
#ifndef COPY_AGENT_STAMPS_H
#define COPY_AGENT_STAMPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cmd/copy-agent/plan.h"

/* Times share slots by their hash: two in one slot have files compared that need not be, never the other way round. */
enum { STAMPS_SLOTS = 256 };

struct stamps {
    uint32_t files;
    struct {
        uint32_t files, whole, skipped, adjusted; /* whole: in seconds, as packers stamp and clocks do not */
        uint64_t bytes;                           /* of those skipped and adjusted */
    } slots[STAMPS_SLOTS];
};

/* Whether this time is one that packers give to every file. */
bool stamps_is_constant(const struct timespec *time);

/* Counts a file of the plan, which is not a further name of another. */
void stamps_add(struct stamps *stamps, struct plan_node *node, const struct stat *source);

/* Once all are counted: where all files have one time, or an eighth of them (two at least) have one in whole seconds, those that
 * size and time call unchanged become PLAN_COMPARE. Before plan_complete. */
void stamps_apply(const struct stamps *stamps, struct plan *plan);

#endif
