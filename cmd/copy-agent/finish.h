/* What can only be done once all files are in their places: further names of files, then directories' modes and times. */
#ifndef COPY_AGENT_FINISH_H
#define COPY_AGENT_FINISH_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/copy_thread.h"
#include "cmd/copy-agent/staging.h"

/* Makes the hard links. */
void finish_links(struct copy *copy, struct staging *staging);

/* Sets owner, attributes, mode and times of the directories that were made or written into, the deepest first. */
void finish_directories(struct copy *copy);

/* Sets DEST's times once more, where they are SOURCE's: removing the staging directory has changed them. */
void finish_root_times(const struct copy *copy);

/* The same at once for a directory that is hidden yet: `folder` has it open for reading, and its source
 * as a handle. */
void finish_hidden(struct copy_thread *thread, struct folder *folder, uint32_t node);

#endif
