/* What a run that succeeds has to warn of. */
#ifndef COPY_AGENT_WARNINGS_H
#define COPY_AGENT_WARNINGS_H

#include "cmd/copy-agent/copy.h"

/* Once SOURCE has been looked at. */
void warnings_before(const struct copy *copy);

/* Once everything that could be done is. */
void warnings_after(const struct copy *copy);

#endif
