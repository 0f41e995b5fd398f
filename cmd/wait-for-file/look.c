#include "cmd/wait-for-file/look.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { CHUNK = 16 * 1024 };

static void look_take(struct look *look, const struct stat *status)
{
    look->type = status->st_mode & S_IFMT;
    look->stamp = (struct look_stamp){
        .device = status->st_dev,
        .inode = status->st_ino,
        .size = status->st_size,
        .modified = status->st_mtim,
        .changed = status->st_ctim,
    };
}

/* --- what is in it --- */

/* What was read last, as far as the text may begin in it: sixteen looks at large files at the same time need no more. */
struct window {
    char *bytes; /* room for a chunk behind the end of the one before */
    size_t kept, total;
};

/* Whether the text ends in the `got` bytes that were read behind those that are kept. Keeps what it may begin in. */
static bool window_holds(struct window *window, size_t got, const char *expect, size_t length)
{
    size_t filled = window->kept + got;

    if (memmem(window->bytes, filled, expect, length))
        return true;
    window->kept = filled < length ? filled : length - 1;
    memmove(window->bytes, window->bytes + filled - window->kept, window->kept);
    return false;
}

/* So many bytes are read next; beyond what is searched one more tells whether there is more. */
static size_t window_wants(const struct window *window)
{
    size_t left = LOOK_MOST - window->total;

    return left == 0 ? 1 : left < CHUNK ? left : CHUNK;
}

/* Returns 0, or the errno of a read that failed. */
static int look_search(int descriptor, struct look *look, const char *expect, size_t length)
{
    struct window window = {.bytes = xcalloc(length + CHUNK, 1)};
    ssize_t got = 1;

    while (got > 0 && !look->found && !look->partly) {
        got = read(descriptor, window.bytes + window.kept, window_wants(&window));
        look->partly = got > 0 && window.total == LOOK_MOST;
        if (got > 0 && !look->partly) {
            window.total += (size_t)got;
            look->found = window_holds(&window, (size_t)got, expect, length);
        } else if (got < 0 && errno == EINTR) {
            got = 1;
        }
    }
    int error = got < 0 ? errno : 0;
    free(window.bytes);
    return error;
}

/* Some file systems open what they cannot read. */
static int look_read_byte(int descriptor)
{
    char byte;

    while (read(descriptor, &byte, 1) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

static void look_into_file(int descriptor, const char *expect, size_t length, struct look *look)
{
    look->denied = length > 0 ? look_search(descriptor, look, expect, length) : look_read_byte(descriptor);
    look->found = look->found && look->denied == 0;
}

/* Regular files and directories are opened, which is the proof that this user may. The descriptor shows what was opened, in
 * case the path leads somewhere else by now; O_NONBLOCK is for that, too. */
static void look_open(const char *path, const char *expect, size_t length, struct look *look)
{
    int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;

    if (descriptor < 0) {
        look->denied = errno;
        return;
    }
    if (fstat(descriptor, &status) != 0) {
        look->denied = errno;
    } else {
        look_take(look, &status);
        if (S_ISREG(status.st_mode))
            look_into_file(descriptor, expect, length, look);
        else if (!S_ISDIR(status.st_mode))
            look->denied = EAGAIN; /* it was something else a moment ago */
        else if (faccessat(descriptor, ".", X_OK, 0) != 0)
            look->denied = errno;
    }
    close(descriptor);
}

/* --- what is not there --- */

/* The first part of the path that cannot be found; of one that may not be entered, its directory. */
static size_t look_find_obstacle(const char *path, int error)
{
    char part[PATH_MAX];
    size_t before = 0;
    struct stat status;

    for (size_t at = 1; path[at - 1] != '\0' && at < sizeof part; at++) {
        if ((path[at] != '/' && path[at] != '\0') || path[at - 1] == '/')
            continue;
        memcpy(part, path, at);
        part[at] = '\0';
        if (stat(part, &status) != 0)
            return errno == EACCES && error == EACCES ? before : at;
        if (path[at] == '/')
            before = at;
    }
    return strlen(path);
}

void look_at(const char *path, const char *expect, size_t length, struct look *look)
{
    struct stat status;

    *look = (struct look){0};
    if (stat(path, &status) != 0) {
        look->error = errno;
        look->dangling = look->error == ENOENT && lstat(path, &status) == 0;
        look->error_path = look_find_obstacle(path, look->error);
        return;
    }
    look_take(look, &status);
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
        look_open(path, expect, length, look);
    else if (access(path, S_ISSOCK(status.st_mode) ? W_OK : R_OK) != 0)
        look->denied = errno;
}

/* --- changes --- */

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool look_same(const struct look *a, const struct look *b)
{
    const struct look_stamp *one = &a->stamp, *other = &b->stamp;

    if (a->type != b->type || one->device != other->device || one->inode != other->inode)
        return false;
    if (!S_ISREG(a->type) && !S_ISDIR(a->type))
        return true;
    return one->size == other->size && same_time(&one->modified, &other->modified) &&
           same_time(&one->changed, &other->changed);
}
