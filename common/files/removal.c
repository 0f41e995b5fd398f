#include "common/files/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/files/directory.h"
#include "common/files/listing.h"
#include "common/files/mount.h"

#include "common/base/banned.h"

#define FLAT_PREFIX ".initkit-flat-"

enum {
    DEEPEST = 12,
    FLAT_NAME = 48,
    NAMES_TO_TRY = 1000,
    ALWAYS = 1000,     /* entries that are removed without a question */
    SAMPLE = 64,       /* of those beyond, one in so many is asked for its age */
    FRESH_MOST = 16,   /* as many may be younger than the removal */
    RETURNS_MOST = 64, /* to a directory that was empty and is not any more */
};

/* One removal. Directories below DEEPEST are moved up into `top` and removed from there, so that neither descriptors nor
 * stack grow with the depth. */
struct removal {
    int top;
    struct mount mount;
    const struct removal_limit *limit;
    struct timespec began;
    uint64_t met;   /* entries */
    unsigned fresh; /* of those that were asked: made since it began */
    unsigned grace; /* entries beyond the limit */
    unsigned flattened;
    int error;  /* the first that kept something from going */
    bool ended; /* with ECANCELED or ENOTEMPTY as the error */
};

static bool remove_inside(struct removal *removal, int directory, unsigned depth);

static void note(struct removal *removal, int error)
{
    if (removal->error == 0)
        removal->error = error;
}

static void end(struct removal *removal, int error)
{
    removal->error = error;
    removal->ended = true;
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

/* Whether the entry was made since the removal began, as its time of change tells. What was moved up has a new one, too, and
 * so have the other names of a file that one was taken from. */
static bool is_fresh(const struct removal *removal, int directory, const char *name)
{
    struct stat found;

    if (strncmp(name, FLAT_PREFIX, sizeof FLAT_PREFIX - 1) == 0 ||
        fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) != 0 ||
        (!S_ISDIR(found.st_mode) && found.st_nlink > 1))
        return false;
    return is_later(found.st_ctim, removal->began);
}

/* A file server's clock may be ahead: it has stamped the directory that entries were removed from. */
static void set_clock(struct removal *removal, int directory)
{
    struct stat found;

    if (fstat(directory, &found) == 0 && is_later(found.st_ctim, removal->began))
        removal->began = found.st_ctim;
}

/* Before each entry. Whoever makes files as fast as they go would keep a removal for ever: they give themselves away by
 * their age. */
static bool must_end(struct removal *removal, int directory, const char *name)
{
    const struct removal_limit *limit = removal->limit;

    if (removal->ended)
        return true;
    bool over = stop_signal() != 0 ||
                (limit->deadline != DEADLINE_NEVER && deadline_now() >= limit->deadline);
    if (over && removal->grace++ >= limit->grace) {
        end(removal, ECANCELED);
        return true;
    }
    if (removal->met == ALWAYS)
        set_clock(removal, directory);
    if (++removal->met > ALWAYS && removal->met % SAMPLE == 0 && is_fresh(removal, directory, name) &&
        ++removal->fresh > FRESH_MOST)
        end(removal, ENOTEMPTY);
    return removal->ended;
}

/* Moves a directory that lies too deep up to the top, where it is met again. */
static bool flatten(struct removal *removal, int directory, const char *name)
{
    char flat[FLAT_NAME];

    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        snprintf(flat, sizeof flat, FLAT_PREFIX "%u", removal->flattened++);
        if (renameat(directory, name, removal->top, flat) == 0)
            return true;
        if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
            break;
    }
    return false;
}

static int open_to_empty(int directory, const char *name)
{
    int inner = directory_open(directory, name);

    /* One's own directory without the right to read it: a copy of such a one. */
    if (inner < 0 && errno == EACCES) {
        int handle = directory_handle(directory, name);
        if (handle >= 0 && directory_set_mode(handle, S_IRWXU))
            inner = directory_open(handle, ".");
        int error = errno;
        if (handle >= 0)
            close(handle);
        errno = error;
    }
    return inner;
}

/* True when it has gone, or lies elsewhere now. */
static bool remove_directory(struct removal *removal, int directory, const char *name, unsigned depth)
{
    struct mount mount;

    if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
        return true;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) {
        note(removal, errno == ENOTDIR ? EPERM : errno); /* a file that may not be removed */
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
    if (errno == EACCES && fchmod(directory, S_IRWXU) == 0 && unlinkat(directory, name, 0) == 0)
        return true;
    if (errno == EISDIR || errno == EPERM)
        return remove_directory(removal, directory, name, depth);
    note(removal, errno);
    return false;
}

static bool is_there(int directory, const char *name)
{
    struct stat found;

    return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0;
}

/* What is met again may have been removed before, on a volume that ignores that, or have been made again. */
static bool remove_again(struct removal *removal, int directory, const char *name, unsigned depth)
{
    if (!remove_one(removal, directory, name, depth))
        return false;
    if (!is_there(directory, name))
        return true;
    note(removal, ENOTEMPTY);
    return false;
}

/* Reads the directory again as long as something went: removing moves what a reader has not seen yet, on some file systems. */
static bool remove_inside(struct removal *removal, int directory, unsigned depth)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    bool removed = false, left;

    do {
        bool again = removed;
        const char *name;
        removed = left = false;
        listing_begin(listing, directory);
        while ((name = listing_next(listing)) && !must_end(removal, directory, name))
            if (again ? remove_again(removal, directory, name, depth)
                      : remove_one(removal, directory, name, depth))
                removed = true;
            else
                left = true;
    } while (removed && !removal->ended);
    if (listing->error != 0)
        note(removal, listing->error);
    bool all = !left && listing->error == 0 && !removal->ended;
    free(listing);
    return all;
}

static bool begin(struct removal *removal, int directory, const struct removal_limit *limit)
{
    *removal = (struct removal){.top = directory, .limit = limit};
    clock_gettime(CLOCK_REALTIME_COARSE, &removal->began); /* the clock of files' times */
    return mount_of(directory, &removal->mount);
}

int removal_inside(int directory, const struct removal_limit *limit)
{
    struct removal removal;

    if (!begin(&removal, directory, limit))
        return errno;
    return remove_inside(&removal, directory, 0) ? 0 : removal.error;
}

/* Empties the directory that is open as `inner`, and removes it by its name. */
static int remove_emptied(int directory, const char *name, int inner, const struct removal_limit *limit)
{
    struct removal removal;
    struct mount here;

    if (!begin(&removal, inner, limit) || !mount_of(directory, &here))
        return errno;
    if (!mount_same(&here, &removal.mount))
        return EBUSY;
    for (unsigned i = 0; i < RETURNS_MOST; i++) {
        if (!remove_inside(&removal, inner, 0))
            return removal.error;
        if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
            return is_there(directory, name) ? ENOTEMPTY : 0;
        if (errno != ENOTEMPTY && errno != EEXIST)
            return errno;
    }
    return ENOTEMPTY;
}

int removal_tree(int directory, const char *name, const struct removal_limit *limit)
{
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
        return is_there(directory, name) ? ENOTEMPTY : 0;
    if (errno != EISDIR && errno != EPERM)
        return errno;
    if (unlinkat(directory, name, AT_REMOVEDIR) == 0)
        return is_there(directory, name) ? ENOTEMPTY : 0;
    int inner = open_to_empty(directory, name);
    if (inner < 0)
        return errno;
    int error = remove_emptied(directory, name, inner, limit);
    close(inner);
    return error;
}
