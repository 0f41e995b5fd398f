/* Whose a written file is and who may use it: what --mode and --owner say, applied to what the source has. */
#ifndef COMMON_FILES_OWNERSHIP_H
#define COMMON_FILES_OWNERSHIP_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/reason.h"

struct ownership {
    const char *mode; /* a checked specification; NULL: as the source */
    bool has_owner, has_group;
    uid_t owner;
    gid_t group;
};

/* A mode as chmod(1) takes it: "0755", or clauses such as "a+rX,u=rw,g=u,o-w"; without a "who" all are meant and the umask
 * plays no part. Fit for an option's check. */
bool ownership_check_mode(const char *text, struct reason *why);

/* "UID", "UID:GID" or ":GID", in numbers: there is no user database that both the writer's and the reader's image share. */
bool ownership_check_owner(const char *text, struct reason *why);

/* Either may be NULL. Both must have passed their checks. */
void ownership_init(struct ownership *ownership, const char *mode, const char *owner);

/* The permission bits (07777) for what has `mode` at the source. `directory` matters for X and for octal modes, which leave
 * setuid and setgid of directories alone unless they name them, as chmod(1). */
mode_t ownership_mode(const struct ownership *ownership, mode_t mode, bool directory);

#define OWNERSHIP_MODE_STAYS ((mode_t)-1)

/* Gives an open file its owner, if one was asked for, and then `mode`, and looks whether it has them: volumes that give every
 * file one owner and mode refuse, or do as if. What --owner and --mode ask for must hold, or it is false and fills `why` with
 * `path` in it; any other mode that does not hold sets *unkept. */
bool ownership_give(int descriptor, const char *path, mode_t mode, const struct ownership *ownership,
                    bool *unkept, struct reason *why);

#endif
