#include "cmd/copy-agent/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/mount.h"
#include "cmd/copy-agent/names.h"
#include "common/mem.h"

#include "common/banned.h"

enum { DEEPEST = 12, FLAT_NAME = 48 };

/* One removal. Directories below DEEPEST are moved up into `top` and removed from there, so that neither descriptors nor
 * stack grow with the depth. */
struct removal {
    int top;
    struct mount mount;
    unsigned flattened;
    int error; /* the first that kept something from going */
};

static bool remove_inside(struct removal *removal, int directory, unsigned depth);

static void note(struct removal *removal, int error)
{
    if (removal->error == 0)
        removal->error = error;
}

/* Moves a directory that lies too deep up to the top, where it is met again. */
static bool flatten(struct removal *removal, int directory, const char *name)
{
    char flat[FLAT_NAME];

    do
        snprintf(flat, sizeof flat, ".initkit-flat-%u", removal->flattened++);
    while (renameat(directory, name, removal->top, flat) != 0 && (errno == EEXIST || errno == ENOTEMPTY));
    return faccessat(removal->top, flat, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int open_to_empty(int directory, const char *name)
{
    int inner = folder_open_source(directory, name);

    /* One's own directory without the right to read it: a copy of such a one. */
    if (inner < 0 && errno == EACCES && fchmodat(directory, name, 0700, AT_SYMLINK_NOFOLLOW) == 0)
        inner = folder_open_source(directory, name);
    return inner;
}

/* True when it has gone, or lies elsewhere now. */
static bool remove_directory(struct removal *removal, int directory, const char *name, unsigned depth)
{
    struct mount mount;

    if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
        return true;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) {
        note(removal, errno);
        return false;
    }
    if (depth >= DEEPEST && flatten(removal, directory, name))
        return true;
    int inner = open_to_empty(directory, name);
    bool known = inner >= 0 && mount_of(inner, &mount), same = known && mount_same(&mount, &removal->mount);
    if (!same)
        note(removal, known ? EBUSY : errno);
    bool emptied = same && remove_inside(removal, inner, depth + 1);
    if (inner >= 0)
        close(inner);
    if (emptied && unlinkat(directory, name, AT_REMOVEDIR) != 0) {
        note(removal, errno);
        return false;
    }
    return emptied;
}

static bool remove_one(struct removal *removal, int directory, const char *name, unsigned depth)
{
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
        return true;
    if (errno == EACCES && fchmod(directory, 0700) == 0 && unlinkat(directory, name, 0) == 0)
        return true;
    if (errno == EISDIR || errno == EPERM)
        return remove_directory(removal, directory, name, depth);
    note(removal, errno);
    return false;
}

/* Reads the directory again as long as something went: removing moves what a reader has not seen yet, on some file systems. */
static bool remove_inside(struct removal *removal, int directory, unsigned depth)
{
    struct names *names = xcalloc(1, sizeof *names);
    bool removed, left;

    do {
        const char *name;
        removed = left = false;
        names_begin(names, directory);
        while ((name = names_next(names)))
            if (remove_one(removal, directory, name, depth))
                removed = true;
            else
                left = true;
    } while (removed);
    if (names->error != 0)
        note(removal, names->error);
    free(names);
    return !left;
}

int removal_inside(int directory)
{
    struct removal removal = {.top = directory};

    if (!mount_of(directory, &removal.mount))
        return errno;
    return remove_inside(&removal, directory, 0) ? 0 : removal.error;
}

int removal_tree(int directory, const char *name)
{
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return errno;
    if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
        return 0;
    int inner = open_to_empty(directory, name);
    if (inner < 0)
        return errno;
    struct mount here, there;
    int error = mount_of(inner, &there) && mount_of(directory, &here) && !mount_same(&here, &there)
                    ? EBUSY
                    : removal_inside(inner);
    close(inner);
    if (error == 0 && unlinkat(directory, name, AT_REMOVEDIR) != 0)
        error = errno;
    return error;
}
