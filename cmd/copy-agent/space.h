/* Whether what is planned fits into the volume. */
#ifndef COPY_AGENT_SPACE_H
#define COPY_AGENT_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/plan.h"
#include "common/base/reason.h"

struct space {
    uint64_t block_size;
    uint64_t free_bytes;
    uint64_t free_inodes; /* SPACE_UNLIMITED where the file system does not count them */
    bool in_memory;       /* tmpfs: what is written counts as the container's memory */
};

#define SPACE_UNLIMITED UINT64_MAX

/* Of the file system that the directory is on. Where it cannot be known, there is room for everything. */
void space_read(int directory, struct space *space);

/* Pure. `jobs` files may be there twice for a moment, and `memory` is the container's limit in bytes, or below 0 where that is not
 * known: more than that, written to a file system in memory, would have the process killed without a word. False (CODE_FAILED)
 * fills `why`. */
bool space_check(const struct space *space, const struct plan_totals *totals, unsigned jobs, int64_t memory,
                 struct reason *why);

/* Whether SOURCE has as much as --max-bytes and --min-files say. Pure; false (CODE_FAILED) fills `why`. */
bool space_check_source(const struct copy_settings *settings, const struct plan_totals *totals,
                        struct reason *why);

#endif
