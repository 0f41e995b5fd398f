#include "cmd/wait-for-file/look.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/buf.h"

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

/* Returns 0, or the errno of a read that failed. Without a text one byte is read: some file systems open what they cannot read. */
static int look_read(int descriptor, struct look *look, struct buf *content, bool search)
{
    char chunk[CHUNK];
    size_t most = search ? sizeof chunk : 1;

    for (;;) {
        ssize_t got = read(descriptor, chunk, most);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0 || !search)
            return 0;
        look->partly = content->length + (size_t)got > content->max;
        if (look->partly)
            return 0;
        buf_add(content, chunk, (size_t)got);
    }
}

static void look_into_file(int descriptor, const char *expect, size_t length, struct look *look)
{
    struct buf content;

    buf_init(&content, LOOK_MOST);
    look->denied = look_read(descriptor, look, &content, length > 0);
    look->found = look->denied == 0 && length > 0 && content.length >= length &&
                  memmem(content.data, content.length, expect, length) != NULL;
    buf_free(&content);
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
