/* Links: made under their name where it is free, else in the stage and renamed into place. */
#ifndef COPY_AGENT_LINKING_H
#define COPY_AGENT_LINKING_H

#include "cmd/copy-agent/worker.h"

/* Copies a symbolic link. Trouble goes to the journal. */
void linking_symbolic(struct worker *worker, struct folder *folder, uint32_t node);

/* Gives a file of SOURCE a name in DEST (cp -l). */
void linking_to_source(struct worker *worker, struct folder *folder, uint32_t node);

/* Gives the file `leader` in `leader_folder`, which is in place, the name of `node` in `folder`, too. */
void linking_hard(struct worker *worker, const struct folder *leader_folder, uint32_t leader,
                  struct folder *folder, uint32_t node);

#endif
