/* Directories in DEST, made of a mode for now: finish.h gives them their own. */
#ifndef COPY_AGENT_NEW_DIRECTORY_H
#define COPY_AGENT_NEW_DIRECTORY_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/descent.h"

/* Makes a directory of the plan in its parent, of a mode for now, in the place of whatever is not a directory. 0 or errno. */
int new_directory_in(const struct copy *copy, struct folder *parent, uint32_t node);

/* Makes a directory of the plan, of a mode for now, in the place of whatever is not a directory. False: it is in the journal. */
bool new_directory_make(struct copy *copy, struct descent *descent, uint32_t node);

#endif
