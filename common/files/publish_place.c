/* From its temporary into its place, alone (publish_commit) or as one of a set, which is taken back as a whole. */
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

enum { NAMES_TO_TRY = 1000 };

bool publish_lacks_rename(int error)
{
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EXDEV || error == EEXIST;
}

/* 0 or errno. */
static int rename_in(const struct publish *publish, const char *from, const char *to)
{
    return renameat(publish->directory, from, publish->directory, to) == 0 ? 0 : errno;
}

/* --- what was there --- */

/* Others would take it for litter. Where it cannot be locked (it may not be read, or is a link), nothing is lost but that. */
static void lock_old(struct publish *publish)
{
    publish->old_lock = openat(publish->directory, publish_name(publish),
                               O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (publish->old_lock >= 0)
        flock(publish->old_lock, LOCK_SH | LOCK_NB);
}

/* renameat2 by its number: not every C library has it. */
static bool swap_names(struct publish *publish)
{
    enum { EXCHANGE = 1 << 1 };

    if (syscall(SYS_renameat2, publish->directory, publish->temporary, publish->directory,
                publish_name(publish), EXCHANGE) != 0)
        return false;
    memcpy(publish->old, publish->temporary, sizeof publish->old);
    return true;
}

/* Gives what is there a second name, so that its own is never missing; where there are no second names, another one. 0 or errno. */
static int set_aside(struct publish *publish)
{
    const char *name = publish_name(publish);
    char prefix[PUBLISH_PREFIX];
    struct stat found;

    publish_prefix(name, PUBLISH_OLD, prefix);
    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        if (snprintf(publish->old, sizeof publish->old, "%s%u-%u", prefix, (unsigned)getpid(), i) >=
            (int)sizeof publish->old)
            return ENAMETOOLONG;
        if (fstatat(publish->directory, publish->old, &found, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        if (linkat(publish->directory, name, publish->directory, publish->old, 0) == 0)
            return 0;
        if (errno != EEXIST)
            return rename_in(publish, name, publish->old);
    }
    return EEXIST;
}

int publish_put_back(struct publish *publish)
{
    const char *name = publish_name(publish);
    int error = 0;

    if (publish->old[0] == '\0')
        return unlinkat(publish->directory, name, 0) == 0 || errno == ENOENT ? 0 : errno;
    error = publish->in_place ? EPERM : rename_in(publish, publish->old, name);
    if (publish_lacks_rename(error)) {
        error = publish_copy(publish->directory, publish->old, name, 0);
        if (error == 0)
            unlinkat(publish->directory, publish->old, 0);
    }
    return error;
}

/* --- into its place --- */

/* 0 or errno, and then what was there is there again. */
static int put_keeping(struct publish *publish)
{
    const char *name = publish_name(publish);
    struct stat present;

    lock_old(publish);
    if (swap_names(publish))
        return 0;
    int error = set_aside(publish);
    if (error == 0)
        error = rename_in(publish, publish->temporary, name);
    if (error == 0)
        return 0;
    if (fstatat(publish->directory, name, &present, AT_SYMLINK_NOFOLLOW) != 0)
        rename_in(publish, publish->old, name);
    else
        unlinkat(publish->directory, publish->old, 0); /* it had two names */
    publish->old[0] = '\0';
    return error;
}

/* 0 or errno. */
static int put(struct publish *publish, bool keep)
{
    const char *name = publish_name(publish);
    struct stat present;
    bool there = fstatat(publish->directory, name, &present, AT_SYMLINK_NOFOLLOW) == 0;

    if (there && S_ISDIR(present.st_mode)) /* a swap would put it aside, which rename refuses */
        return EISDIR;
    int error = there && keep ? put_keeping(publish) : rename_in(publish, publish->temporary, name);
    if (!publish_lacks_rename(error))
        return error;
    int copied = publish_copy_into_place(publish);
    return copied == 0 ? 0 : error;
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
        close(publish->descriptor); /* its name is no temporary's any more, so its lock is not needed */
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
