/* Where a symbolic link of SOURCE leads, and whether that is still there once SOURCE is elsewhere. */
#ifndef COPY_AGENT_LINK_TARGET_H
#define COPY_AGENT_LINK_TARGET_H

#include "cmd/copy-agent/copy.h"

/* Reads the target of the link `name` in `directory`, which is the plan's directory `parent`, into the PATH_MAX bytes of `target`.
 * With --relative-links an absolute one within SOURCE becomes relative. Its length, or -1 with errno. */
ssize_t link_target_read(const struct copy *copy, int directory, uint32_t parent, const char *name,
                         char *target);

/* Whether the target leads out of the tree from a link that lies in `depth` directories of it, by its text alone. */
bool link_target_leaves(const char *target, unsigned depth);

/* How many directories below the root the plan's directory is. */
unsigned link_target_depth(const struct plan *plan, uint32_t directory);

#endif
