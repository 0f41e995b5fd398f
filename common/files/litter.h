/* What a run makes under a hidden name until it is complete. It is locked while its run lives; so the next run knows what
 * killed runs have left, and takes it away.
 *
 * Where there are no locks (some network file systems) nothing is known to be dead, and it stays. A lock may not be seen by other
 * nodes that have the volume mounted, so a directory's name tells which boot of a kernel its run belongs to: another one's is
 * litter once nothing has changed in it for LITTER_FORGOTTEN seconds. */
#ifndef COMMON_FILES_LITTER_H
#define COMMON_FILES_LITTER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { LITTER_NAME = NAME_MAX + 1, LITTER_FORGOTTEN = 3600 };

/* Make a directory (0700, opened for reading) or a file (of `mode`, opened for reading and writing) in `parent`. The name begins
 * with `prefix` and goes into `name`. The caller closes the descriptor, which ends the lock. -1 with errno. */
int litter_make_directory(int parent, const char *prefix, char name[LITTER_NAME]);
int litter_make_file(int parent, const char *prefix, mode_t mode, char name[LITTER_NAME]);

/* Removes a directory that litter_make_directory has made, with all that is in it, and closes its descriptor. After a stop signal
 * or the deadline it goes on for REMOVAL_GRACE entries; what is left is litter. */
void litter_remove_directory(int parent, const char *name, int descriptor, int64_t deadline);

/* Removes what begins with `prefix` in `parent` and has no live owner; what there is no time for stays. Not being able to is
 * no reason to fail. */
void litter_sweep(int parent, const char *prefix, int64_t deadline);

enum litter_owner {
    LITTER_DEAD,
    LITTER_ALIVE,
    LITTER_UNKNOWN /* there are no locks */
};

/* Whether the run that made `name`, which begins with `prefix`, in `parent` lives. */
enum litter_owner litter_owner_of(int parent, const char *prefix, const char *name);

/* Whether nothing has changed in a directory, nor right below what is in it, for that long before `now` (seconds since 1970, this
 * node's). `boot` is the part of the name that identifies the boot; locks show who owns what this boot made. */
bool litter_is_forgotten(int directory, const char *boot, int64_t now);

/* Calls `take` for each file whose name begins so in `parent`. What cannot be opened has no live owner. Directories, which anybody
 * may have put there, are passed over. It is not worth more than a tenth of a second. `take` may rename and remove. How many there
 * were. */
typedef void litter_take(int parent, const char *name, enum litter_owner owner, void *with);
size_t litter_each_file(int parent, const char *prefix, litter_take *take, void *with);

/* Whether the whole of `parent` was listed, and no hidden name in it contains `mark`. */
bool litter_lacks(int parent, const char *mark);

/* Removes those that are dead. */
void litter_sweep_files(int parent, const char *prefix);

#endif
