/* --prune: what is in DEST and not in SOURCE goes. */
#ifndef COPY_AGENT_PRUNE_H
#define COPY_AGENT_PRUNE_H

#include "cmd/copy-agent/copy.h"

#define PRUNE_LIMIT "50%"

/* "N" entries, or "P%" of those that DEST has. Fit for an option's check. */
bool prune_check_limit(const char *text, struct reason *why);

/* Before anything is written: whether SOURCE has a file at all, and no more would go than --max-prune allows. A SOURCE that is
 * empty, or hidden by a mount, must not empty the volume. False: the reason is in the journal. */
bool prune_allowed(struct copy *copy);

/* Removes it and counts in copy->pruned; with `print` it is only printed, on standard output. Not touched are --writable paths,
 * lost+found, what is mounted in DEST, and directories that --exclude leaves out. */
void prune_tree(struct copy *copy, bool print);

#endif
