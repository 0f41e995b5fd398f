/* Names in SOURCE that are one name in DEST: some volumes do not tell upper from lower case. */
#ifndef COPY_AGENT_TWINS_H
#define COPY_AGENT_TWINS_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/stage.h"

/* A digest of a name that is the same for all names that a volume could take for one: letters of ASCII count in lower case, and any
 * other character counts as any other. Pure. */
uint64_t twins_digest(const char *name);

/* False when DEST would take two of SOURCE's names for one, so that a file would be lost: they are in the journal. */
bool twins_check(struct copy *copy, struct stage *stage);

#endif
