#include "common/files/volume_memory.h"

#include <stdio.h>
#include <sys/statfs.h>

#include "common/base/limits.h"

#include "common/base/banned.h"

#define RAMFS_MAGIC_NUMBER UINT32_C(0x858458f6)
#define KIBIBYTE           1024.0
#define MEBIBYTE           (1024.0 * KIBIBYTE)

enum {
    TMPFS_MAGIC_NUMBER = 0x01021994,
    INODE_MEMORY = 1024,      /* an inode of tmpfs and its name, in the kernel */
    OWN_MEMORY = 1024 * 1024, /* what the process itself needs, at least */
};

bool volume_in_memory(int descriptor)
{
    struct statfs found;

    return descriptor >= 0 && fstatfs(descriptor, &found) == 0 &&
           (found.f_type == TMPFS_MAGIC_NUMBER || (uint32_t)found.f_type == RAMFS_MAGIC_NUMBER);
}

const char *volume_amount(uint64_t bytes, char text[VOLUME_AMOUNT])
{
    if (bytes < (uint64_t)MEBIBYTE)
        snprintf(text, VOLUME_AMOUNT, "%.1f KiB", (double)bytes / KIBIBYTE);
    else
        snprintf(text, VOLUME_AMOUNT, "%.1f MiB", (double)bytes / MEBIBYTE);
    return text;
}

/* `charged` is what is needed, the process itself included. */
static bool fits(uint64_t charged, uint64_t limit, const char *needs, const char *place, struct reason *why)
{
    char need[VOLUME_AMOUNT], have[VOLUME_AMOUNT];

    if (charged <= limit)
        return true;
    reason_set(why, CODE_FAILED,
               "%s %s of memory, as %s is in memory, and the container's memory limit is %s", needs,
               volume_amount(charged, need), place, volume_amount(limit, have));
    reason_hint(why, "raise resources.limits.memory, or take an emptyDir without medium: Memory");
    return false;
}

bool volume_fits_memory(uint64_t bytes, uint64_t inodes, uint64_t limit, const char *place,
                        struct reason *why)
{
    return fits(bytes + inodes * INODE_MEMORY + OWN_MEMORY, limit, "needs", place, why);
}

bool volume_claim(struct volume_memory *memory, int64_t bytes, struct reason *why)
{
    if (!memory->is_read)
        memory->limit = limits_own_memory();
    memory->is_read = true;
    if (memory->limit >= 0 && memory->limit != LIMITS_NONE &&
        !fits((uint64_t)(memory->claimed + bytes) + OWN_MEMORY, (uint64_t)memory->limit, "needs at least",
              "PATH", why))
        return false;
    memory->claimed += bytes;
    return true;
}
