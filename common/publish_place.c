/* Files that are published together: publish_place, publish_settle and publish_undo. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/publish_parts.h"

#include "common/banned.h"

/* renameat2 by its number: not every C library has it. */
static bool swap_names(const struct publish *publish)
{
    enum { EXCHANGE = 1 << 1 };

    return syscall(SYS_renameat2, publish->directory, publish->temporary, publish->directory,
                   publish_name(publish), EXCHANGE) == 0;
}

bool publish_place(struct publish *publish, struct reason *why)
{
    struct stat present;
    int error = 0;

    if (!publish_all_written(publish, why))
        return false;
    if (publish->direct)
        return true;
    /* A swap would put a directory aside, which rename refuses. */
    bool directory = fstatat(publish->directory, publish_name(publish), &present, AT_SYMLINK_NOFOLLOW) == 0 &&
                     S_ISDIR(present.st_mode);
    publish->swapped = !directory && swap_names(publish);
    if (!publish->swapped && !publish_rename(publish)) {
        error = errno;
        publish_remove_temporary(publish);
        publish_close(publish);
    }
    publish->placed = error == 0;
    return publish->placed || publish_fail(why, publish->path, "cannot be put in its place", error);
}

void publish_settle(struct publish *publish)
{
    if (publish->swapped)
        publish_remove_temporary(publish);
    publish_close(publish);
}

void publish_undo(struct publish *publish)
{
    if (publish->swapped && swap_names(publish))
        publish_remove_temporary(publish);
    else if (publish->placed && !publish->swapped)
        unlinkat(publish->directory, publish_name(publish), 0);
    publish_close(publish);
}
