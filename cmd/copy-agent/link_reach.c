#include "cmd/copy-agent/link_reach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/acl.h"
#include "common/base/buf.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { LINKS_MOST = 40 /* as many as the kernel follows */, LEFT = -1 };

struct way {
    const struct link_reach *reach;
    int at;          /* a handle on the directory that was reached */
    unsigned depth;  /* its levels below DEST */
    struct buf rest; /* still to be followed */
    unsigned links;
};

/* Takes the next part of the way. False at its end. */
static bool next_part(struct way *way, char part[NAME_MAX + 1], int *error)
{
    const char *begin = way->rest.data + strspn(way->rest.data, "/");
    size_t length = strcspn(begin, "/");
    struct buf rest;

    *error = length > NAME_MAX ? ENAMETOOLONG : 0;
    if (length == 0 || length > NAME_MAX)
        return false;
    memcpy(part, begin, length);
    part[length] = '\0';
    buf_init(&rest, PATH_MAX);
    buf_add_text(&rest, begin + length);
    buf_free(&way->rest);
    way->rest = rest;
    return true;
}

/* 0, LEFT or errno. */
static int follow_link(struct way *way, const char *name)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(way->at, name, target, sizeof target - 1);
    struct buf rest;

    if (length < 0)
        return errno;
    if (++way->links > LINKS_MOST)
        return ELOOP;
    if (*target == '/')
        return LEFT;
    target[length] = '\0';
    buf_init(&rest, PATH_MAX);
    bool fits = buf_add_text(&rest, target) && buf_add_text(&rest, way->rest.data);
    buf_free(&way->rest);
    way->rest = rest;
    return fits ? 0 : ENAMETOOLONG;
}

/* Goes on in the directory `name`; 0 or errno. */
static int enter(struct way *way, const char *name)
{
    int next = strcmp(name, "..") == 0 ? openat(way->at, name, O_PATH | O_DIRECTORY | O_CLOEXEC)
                                       : directory_handle(way->at, name);

    if (next < 0)
        return errno;
    close(way->at);
    way->at = next;
    return 0;
}

static bool may(const struct way *way, const char *name, const struct stat *file, unsigned wanted)
{
    return way->reach->allows(way->reach->context, way->at, name, file, wanted);
}

/* 0, LEFT or errno. */
static int take_part(struct way *way, const char *name)
{
    struct stat file;

    if (fstat(way->at, &file) != 0)
        return errno;
    if (!may(way, ".", &file, ACL_SEARCH))
        return EACCES;
    if (strcmp(name, "..") == 0)
        return way->depth-- == 0 ? LEFT : enter(way, name);
    if (fstatat(way->at, name, &file, AT_SYMLINK_NOFOLLOW) != 0)
        return errno;
    if (S_ISLNK(file.st_mode))
        return follow_link(way, name);
    bool directory = S_ISDIR(file.st_mode);
    if (!may(way, name, &file, directory ? ACL_SEARCH : ACL_READ))
        return EACCES;
    way->depth += directory;
    return directory ? enter(way, name) : *way->rest.data == '\0' ? 0 : ENOTDIR;
}

int link_reach(const struct link_reach *reach, int directory, unsigned depth, const char *target)
{
    struct way way = {.reach = reach, .at = fcntl(directory, F_DUPFD_CLOEXEC, 0), .depth = depth};
    char part[NAME_MAX + 1];
    int error = way.at < 0 ? errno : *target == '/' ? LEFT : *target == '\0' ? ENOENT : 0;

    buf_init(&way.rest, PATH_MAX);
    if (error == 0 && !buf_add_text(&way.rest, target))
        error = ENAMETOOLONG;
    while (error == 0 && next_part(&way, part, &error))
        if (strcmp(part, ".") != 0)
            error = take_part(&way, part);
    buf_free(&way.rest);
    if (way.at >= 0)
        close(way.at);
    return error == LEFT ? 0 : error;
}
