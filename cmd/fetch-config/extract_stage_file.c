/* Operations on one staged file, in any stage. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/extract_stage.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

bool extract_stage_fail(struct reason *why, const char *path, const char *doing)
{
    int error = errno;

    reason_set(why, CODE_FAILED, "%.200s: %s: %s", path, doing, strerror(error));
    if (error == ENOSPC || error == EDQUOT)
        volume_hint(why, path, error);
    return false;
}

bool extract_stage_write(int descriptor, const void *bytes, size_t length, int64_t offset, struct reason *why)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = pwrite(descriptor, at, length, offset);
        if (written < 0 && errno != EINTR)
            return extract_stage_fail(why, "the archive", "cannot be unpacked");
        if (written > 0) {
            at += written;
            offset += written;
            length -= (size_t)written;
        }
    }
    return true;
}

bool extract_stage_set_status(struct extract_stage *stage, int descriptor, const char *path,
                              const struct extract_stage_status *status, struct reason *why)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_NOW}, status->time};
    bool unkept = false;

    if (!ownership_give(descriptor, path, status->mode, status->ownership, &unkept, why))
        return false;
    stage->unkept += unkept;
    if (status->has_time)
        futimens(descriptor, times);
    return true;
}
