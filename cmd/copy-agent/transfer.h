/* Carries out the plan: one thread makes the directories and hands their files to others, who copy them. */
#ifndef COPY_AGENT_TRANSFER_H
#define COPY_AGENT_TRANSFER_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/staging.h"

/* Returns when all is done or the run has to stop; troubles are in the journal. `jobs` threads copy; `small`: page cache is
 * short. Hard links and the modes and times of directories are left to finish.h. */
void transfer_tree(struct copy *copy, struct staging *staging, unsigned jobs, bool small);

#endif
