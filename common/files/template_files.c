#include "common/files/template_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/banned.h"

/* Newer than musl's headers. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define NO_MAGIC_LINKS UINT64_C(0x02) /* such as /proc/self/root, which leads out of everything */
#define BENEATH        UINT64_C(0x08)

enum {
    READING = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
    RETRIES = 16,
    LINKS_MOST = 40,
    LEVELS_MOST = 40
};

/* --- part by part --- */

struct walk {
    int levels[LEVELS_MOST + 1]; /* open directories, `directory` first */
    unsigned level;
    unsigned links;
    char path[2 * PATH_MAX]; /* the rest of the path */
};

static void walk_up(struct walk *walk)
{
    close(walk->levels[walk->level--]);
}

/* Puts the target of a link before the rest of the path. */
static bool walk_link(struct walk *walk, int link, const char *rest)
{
    char target[PATH_MAX], whole[sizeof walk->path];
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);

    if (length < 0)
        return false;
    target[length] = '\0';
    bool fits = snprintf(whole, sizeof whole, "%s/%s", target, rest) < (int)sizeof whole;
    if (fits)
        memcpy(walk->path, whole, sizeof whole);
    errno = target[0] == '/' ? EXDEV : fits ? ELOOP : ENAMETOOLONG;
    return fits && target[0] != '/' && ++walk->links <= LINKS_MOST;
}

/* Opens one component. The descriptor of the file at the end of the path, -1 with errno, or -2 to continue. */
static int walk_part(struct walk *walk, const char *part, const char *rest)
{
    int here = walk->levels[walk->level], next;
    struct stat found;
    bool good = true;

    if (strcmp(part, "..") == 0) {
        errno = EXDEV;
        if (walk->level == 0)
            return -1;
        walk_up(walk);
        return -2;
    }
    if (rest[strspn(rest, "/")] == '\0' && (next = openat(here, part, READING | O_NOFOLLOW)) >= 0)
        return next;
    next = openat(here, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0 || fstat(next, &found) != 0)
        return -1;
    if (S_ISDIR(found.st_mode) && walk->level < LEVELS_MOST) {
        walk->levels[++walk->level] = next;
        return -2;
    }
    if (S_ISLNK(found.st_mode))
        good = walk_link(walk, next, rest);
    else
        errno = S_ISDIR(found.st_mode) ? ELOOP : rest[0] == '\0' ? EACCES : ENOTDIR;
    int error = errno;
    close(next);
    errno = error;
    return good && S_ISLNK(found.st_mode) ? -2 : -1;
}

static int walk_all(struct walk *walk)
{
    int result = -2;

    while (result == -2) {
        char part[NAME_MAX + 1], rest[sizeof walk->path];
        const char *at = walk->path + strspn(walk->path, "/");
        size_t length = strcspn(at, "/");

        errno = length == 0 ? EISDIR : ENAMETOOLONG;
        if (length == 0 || length > NAME_MAX)
            return -1;
        memcpy(part, at, length);
        part[length] = '\0';
        snprintf(rest, sizeof rest, "%s", at + length);
        memcpy(walk->path, rest, sizeof rest);
        if (strcmp(part, ".") != 0)
            result = walk_part(walk, part, rest);
    }
    return result;
}

int template_files_walk(int directory, const char *path)
{
    struct walk walk = {.level = 0};

    errno = ENAMETOOLONG;
    if (snprintf(walk.path, sizeof walk.path, "%s", path) >= (int)sizeof walk.path)
        return -1;
    walk.levels[0] = directory;
    int result = walk_all(&walk), error = errno;
    while (walk.level > 0)
        walk_up(&walk);
    errno = error;
    return result;
}

/* --- at once --- */

static int open_beneath(int directory, const char *path)
{
    /* struct open_how of openat2(2). */
    const struct {
        uint64_t flags, mode, resolve;
    } how = {.flags = READING, .resolve = BENEATH | NO_MAGIC_LINKS};
    long descriptor = -1;

    /* EAGAIN: a rename happened meanwhile. */
    for (unsigned i = 0; i < RETRIES; i++) {
        descriptor = syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (descriptor >= 0 || errno != EAGAIN)
            break;
    }
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM))
        return template_files_walk(directory, path);
    return (int)descriptor;
}

/* The next component of *path, which is advanced; "." and empty ones are skipped. Its length; 0 at the end. */
static size_t next_part(const char **path, const char **part)
{
    size_t length;

    do {
        *path += strspn(*path, "/");
        *part = *path;
        length = strcspn(*path, "/");
        *path += length;
    } while (length == 1 && **part == '.');
    return length;
}

/* The rest of `path` below `directory`, by their text; NULL: it is not below it. */
static const char *below(const char *directory, const char *path)
{
    const char *wanted, *part;
    size_t length;

    if ((*directory == '/') != (*path == '/'))
        return NULL;
    while ((length = next_part(&directory, &wanted)) > 0)
        if (next_part(&path, &part) != length || memcmp(wanted, part, length) != 0)
            return NULL;
    return path + strspn(path, "/");
}

static int open_listed(const struct strings *directories, const char *path, const char **problem)
{
    *problem = "is not below a directory of --render-files";
    for (size_t i = 0; i < directories->count; i++) {
        const char *rest = below(directories->items[i], path);
        if (!rest)
            continue;
        int directory = open(directories->items[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        int descriptor = directory >= 0 ? open_beneath(directory, rest) : -1;
        *problem = errno == EXDEV ? "leads out of the directory of --render-files" : strerror(errno);
        if (directory >= 0)
            close(directory);
        if (descriptor >= 0)
            return descriptor;
    }
    return -1;
}

/* Only regular files: a device may be endless. */
int template_files_open(const struct template_files *files, const char *path, const char **problem)
{
    struct stat present;
    int descriptor;

    if (files->directories->count > 0 || !files->any) {
        descriptor = open_listed(files->directories, path, problem);
    } else {
        descriptor = *path != '\0' ? open(path, READING) : -1;
        *problem = *path == '\0' ? strerror(ENOENT) : strerror(errno);
    }
    if (descriptor < 0 || (fstat(descriptor, &present) == 0 && S_ISREG(present.st_mode)))
        return descriptor;
    *problem = "is not a file";
    close(descriptor);
    return -1;
}
