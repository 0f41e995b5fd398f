#include "common/files/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/banned.h"

/* Newer than musl's header. */
#ifndef STATX_ATTR_IMMUTABLE
#define STATX_ATTR_IMMUTABLE 0x10
#endif
#ifndef STATX_ATTR_APPEND
#define STATX_ATTR_APPEND 0x20
#endif
#ifndef STATX_ATTR_MOUNT_ROOT
#define STATX_ATTR_MOUNT_ROOT 0x2000
#endif
#define MASK_MOUNT_ID 0x1000U

/* struct statx as the kernel fills it, whatever the C library's header has of it. */
struct look {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint32_t before_attributes_mask[10];
    uint64_t attributes_mask;
    uint32_t times_and_devices[20];
    uint64_t mount_id;
    uint64_t rest[16];
};

bool mount_of(int directory, struct mount *mount)
{
    struct stat status;
    struct look look = {0};

    if (fstat(directory, &status) != 0)
        return false;
    *mount = (struct mount){.device = (uint64_t)status.st_dev};
    /* A seccomp profile may refuse statx; the device number has to do then. */
    if (syscall(SYS_statx, directory, "", AT_EMPTY_PATH, MASK_MOUNT_ID, &look) != 0)
        return errno == EPERM || errno == ENOSYS;
    if (look.mask & MASK_MOUNT_ID)
        mount->id = look.mount_id;
    mount->is_root = (look.attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    return true;
}

bool mount_locks(int directory, const char *name)
{
    struct look look = {0};

    return syscall(SYS_statx, directory, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0U, &look) == 0 &&
           (look.attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
}

bool mount_is_root(int directory, const char *name)
{
    struct look look = {0};
    struct stat here, there;

    if (syscall(SYS_statx, directory, name, AT_SYMLINK_NOFOLLOW, 0U, &look) == 0 &&
        (look.attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
        return (look.attributes & STATX_ATTR_MOUNT_ROOT) != 0;
    /* Before 5.8, a mount of the same file system is not seen. */
    return fstat(directory, &here) == 0 && fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(there.st_mode) && here.st_dev != there.st_dev;
}

bool mount_same(const struct mount *a, const struct mount *b)
{
    return a->id == b->id && a->device == b->device;
}
