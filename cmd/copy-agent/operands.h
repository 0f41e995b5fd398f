/* SOURCE and DEST: what they are, and where things go. */
#ifndef COPY_AGENT_OPERANDS_H
#define COPY_AGENT_OPERANDS_H

#include "cmd/copy-agent/copy.h"

/* Opens both roots as far as they exist, and finds out what is copied to where. False: it is in the journal. */
bool operands_open(struct copy *copy);

/* Makes DEST, and the directories that it is in, where it is missing. */
bool operands_make_dest(struct copy *copy);

void operands_close(struct copy *copy);

#endif
