/* Owner, extended attributes (ACLs among them), mode and times of what is written. */
#ifndef COPY_AGENT_METADATA_H
#define COPY_AGENT_METADATA_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/ownership.h"

/* Gives `dest`, which belongs to whom `present` says, what `source` has, as `status` and `ownership` say: owner and attributes
 * where the process may, the rest always. 0, or errno with *doing telling what failed. */
int metadata_copy(int source, const struct stat *status, int dest, const struct stat *present,
                  const struct ownership *ownership, const char **doing);

/* The same without attributes and times, for a file whose content is there. */
int metadata_adjust(const struct stat *status, int dest, const struct ownership *ownership,
                    const char **doing);

/* Owner and times of a symbolic link. */
int metadata_symlink(const struct stat *status, int directory, const char *name,
                     const struct ownership *ownership, const char **doing);

#endif
