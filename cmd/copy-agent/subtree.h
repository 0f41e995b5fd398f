/* A directory that DEST lacks, with all that is in it: filled in the staging directory, where nobody sees it, under final
 * names, and put in its place by one rename. */
#ifndef COPY_AGENT_SUBTREE_H
#define COPY_AGENT_SUBTREE_H

#include "cmd/copy-agent/copy_thread.h"

/* What a killed run may lose of a subtree is bounded: so many entries, of which a large file counts as several. */
enum { SUBTREE_MOST = 2048, SUBTREE_LARGE = 64 };

/* Pure. Whether the directory is a subtree of at most `most` entries and `levels` levels that can be made in the staging
 * directory: all above it is new, too, so that it has the same group and default ACL to inherit there as in its place. */
bool subtree_fits(const struct plan *plan, uint32_t directory, uint32_t most, unsigned levels);

/* Copies it into its parent's folder. Where the volume does not let it be renamed, it is made in its place. Troubles are in the
 * journal. */
void subtree_transfer(struct copy_thread *thread, struct folder *parent, uint32_t directory);

/* Whether something other than a directory is to be copied now, and not linked later. */
bool subtree_wants(const struct plan_node *node);

/* Copies that. */
void subtree_entry(struct copy_thread *thread, struct folder *folder, uint32_t node);

#endif
