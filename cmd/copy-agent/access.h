/* --for-uid: can that user use what was copied? */
#ifndef COPY_AGENT_ACCESS_H
#define COPY_AGENT_ACCESS_H

#include "cmd/copy-agent/copy.h"

/* Looks at DEST, the directories above it up to the volume's root, and all that the plan has in it; what the user cannot read,
 * enter or, where --writable asks for it, write goes to the journal. */
void access_check(struct copy *copy);

/* Without --for-uid: warns if something is not for everyone. */
void access_warn(const struct copy *copy);

/* Warns where symbolic links lead out of what is copied. */
void access_warn_links(const struct copy *copy);

#endif
