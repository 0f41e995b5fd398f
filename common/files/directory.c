#include "common/files/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/banned.h"

/* Newer than musl's headers. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define NO_SYMLINKS UINT64_C(0x04)
#define BENEATH     UINT64_C(0x08)

enum { HANDLE = O_PATH | O_DIRECTORY | O_CLOEXEC, RETRIES = 16, LINKS_MOST = 40 };

/* struct open_how of openat2(2). */
struct how {
    uint64_t flags, mode, resolve;
};

static atomic_bool no_openat2;

/* Ends with ENOSYS, too, where a seccomp profile answers EPERM: the way part by part tells what is really not permitted. */
static int open_as(int parent, const char *path, int flags, uint64_t resolve)
{
    const struct how how = {.flags = (uint64_t)flags, .resolve = resolve};

    if (no_openat2) {
        errno = ENOSYS;
        return -1;
    }
    int descriptor = (int)syscall(SYS_openat2, parent, path, &how, sizeof how);
    if (descriptor < 0 && (errno == ENOSYS || errno == EPERM)) {
        no_openat2 = true;
        errno = ENOSYS;
    }
    return descriptor;
}

static void close_keeping_errno(int descriptor)
{
    int error = errno;

    if (descriptor >= 0)
        close(descriptor);
    errno = error;
}

int directory_open(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int directory_handle(int parent, const char *name)
{
    return openat(parent, name, HANDLE | O_NOFOLLOW);
}

bool directory_has_link(int parent, const char *name)
{
    struct stat found;

    return fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode);
}

/* --- below a directory --- */

/* The next part of *path, which is advanced past it; "." and empty ones are passed over. 1; 0 at the end; -1 with errno. */
static int next_part(const char **path, char part[NAME_MAX + 1])
{
    size_t length;

    do {
        *path += strspn(*path, "/");
        length = strcspn(*path, "/");
        if (length > NAME_MAX) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(part, *path, length);
        part[length] = '\0';
        *path += length;
    } while (strcmp(part, ".") == 0);
    return length > 0;
}

/* How many parts next_part has still to give. */
static unsigned count_parts(const char *path)
{
    unsigned count = 0;

    for (size_t length; *path != '\0'; path += length) {
        path += strspn(path, "/");
        length = strcspn(path, "/");
        count += length > 0 && !(length == 1 && *path == '.');
    }
    return count;
}

static bool has_dots(const char *path)
{
    for (const char *at = path; (at = strstr(at, "..")); at += 2)
        if ((at == path || at[-1] == '/') && (at[2] == '\0' || at[2] == '/'))
            return true;
    return false;
}

int directory_open_below_by_parts(int parent, const char *path, int flags)
{
    char part[NAME_MAX + 1];
    int at = parent;

    if (*path == '/' || has_dots(path)) {
        errno = EXDEV;
        return -1;
    }
    int more = next_part(&path, part);
    if (more == 0)
        return openat(parent, ".", flags | O_CLOEXEC);
    while (more > 0 && at >= 0) {
        bool last = count_parts(path) == 0;
        int next = openat(at, part, (last ? flags | O_CLOEXEC : HANDLE) | O_NOFOLLOW);
        if (at != parent)
            close_keeping_errno(at);
        at = next;
        more = last ? 0 : next_part(&path, part);
    }
    if (more >= 0 || at < 0)
        return at;
    if (at != parent)
        close_keeping_errno(at);
    return -1;
}

int directory_open_below(int parent, const char *path, int flags)
{
    if (*path == '/' || has_dots(path)) {
        errno = EXDEV;
        return -1;
    }
    int descriptor = open_as(parent, path, flags | O_NOFOLLOW | O_CLOEXEC, BENEATH | NO_SYMLINKS);
    return descriptor < 0 && errno == ENOSYS ? directory_open_below_by_parts(parent, path, flags)
                                             : descriptor;
}

bool directory_may_stay_within(int root, const char *path)
{
    int descriptor = -1;

    /* EAGAIN: something was renamed meanwhile. */
    for (unsigned i = 0; i < RETRIES; i++) {
        descriptor = open_as(root, path, O_PATH | O_CLOEXEC, BENEATH);
        if (descriptor >= 0 || errno != EAGAIN)
            break;
    }
    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0 || (errno != EXDEV && errno != EAGAIN);
}

/* --- the way to a directory --- */

