/* For volumes that cannot rename (some object stores and FUSE): a file is written in place. As a reader may see a part of it, a
 * mark beside it names the complete source as long as this takes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"
#include "common/files/publish_parts.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, PRIVATE_MODE = 0600, MODE_BITS = 07777 };

/* Whether to cancel the copy. */
static bool must_end(int64_t deadline)
{
    return stop_signal() != 0 || (deadline > 0 && deadline_now() >= deadline);
}

static int copy_bytes(int from, int to, int64_t deadline)
{
    static char chunk[CHUNK];
    ssize_t got;

    while ((got = read(from, chunk, sizeof chunk)) != 0) {
        if (must_end(deadline))
            return ECANCELED;
        if (got < 0 && errno != EINTR)
            return errno;
        for (ssize_t at = 0; at < got;) {
            ssize_t written = write(to, chunk + at, (size_t)(got - at));
            if (written < 0 && errno != EINTR)
                return errno;
            at += written > 0 ? written : 0;
        }
    }
    return 0;
}

/* As far as the volume keeps it. What --mode and --owner demand was verified for the source, on the same volume. */
static void copy_status(const struct stat *status, int to)
{
    const struct timespec times[2] = {status->st_atim, status->st_mtim};

    if (fchown(to, status->st_uid, status->st_gid) != 0)
        (void)!fchown(to, (uid_t)-1, status->st_gid);
    (void)!fchmod(to, status->st_mode & MODE_BITS);
    futimens(to, times);
}

/* Closes both descriptors. 0 or errno. */
static int copy_file(int from, int to, int64_t deadline)
{
    struct stat status;
    bool open = from >= 0 && to >= 0 && fstat(from, &status) == 0;
    int error = open ? copy_bytes(from, to, deadline) : errno;

    if (open && error == 0)
        copy_status(&status, to);
    if (to >= 0 && close(to) != 0 && error == 0)
        error = errno;
    if (from >= 0)
        close(from);
    return error;
}

static int open_source(int directory, const char *name)
{
    return openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static int make_file(int directory, const char *name)
{
    return openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PRIVATE_MODE);
}

static int copy_link(int directory, const char *source, const char *name)
{
    char text[PATH_MAX];
    ssize_t length = readlinkat(directory, source, text, sizeof text - 1);

    if (length < 0)
        return errno;
    text[length] = '\0';
    return symlinkat(text, directory, name) == 0 ? 0 : errno;
}

/* Copies `source` to `name`, which does not exist. 0 or errno. */
static int copy_entry(int directory, const char *source, const char *name, int64_t deadline)
{
    int from = open_source(directory, source);

    if (from < 0)
        return errno == ELOOP ? copy_link(directory, source, name) : errno;
    return copy_file(from, make_file(directory, name), deadline);
}

/* The name of the mark: that of the source, with PUBLISH_PART after the prefix. */
static bool mark_for(const char *source, const char *name, char mark[LITTER_NAME])
{
    char prefix[PUBLISH_PREFIX];

    publish_prefix(name, "", prefix);
    return snprintf(mark, LITTER_NAME, "%s" PUBLISH_PART "%s", prefix, source + strlen(prefix)) < LITTER_NAME;
}

/* Opens the mark, and locks it; a mark that a killed run left is used again. -1 with errno. */
static int make_mark(int directory, const char *mark)
{
    int marked = openat(directory, mark, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                        PRIVATE_MODE);

    if (marked >= 0)
        flock(marked, LOCK_EX | LOCK_NB);
    return marked;
}

int publish_copy(int directory, const char *source, const char *name, int64_t deadline, bool *touched)
{
    char mark[LITTER_NAME];
    struct stat there;

    *touched = false;
    if (!mark_for(source, name, mark))
        return ENAMETOOLONG;
    if (fstatat(directory, source, &there, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    int marked = make_mark(directory, mark);
    if (marked < 0)
        return errno;
    *touched = unlinkat(directory, name, 0) == 0 || errno == ENOENT;
    int error = *touched ? copy_entry(directory, source, name, deadline) : errno;
    if (error == 0 || !*touched)
        unlinkat(directory, mark, 0);
    close(marked);
    return error;
}

void publish_copy_forget(int directory, const char *source, const char *name)
{
    char mark[LITTER_NAME];

    if (mark_for(source, name, mark))
        unlinkat(directory, mark, 0);
}

int publish_copy_entry(int directory, const char *source, const char *name, int descriptor, int64_t deadline)
{
    int from = openat(directory, source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (from >= 0)
        return copy_file(from, fcntl(descriptor, F_DUPFD_CLOEXEC, 0), deadline);
    if (errno != ELOOP)
        return errno;
    unlinkat(directory, name, 0);
    return copy_link(directory, source, name);
}
