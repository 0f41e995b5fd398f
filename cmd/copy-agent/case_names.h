/* Names in SOURCE that are one name in DEST: some volumes ignore upper and lower case. */
#ifndef COPY_AGENT_CASE_NAMES_H
#define COPY_AGENT_CASE_NAMES_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/staging.h"

/* A digest of a name that is the same for all names that a volume could take for one: letters of ASCII count in lower case, and any
 * other character counts as any other. Pure. */
uint64_t case_names_digest(const char *name);

/* False when DEST would take two of SOURCE's names for one, so that a file would be lost: they are in the journal. */
bool case_names_check(struct copy *copy, struct staging *staging);

#endif
