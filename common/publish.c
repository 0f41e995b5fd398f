#include "common/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/mem.h"
#include "common/stop.h"

#include "common/banned.h"

enum { NAMES_TO_TRY = 100 };

/* Beside the target, so that the rename stays within one filesystem; hidden, so that globs pass over it. */
#define TEMPORARY_MARK ".initkit-"

/* Those whose temporaries are there now, for the case that memory runs out. */
static struct publish *open_publishes;

static void publish_at_exhaustion(void)
{
    for (const struct publish *open = open_publishes; open; open = open->next)
        unlink(open->temporary);
}

static bool publish_fail(struct reason *why, const char *path, const char *doing, int error)
{
    reason_set(why, CODE_FAILED, "%.200s: %s: %s", path, doing, strerror(error));
    switch (error) {
    case ENOENT:
        reason_hint(why, "the directory does not exist: is the volume mounted there?");
        break;
    case EROFS:
    case EACCES:
    case EPERM:
        reason_hint(why,
                    "this user (UID %u) may not write there: mount a volume, or look at its mode and fsGroup",
                    (unsigned)geteuid());
        break;
    case EBUSY:
        reason_hint(why, "the file itself is a mount (subPath?): mount its directory instead");
        break;
    case ENXIO:
        reason_hint(why, "a FIFO that nobody reads");
        break;
    case ENOSPC:
    case EDQUOT:
        reason_hint(why, "the volume is full");
        break;
    default:
        break;
    }
    return false;
}

/* Splits `path` into "DIR/" (maybe empty) and NAME. */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Whether a temporary has no live owner: each holds a lock on its own, which goes with the process. */
static bool is_litter(int directory, const char *name)
{
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (descriptor < 0)
        return false;
    bool unlocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    close(descriptor);
    return unlocked;
}

/* Removes what killed runs have left for this target. Not being able to is no reason to fail. */
static void remove_litter(const char *path)
{
    char folder[PATH_MAX], prefix[NAME_MAX + 32];
    const char *name = base_name(path);
    struct dirent *entry;

    snprintf(folder, sizeof folder, "%.*s.", (int)(name - path), path);
    snprintf(prefix, sizeof prefix, ".%s" TEMPORARY_MARK, name);
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    while ((entry = readdir(directory)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 && is_litter(dirfd(directory), entry->d_name))
            unlinkat(dirfd(directory), entry->d_name, 0);
    closedir(directory);
}

/* Locks it, where the filesystem knows locks, so that nobody takes it for litter. False when another run has done so between
 * open and lock: it has no name any more, or will not have it for long. */
static bool keep_temporary_file(int descriptor)
{
    struct stat present;

    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(descriptor, &present) == 0 && present.st_nlink == 1;
}

static bool open_temporary_file(struct publish *publish, mode_t mode, struct reason *why)
{
    const char *name = base_name(publish->path);

    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        int length = snprintf(publish->temporary, sizeof publish->temporary, "%.*s.%s" TEMPORARY_MARK "%u-%u",
                              (int)(name - publish->path), publish->path, name, (unsigned)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof publish->temporary)
            return publish_fail(why, publish->path, "cannot be written", ENAMETOOLONG);
        publish->descriptor = open(publish->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                   0600);
        if (publish->descriptor < 0 && errno != EEXIST)
            return publish_fail(why, publish->path, "cannot be written", errno);
        if (publish->descriptor < 0)
            continue;
        if (!keep_temporary_file(publish->descriptor)) {
            close(publish->descriptor);
            continue;
        }
        if (fchmod(publish->descriptor, mode) == 0)
            return true;
        int error = errno;
        unlink(publish->temporary);
        close(publish->descriptor);
        return publish_fail(why, publish->path, "cannot be given its mode", error);
    }
    return publish_fail(why, publish->path, "finds no free temporary name", EEXIST);
}

/* Standard output or something that is no file: written to as it is. */
static bool open_direct(struct publish *publish, const char *path, struct reason *why)
{
    publish->direct = true;
    /* A FIFO that nobody reads is an error at once (ENXIO), not a wait without end. */
    publish->descriptor = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO)
                                                 : open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    return publish->descriptor >= 0 || publish_fail(why, path, "cannot be opened", errno);
}

bool publish_begin(struct publish *publish, const char *path, mode_t mode, struct reason *why)
{
    struct stat present;

    memset(publish, 0, sizeof *publish);
    publish->descriptor = -1;
    if (snprintf(publish->path, sizeof publish->path, "%s", path) >= (int)sizeof publish->path)
        return publish_fail(why, path, "cannot be written", ENAMETOOLONG);
    if (strcmp(path, "-") == 0)
        return open_direct(publish, path, why);
    if (stat(path, &present) == 0) {
        if (S_ISDIR(present.st_mode))
            return publish_fail(why, path, "cannot be written", EISDIR);
        if (!S_ISREG(present.st_mode))
            return open_direct(publish, path, why);
    }
    remove_litter(path);
    if (!open_temporary_file(publish, mode, why))
        return false;
    publish->next = open_publishes;
    open_publishes = publish;
    mem_at_exhaustion(publish_at_exhaustion);
    return true;
}

