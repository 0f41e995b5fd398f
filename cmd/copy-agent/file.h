/* One file at a time: made whole in the staging directory and renamed into place. */
#ifndef COPY_AGENT_FILE_H
#define COPY_AGENT_FILE_H

#include "cmd/copy-agent/copy_thread.h"

/* Does what the plan has for a file in `folder`. Trouble goes to the journal. */
void file_transfer(struct copy_thread *thread, struct folder *folder, uint32_t node);

#endif
