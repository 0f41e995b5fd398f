/* Which mount a directory belongs to: two mounts of one volume have the same device number, but renames do not cross them. */
#ifndef COMMON_FILES_MOUNT_H
#define COMMON_FILES_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct mount {
    uint64_t id; /* 0 where the kernel (before 5.8) does not tell: then the device number decides */
    uint64_t device;
    bool is_root; /* the directory is where something is mounted */
};

/* False with errno. */
bool mount_of(int directory, struct mount *mount);
/* Whether `name` in the directory, or that itself for "", is immutable or append-only (chattr +i, +a), as far as the file system
 * tells. */
bool mount_locks(int directory, const char *name);

/* Whether something is mounted at `name` in the directory, as a subPath mounts a file. False where that is not known. */
bool mount_is_root(int directory, const char *name);

bool mount_same(const struct mount *a, const struct mount *b);

#endif
