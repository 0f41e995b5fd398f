/* SOURCE or DEST is a device, a FIFO or standard output: DEST is written to, as cp does, and never replaced by a file. */
#ifndef COPY_AGENT_STREAM_H
#define COPY_AGENT_STREAM_H

#include "cmd/copy-agent/copy.h"

/* Whether the file SOURCE goes into such a DEST, or is such a thing itself and is to be read. A link to one is not followed but
 * for /dev/stdout, /dev/stderr and their other names. */
bool stream_is_meant(const struct copy *copy);

/* Writes it, or with --dry-run prints that. What goes wrong is in the journal. */
void stream_copy(struct copy *copy);

#endif
