#include "cmd/copy-agent/space.h"

#include <inttypes.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "common/banned.h"

enum { TMPFS_MAGIC_NUMBER = 0x01021994, BLOCK_GUESS = 4096 };

#define MEBIBYTE (1024.0 * 1024.0)

void space_read(int directory, struct space *space)
{
    struct statfs found;

    *space = (struct space){BLOCK_GUESS, SPACE_UNLIMITED, SPACE_UNLIMITED, false};
    if (directory < 0 || fstatfs(directory, &found) != 0 || found.f_blocks == 0)
        return; /* procfs and the like, or a tmpfs without a limit, tell of no blocks at all */
    uint64_t size = (uint64_t)(found.f_frsize ? found.f_frsize : found.f_bsize);
    /* Root may use what is kept in reserve. */
    uint64_t blocks = geteuid() == 0 ? (uint64_t)found.f_bfree : (uint64_t)found.f_bavail;

    space->block_size = size ? size : BLOCK_GUESS;
    space->free_bytes = blocks > UINT64_MAX / space->block_size ? SPACE_UNLIMITED
                                                                : blocks * space->block_size;
    if (found.f_files > 0)
        space->free_inodes = (uint64_t)found.f_ffree;
    space->in_memory = found.f_type == TMPFS_MAGIC_NUMBER;
}

bool space_check(const struct space *space, const struct plan_totals *totals, unsigned jobs,
                 struct reason *why)
{
    uint64_t twice = totals->replaced < jobs ? totals->replaced : jobs;
    uint64_t needed = totals->new_bytes + twice * totals->largest;

    if (needed > space->free_bytes) {
        reason_set(why, CODE_FAILED, "needs %.1f MiB of room, and only %.1f MiB are free",
                   (double)needed / MEBIBYTE, (double)space->free_bytes / MEBIBYTE);
        reason_hint(why, "give the volume more room, or leave something out with --exclude");
        return false;
    }
    if (totals->new_inodes > space->free_inodes) {
        reason_set(why, CODE_FAILED,
                   "needs %" PRIu64 " files and directories, and only %" PRIu64 " inodes are free",
                   totals->new_inodes, space->free_inodes);
        reason_hint(why, "the volume has room, but not for so many files: make it with more inodes");
        return false;
    }
    return true;
}
