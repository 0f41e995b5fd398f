/* One file at a time: made whole in the stage and renamed into place. */
#ifndef COPY_AGENT_FILE_H
#define COPY_AGENT_FILE_H

#include "cmd/copy-agent/worker.h"

/* Does what the plan says for a file in `folder`. Trouble goes to the journal. */
void file_transfer(struct worker *worker, struct folder *folder, uint32_t node);

#endif
