/* --render: files whose ${NAME} are filled in on their way. */
#ifndef COPY_AGENT_RENDERING_H
#define COPY_AGENT_RENDERING_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/file_content.h"

/* Whether all files that are to be rendered can be: each thing that is wrong goes to the journal, with line and column. */
void rendering_check(struct copy *copy);

/* Renders all of `source` into `dest`. False fills `trouble`. */
bool rendering_write(const struct copy *copy, int source, int dest, struct trouble *trouble);

#endif