/* Until a pipe or device takes STOP_CHUNK bytes without blocking. It cannot be made non-blocking: others may share it. */
static bool wait_for_room(const struct publish *publish, struct reason *why)
{
    int64_t left = publish->deadline > 0 ? deadline_left(publish->deadline, deadline_now()) : DEADLINE_NEVER;

    if (stop_wait_writable(publish->descriptor, left < INT_MAX ? (int)left : -1))
        return true;
    if (stop_signal() != 0)
        return reason_set(why, (enum code)(128 + stop_signal()), "%.200s: stopped before all was written",
                          publish->path);
    reason_set(why, CODE_DEADLINE, "%.200s: the time ran out before all was written", publish->path);
    reason_hint(why, "whoever is to read it does not");
    return false;
}

bool publish_write(struct publish *publish, const void *bytes, size_t length, struct reason *why)
{
    const char *at = bytes;

    while (length > 0) {
        if (publish->direct && !wait_for_room(publish, why))
            return false;
        ssize_t written = write(publish->descriptor, at,
                                publish->direct && length > STOP_CHUNK ? STOP_CHUNK : length);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return publish_fail(why, publish->path, "cannot be written", errno);
        at += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static void publish_close(struct publish *publish)
{
    if (publish->descriptor >= 0)
        close(publish->descriptor);
    publish->descriptor = -1;
    for (struct publish **link = &open_publishes; *link; link = &(*link)->next)
        if (*link == publish) {
            *link = publish->next;
            break;
        }
}

void publish_abort(struct publish *publish)
{
    if (publish->descriptor >= 0 && !publish->direct)
        unlink(publish->temporary);
    publish_close(publish);
}

/* What close says of what was written: NFS and FUSE report a full disk or quota only there. A copy of the descriptor is
 * closed, since the file's own holds the lock that keeps others from taking the temporary for litter. */
static int written_error(const struct publish *publish)
{
    int copy, error;

    do {
        copy = fcntl(publish->descriptor, F_DUPFD_CLOEXEC, 0);
        error = copy < 0 || close(copy) != 0 ? errno : 0;
    } while (error == EINTR && stop_signal() == 0);
    return error;
}

/* After an error nothing is put in its place, and the temporary goes. */
static bool all_written(struct publish *publish, struct reason *why)
{
    int error = written_error(publish);

    if (error == 0)
        return true;
    publish_abort(publish);
    return publish_fail(why, publish->path, "cannot be written", error);
}

bool publish_commit(struct publish *publish, struct reason *why)
{
    int error = 0;

    if (!all_written(publish, why))
        return false;
    if (!publish->direct && rename(publish->temporary, publish->path) != 0) {
        error = errno;
        unlink(publish->temporary);
    }
    publish_close(publish);
    return error == 0 || publish_fail(why, publish->path, "cannot be put in its place", error);
}

void publish_move(struct publish *from, struct publish *to)
{
    *to = *from;
    for (struct publish **link = &open_publishes; *link; link = &(*link)->next)
        if (*link == from) {
            *link = to;
            break;
        }
}

/* renameat2 by its number: not every C library has it. */
static bool swap_names(const char *a, const char *b)
{
    enum { EXCHANGE = 1 << 1 };

    return syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, EXCHANGE) == 0;
}

bool publish_place(struct publish *publish, struct reason *why)
{
    struct stat present;
    int error = 0;

    if (!all_written(publish, why))
        return false;
    if (publish->direct)
        return true;
    /* A swap would put a directory aside, which rename refuses. */
    bool directory = lstat(publish->path, &present) == 0 && S_ISDIR(present.st_mode);
    publish->swapped = !directory && swap_names(publish->temporary, publish->path);
    if (!publish->swapped && rename(publish->temporary, publish->path) != 0) {
        error = errno;
        unlink(publish->temporary);
        publish_close(publish);
    }
    publish->placed = error == 0;
    return publish->placed || publish_fail(why, publish->path, "cannot be put in its place", error);
}

void publish_settle(struct publish *publish)
{
    if (publish->swapped)
        unlink(publish->temporary);
    publish_close(publish);
}

void publish_undo(struct publish *publish)
{
    if (publish->swapped && swap_names(publish->temporary, publish->path))
        unlink(publish->temporary);
    else if (publish->placed && !publish->swapped)
        unlink(publish->path);
    publish_close(publish);
}
