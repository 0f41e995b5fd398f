/* Troubles with one path of the plan. */
#ifndef COPY_AGENT_NOTE_H
#define COPY_AGENT_NOTE_H

#include "cmd/copy-agent/copy.h"

/* Puts "PATH: DOING: ERROR" into the journal; the path is refused from then on. */
void note_errno(struct copy *copy, uint32_t node, const char *doing, int error);

#endif