bool directory_set_mode(int directory, mode_t mode)
{
    char path[64];

    if (fchmodat(directory, ".", mode, 0) == 0)
        return true;
    /* Without the right to search it, not even "." is to be had; the descriptor's own name is. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", directory);
    return errno == EACCES && chmod(path, mode) == 0;
}

/* The mode is given as it is made: by the time that it is open, another one may have been put in its place, whose mode is nobody's
 * to change. */
int directory_make(int parent, const char *name, mode_t mode)
{
    return mkdirat(parent, name, mode) == 0 ? directory_handle(parent, name) : -1;
}

/* A user's path, and the way along it. */
struct way {
    unsigned own;
    unsigned links; /* so many may still be followed */
};

static int walk(int at, const char *path, struct way *way);

static bool is_trusted(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

bool directory_stat(int parent, const char *name, struct stat *found)
{
    return fstatat(parent, name, found, AT_SYMLINK_NOFOLLOW) == 0 &&
           (!S_ISLNK(found->st_mode) || !is_trusted(found->st_uid) || fstatat(parent, name, found, 0) == 0);
}

/* The directory that a link in `at` leads to. Its text is walked here, so that it is the very link whose owner was looked at. */
static int follow(int at, int link, uid_t owner, struct way *way)
{
    char text[PATH_MAX];
    bool trusted = is_trusted(owner);
    ssize_t length = trusted ? readlinkat(link, "", text, sizeof text - 1) : -1;

    if (length <= 0 || way->links == 0) {
        errno = trusted ? ELOOP : EXDEV;
        return -1;
    }
    text[length] = '\0';
    way->links--;
    return walk(text[0] == '/' ? open("/", HANDLE) : openat(at, ".", HANDLE), text, way);
}

/* The directory of the name `part`, or that a link of that name leads to. */
static int enter(int at, const char *part, struct way *way)
{
    struct stat found = {.st_mode = 0};
    int next = openat(at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC), end = -1;

    if (next < 0 || (fstat(next, &found) == 0 && S_ISDIR(found.st_mode)))
        return next;
    if (S_ISLNK(found.st_mode))
        end = follow(at, next, found.st_uid, way);
    else
        errno = ENOTDIR;
    close_keeping_errno(next);
    return end;
}

/* Closes `at`. */
static int walk(int at, const char *path, struct way *way)
{
    char part[NAME_MAX + 1];
    int more = 0;

    while (at >= 0 && (more = next_part(&path, part)) > 0) {
        int next = enter(at, part, way);
        close_keeping_errno(at);
        at = next;
    }
    if (more < 0) {
        close_keeping_errno(at);
        at = -1;
    }
    return at;
}

/* `left`: the parts behind this one. */
static int find_part(int at, const char *part, unsigned left, struct way *way)
{
    if (way->own == DIRECTORY_FOLLOW)
        return openat(at, part, HANDLE);
    if (left >= way->own)
        return enter(at, part, way);
    int next = openat(at, part, HANDLE | O_NOFOLLOW);
    if (next < 0 && errno == ENOTDIR)
        errno = directory_has_link(at, part) ? ELOOP : ENOTDIR;
    return next;
}

static int step(int at, const char *part, unsigned left, struct way *way, mode_t made)
{
    int next = find_part(at, part, left, way);

    /* A link that leads nowhere is ENOENT, too, and then not to be made: EEXIST. */
    if (next < 0 && errno == ENOENT && made != 0) {
        next = directory_make(at, part, made);
        if (next < 0 && errno == EEXIST)
            next = find_part(at, part, left, way);
    }
    return next;
}

int directory_reach(const char *path, unsigned own, mode_t made, int *near)
{
    struct way way = {.own = own, .links = LINKS_MOST};
    char part[NAME_MAX + 1];
    int at = open(*path == '/' ? "/" : ".", HANDLE), more = 0;

    if (near)
        *near = -1;
    if (*path == '\0') {
        close_keeping_errno(at);
        errno = ENOENT;
        return -1;
    }
    while (at >= 0 && (more = next_part(&path, part)) > 0) {
        int next = step(at, part, count_parts(path), &way, made);
        if (next < 0 && near)
            *near = at;
        else
            close_keeping_errno(at);
        at = next;
    }
    if (more < 0) {
        close_keeping_errno(at);
        at = -1;
    }
    return at;
}

const char *directory_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

int directory_reach_parent(const char *path, mode_t made)
{
    int length = (int)(directory_last_part(path) - path);
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%.*s.", length, path) < (int)sizeof folder)
        return directory_reach(folder, 0, made, NULL);
    errno = ENAMETOOLONG;
    return -1;
}

int directory_open_file(const char *path, int flags)
{
    int directory = directory_reach_parent(path, 0);

    if (directory < 0)
        return -1;
    int descriptor = openat(directory, directory_last_part(path), flags | O_NOFOLLOW | O_CLOEXEC);
    close_keeping_errno(directory);
    return descriptor;
}

bool directory_refuse_link(const char *path, int error, struct reason *why)
{
    if (error != ELOOP && error != EXDEV)
        return false;
    reason_set(why, CODE_FAILED, "%.200s: %s, which is not followed", path,
               error == ELOOP ? "is a link" : "another user's link is on the way to it");
    reason_hint(why, "anyone who may write there can have created it: name the directory that it leads to");
    return true;
}
