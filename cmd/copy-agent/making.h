/* Directories in DEST: made, and at the end given their modes and times. */
#ifndef COPY_AGENT_MAKING_H
#define COPY_AGENT_MAKING_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/descent.h"

/* Notes an errno for a path of the plan. */
void making_note(struct copy *copy, uint32_t node, const char *doing, int error);

/* Makes a directory of the plan in its parent, of a mode for now, in the place of whatever is no directory. 0 or errno. */
int making_in(const struct copy *copy, struct folder *parent, uint32_t node);

/* Makes a directory of the plan, of a mode for now, in the place of whatever is no directory. False: it is in the journal. */
bool making_directory(struct copy *copy, struct descent *descent, uint32_t node);

#endif
