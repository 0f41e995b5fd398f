#include "cmd/copy-agent/space.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "common/files/volume_memory.h"

#include "common/base/banned.h"

enum { BLOCK_GUESS = 4096 };

void space_read(int directory, struct space *space)
{
    struct statfs found;

    *space = (struct space){BLOCK_GUESS, SPACE_UNLIMITED, SPACE_UNLIMITED, false};
    if (directory < 0 || fstatfs(directory, &found) != 0)
        return;
    space->in_memory = volume_in_memory(directory);
    if (found.f_blocks == 0)
        return; /* procfs and the like, or a tmpfs without a limit, report no blocks at all */
    uint64_t size = (uint64_t)(found.f_frsize ? found.f_frsize : found.f_bsize);
    /* Root may use what is kept in reserve. */
    uint64_t blocks = geteuid() == 0 ? (uint64_t)found.f_bfree : (uint64_t)found.f_bavail;

    space->block_size = size ? size : BLOCK_GUESS;
    space->free_bytes = blocks > UINT64_MAX / space->block_size ? SPACE_UNLIMITED
                                                                : blocks * space->block_size;
    if (found.f_files > 0)
        space->free_inodes = (uint64_t)found.f_ffree;
}

static bool check_bytes(uint64_t needed, uint64_t available, struct reason *why)
{
    char need[VOLUME_AMOUNT], have[VOLUME_AMOUNT];

    if (needed <= available)
        return true;
    reason_set(why, CODE_FAILED, "needs %s of room, and only %s are free", volume_amount(needed, need),
               volume_amount(available, have));
    reason_hint(why, "give the volume more room, or leave something out with --exclude");
    return false;
}

bool space_check(const struct space *space, const struct plan_totals *totals, unsigned jobs, int64_t memory,
                 struct reason *why)
{
    uint64_t twice = totals->replaced < jobs ? totals->replaced : jobs;
    uint64_t needed = totals->new_bytes + twice * totals->largest;

    if (!check_bytes(needed, space->free_bytes, why))
        return false;
    if (space->in_memory && needed > 0 && memory >= 0 &&
        !volume_fits_memory(needed, totals->new_inodes, (uint64_t)memory, "DEST", why))
        return false;
    if (totals->new_inodes > space->free_inodes) {
        reason_set(why, CODE_FAILED,
                   "needs %" PRIu64 " files and directories, and only %" PRIu64 " inodes are free",
                   totals->new_inodes, space->free_inodes);
        reason_hint(why, "the volume has room, but not for so many files: make it with more inodes");
        return false;
    }
    return true;
}

bool space_check_source(const struct copy_settings *settings, const struct plan_totals *totals,
                        struct reason *why)
{
    if (settings->max_bytes > 0 && totals->bytes > (uint64_t)settings->max_bytes)
        return reason_set(why, CODE_FAILED, "SOURCE has %" PRIu64 " bytes, --max-bytes allows %" PRId64,
                          totals->bytes, settings->max_bytes);
    if (totals->files >= (uint64_t)settings->min_files)
        return true;
    reason_set(why, CODE_FAILED, "SOURCE has %" PRIu64 " file%s to copy, --min-files expects %" PRId64,
               totals->files, totals->files == 1 ? "" : "s", settings->min_files);
    reason_hint(why, "has the path in the image changed, or is something mounted over it?");
    return false;
}
