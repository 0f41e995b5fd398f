/* The old file: set aside, kept, and put back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/files/publish_parts.h"

#include "common/base/banned.h"

enum { NAMES_TO_TRY = 1000 };

bool publish_lacks_rename(int error)
{
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EXDEV || error == EEXIST;
}

/* 0 or errno. */
int publish_rename(const struct publish *publish, const char *from, const char *to)
{
    return renameat(publish->directory, from, publish->directory, to) == 0 ? 0 : errno;
}

/* Without a lock another run would take it for litter. A file that cannot be opened, or is a link, stays unlocked. */
void publish_lock_old(struct publish *publish)
{
    publish->old_lock = openat(publish->directory, publish_name(publish),
                               O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (publish->old_lock >= 0)
        flock(publish->old_lock, LOCK_SH | LOCK_NB);
}

/* renameat2 by its number: not every C library has it. */
bool publish_swap(struct publish *publish)
{
    enum { EXCHANGE = 1 << 1 };

    if (syscall(SYS_renameat2, publish->directory, publish->temporary, publish->directory,
                publish_name(publish), EXCHANGE) != 0)
        return false;
    memcpy(publish->old, publish->temporary, sizeof publish->old);
    return true;
}

/* Gives the old file a second name, so that its own never disappears; on volumes without hard links, renames it. 0 or errno. */
int publish_set_aside(struct publish *publish)
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
            return publish_rename(publish, name, publish->old);
    }
    return EEXIST;
}

int publish_put_back(struct publish *publish)
{
    const char *name = publish_name(publish);
    int error = 0;

    if (publish->old[0] == '\0')
        return unlinkat(publish->directory, name, 0) == 0 || errno == ENOENT ? 0 : errno;
    error = publish->in_place ? EPERM : publish_rename(publish, publish->old, name);
    if (publish_lacks_rename(error)) {
        bool touched;
        error = publish_copy(publish->directory, publish->old, name, 0, &touched);
        if (error == 0)
            unlinkat(publish->directory, publish->old, 0);
    }
    return error;
}

void publish_forget_old(struct publish *publish)
{
    if (publish->old[0] != '\0')
        unlinkat(publish->directory, publish->old, 0);
    publish->old[0] = '\0';
}

int publish_keep_copy(struct publish *publish)
{
    const char *name = publish_name(publish);
    char prefix[PUBLISH_PREFIX];
    struct stat present;

    publish->old[0] = '\0';
    if (fstatat(publish->directory, name, &present, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? 0 : errno;
    publish_prefix(name, PUBLISH_OLD, prefix);
    publish->old_lock = litter_make_file(publish->directory, prefix, PUBLISH_HIDDEN_MODE, publish->old);
    if (publish->old_lock < 0)
        return errno;
    return publish_copy_entry(publish->directory, name, publish->old, publish->old_lock, publish->deadline);
}
