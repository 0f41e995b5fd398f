/* Owner, extended attributes (ACLs among them), mode and times of what is written. */
#ifndef COPY_AGENT_METADATA_H
#define COPY_AGENT_METADATA_H

#include <stdbool.h>
#include <sys/stat.h>

#include "cmd/copy-agent/plan.h"

/* What became of it. */
struct metadata_end {
    const char *doing; /* what failed, where an errno was returned */
    bool unkept;       /* the volume does not let the mode or the times be set, and nobody asked for a mode */
    bool dropped;      /* the source has setuid or setgid bits or capabilities that the copy does not get */
};

/* Which owner and group this process could not give to its own files on one file system. The kernel's answer is the same for each
 * file, so it is asked for once. All zero: nothing is known. */
struct metadata_refusals {
    bool has_owner, has_group;
    uid_t owner;
    gid_t group;
};

bool metadata_has_attributes(int source);

/* Gives `dest`, whose owner is in `present`, what `source` has, as `status` and `rules` say: owner and attributes
 * where the process may, the rest always. A `source` below 0 has no attributes. 0, or errno. `refusals`, where not NULL, are of
 * DEST's file system. */
int metadata_copy(int source, const struct stat *status, int dest, const struct stat *present,
                  const struct plan_rules *rules, struct metadata_refusals *refusals,
                  struct metadata_end *end);

/* The same without attributes and times, for a file whose content is there. */
int metadata_adjust(const struct stat *status, int dest, const struct plan_rules *rules,
                    struct metadata_end *end);

/* Owner and times of a symbolic link. */
int metadata_symlink(const struct stat *status, int directory, const char *name,
                     const struct plan_rules *rules, struct metadata_refusals *refusals);

/* Whether the file `name` in a directory has attributes that a program gets privileges by (security.capability). What cannot be
 * looked at may have some. */
bool metadata_has_privileges(int directory, const char *name);

#endif
