/* Files of DEST that cp leaves as they are: -n, -u, -i. */
#ifndef COPY_AGENT_KEEP_PRESENT_H
#define COPY_AGENT_KEEP_PRESENT_H

#include <stdbool.h>
#include <sys/stat.h>

#include "cmd/copy-agent/copy.h"

/* Whether `present`, which is in the place of `source`, stays. `path` is where it is below DEST; it may be asked for on standard
 * error, and is answered on standard input. The end of that, or a stop, means that it stays. */
bool keep_present(const struct copy *copy, const struct stat *source, const struct stat *present,
                  const char *path);

#endif
