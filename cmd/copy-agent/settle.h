/* What can only be done once all files are in their places: further names of files, then directories' modes and times. */
#ifndef COPY_AGENT_SETTLE_H
#define COPY_AGENT_SETTLE_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/stage.h"
#include "cmd/copy-agent/worker.h"

/* Makes the hard links. */
void settle_links(struct copy *copy, struct stage *stage);

/* Sets owner, attributes, mode and times of the directories that were made or written into, the deepest first. */
void settle_directories(struct copy *copy);

/* Sets DEST's times once more, where they are SOURCE's: removing the stage has changed them. */
void settle_root_times(const struct copy *copy);

/* The same at once for a directory that is hidden yet: `folder` has it open for reading, and its source
 * as a handle. */
void settle_hidden(struct worker *worker, struct folder *folder, uint32_t node);

#endif
