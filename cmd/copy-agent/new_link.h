/* Links: made under their name where it is free, else in the staging directory and renamed into place. */
#ifndef COPY_AGENT_NEW_LINK_H
#define COPY_AGENT_NEW_LINK_H

#include "cmd/copy-agent/copy_thread.h"

/* Copies a symbolic link. Trouble goes to the journal. */
void new_link_symbolic(struct copy_thread *thread, struct folder *folder, uint32_t node);

/* Gives a file of SOURCE a name in DEST (cp -l). */
void new_link_to_source(struct copy_thread *thread, struct folder *folder, uint32_t node);

/* Gives the file `leader` in `leader_folder`, which is in place, the name of `node` in `folder`, too. */
void new_link_hard(struct copy_thread *thread, const struct folder *leader_folder, uint32_t leader,
                   struct folder *folder, uint32_t node);

#endif
