/* Directories in DEST where SOURCE has a file or a link: with --prune they make way, as long as nothing in them is protected. */
#ifndef COPY_AGENT_CLEARING_H
#define COPY_AGENT_CLEARING_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/descent.h"

/* Whether the directory in the place of `node`, in a folder of DEST, may go with all that is in it. False: what is protected goes
 * to the journal with `report`. Any thread may ask. */
bool clearing_allowed(struct copy *copy, const struct folder *folder, uint32_t node, bool report);

/* Moves it to `away` in the directory `staging`, or removes it where that is not possible (or `staging` is -1), and counts it in
 * copy->pruned. False: it is still there, or the plan did not know of it. */
bool clearing_take(struct copy *copy, const struct folder *folder, uint32_t node, int staging,
                   const char *away);

#endif
