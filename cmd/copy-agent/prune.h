/* --prune: what is in DEST and not in SOURCE goes. */
#ifndef COPY_AGENT_PRUNE_H
#define COPY_AGENT_PRUNE_H

#include "cmd/copy-agent/copy.h"

/* Removes it and counts in copy->pruned; with `say` it is only told, on standard output. Not touched are --writable paths,
 * lost+found, what is mounted in DEST, and directories that --exclude leaves out. */
void prune_tree(struct copy *copy, bool say);

#endif
