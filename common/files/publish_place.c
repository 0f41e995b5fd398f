/* Moves a file from its temporary name into place: alone (publish_commit), or as one of a set that can be undone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/files/publish_parts.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

/* Renames into place, and keeps the old file. 0 or errno, and then the old file is in place. */
static int put_keeping(struct publish *publish)
{
    const char *name = publish_name(publish);
    struct stat present;

    publish_lock_old(publish);
    if (publish_swap(publish))
        return 0;
    int error = publish_set_aside(publish);
    if (error == 0)
        error = publish_rename(publish, publish->temporary, name);
    if (error == 0)
        return 0;
    if (fstatat(publish->directory, name, &present, AT_SYMLINK_NOFOLLOW) != 0) {
        publish_rename(publish, publish->old, name);
        publish->old[0] = '\0';
    } else {
        publish_forget_old(publish); /* it had two names */
    }
    return error;
}

/* The new file is there in part: puts the old one back. */
static void take_back(struct publish *publish)
{
    const char *name = publish_name(publish);
    int failed = publish->old[0] != '\0' ? publish_put_back(publish) : 0;

    if (failed == 0 && publish->old[0] == '\0')
        unlinkat(publish->directory, name, 0);
    if (failed == 0)
        publish_copy_forget(publish->directory, publish->temporary, name);
}

/* Copies the temporary into place, on a volume that cannot rename. The old file is kept as a copy. If that copy is incomplete, it
 * must not replace the old file, which is still there. 0 or errno, and then the old file is in place. */
static int copy_into_place(struct publish *publish)
{
    bool touched = false;
    int error = publish_keep_copy(publish);

    if (error == 0)
        error = publish_copy(publish->directory, publish->temporary, publish_name(publish), publish->deadline,
                             &touched);
    if (error == 0) {
        publish->in_place = true;
        publish_remove_temporary(publish);
    } else if (touched) {
        take_back(publish);
    } else {
        publish_forget_old(publish);
    }
    return error;
}

/* 0 or errno. */
static int put(struct publish *publish, bool keep)
{
    const char *name = publish_name(publish);
    struct stat present;
    bool there = fstatat(publish->directory, name, &present, AT_SYMLINK_NOFOLLOW) == 0;

    if (there && S_ISDIR(present.st_mode)) /* rename refuses this, but an exchange of names would not */
        return EISDIR;
    int error = there && keep ? put_keeping(publish) : publish_rename(publish, publish->temporary, name);
    if (!publish_lacks_rename(error))
        return error;
    int copied = copy_into_place(publish);
    return publish_lacks_rename(copied) ? error : copied;
}

bool publish_place(struct publish *publish, bool keep, struct reason *why)
{
    if (!publish_all_written(publish, why))
        return false;
    if (publish->direct)
        return true;
    int error = put(publish, keep);
    publish->placed = error == 0;
    if (publish->placed) {
        close(publish->descriptor); /* it is not a temporary any more, so its lock is not needed */
        publish->descriptor = -1;
        return true;
    }
    publish_remove_temporary(publish);
    publish_close(publish);
    return volume_fail(why, publish->path, "cannot be put in its place", error);
}

bool publish_settle(struct publish *publish)
{
    int error = publish->old[0] != '\0' && unlinkat(publish->directory, publish->old, 0) != 0 ? errno : 0;

    publish_close(publish);
    errno = error;
    return error == 0 || error == ENOENT;
}

bool publish_undo(struct publish *publish)
{
    int error = publish->placed ? publish_put_back(publish) : 0;

    publish_close(publish);
    errno = error;
    return error == 0;
}

bool publish_commit(struct publish *publish, struct reason *why)
{
    if (!publish_place(publish, false, why))
        return false;
    publish_settle(publish);
    return true;
}
