/* Looks at SOURCE, and at DEST beside it, and fills the plan. */
#ifndef COPY_AGENT_WALK_H
#define COPY_AGENT_WALK_H

#include <stdbool.h>

#include "cmd/copy-agent/copy.h"

/* In a volume of a ConfigMap or Secret: a link to the directory that has the files. Each other name is a link into that. */
#define WALK_PROJECTED "..data"

/* Plans all that is in the directory copy->source. What cannot be read goes to the journal, what is not copied is a
 * warning. False when the run has to end: a stop, or DEST lies within SOURCE. */
bool walk_tree(struct copy *copy, uint64_t block_size);

/* Plans a single thing, `name` in copy->source, to be called `target` in copy->dest. */
bool walk_single(struct copy *copy, const char *name, const char *target, uint64_t block_size);

#endif
