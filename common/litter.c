#include "common/litter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/directory.h"
#include "common/listing.h"
#include "common/mem.h"
#include "common/removal.h"
#include "common/stop.h"

#include "common/banned.h"

enum {
    NAMES_TO_TRY = 1000,
    DIRECTORY_MODE = 0700,
    FILE_MODE = 0600,
    SWEEP_FILES_MOST = 100 /* milliseconds */
};

/* Locks what was just made. False when another run has taken it for litter between making and locking it. */
static bool lock_own(int parent, const char *name, int descriptor)
{
    struct stat here, there;

    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(descriptor, &here) == 0 && fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

static int open_new_directory(int parent, const char *name)
{
    return mkdirat(parent, name, DIRECTORY_MODE) == 0 ? directory_open(parent, name) : -1;
}

static int open_new_file(int parent, const char *name)
{
    return openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
}

/* All init containers are PID 1, so the number behind it is what makes names differ. */
static int make(int (*open_new)(int parent, const char *name), int parent, const char *prefix,
                char name[LITTER_NAME])
{
    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        if (snprintf(name, LITTER_NAME, "%s%u-%u", prefix, (unsigned)getpid(), i) >= LITTER_NAME) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = open_new(parent, name);
        if (descriptor >= 0 && lock_own(parent, name, descriptor))
            return descriptor;
        if (descriptor >= 0)
            close(descriptor);
        else if (errno != EEXIST)
            return -1;
    }
    errno = EEXIST;
    return -1;
}

int litter_make_directory(int parent, const char *prefix, char name[LITTER_NAME])
{
    return make(open_new_directory, parent, prefix, name);
}

int litter_make_file(int parent, const char *prefix, char name[LITTER_NAME])
{
    return make(open_new_file, parent, prefix, name);
}

void litter_remove_directory(int parent, const char *name, int descriptor, int64_t deadline)
{
    const struct removal_limit limit = {.deadline = deadline, .grace = REMOVAL_GRACE};

    removal_inside(descriptor, &limit);
    unlinkat(parent, name, AT_REMOVEDIR);
    close(descriptor);
}

/* Opens what has that name if it has no live owner: each holds a lock on its own, which goes with the process. */
static int lock_dead(int directory, const char *name)
{
    int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

static void remove_dead(int directory, const char *name, const struct removal_limit *limit, bool files_only)
{
    int dead = lock_dead(directory, name);

    if (dead < 0)
        return;
    /* By name, as another run may remove the same litter. */
    if (files_only)
        unlinkat(directory, name, 0);
    else
        removal_tree(directory, name, limit);
    close(dead);
}

static void sweep(int parent, const char *prefix, int64_t deadline, bool files_only)
{
    const struct removal_limit limit = {.deadline = deadline};
    int directory = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *name;

    if (directory < 0)
        return;
    struct listing *listing = xcalloc(1, sizeof *listing);
    listing_begin(listing, directory);
    while ((name = listing_next(listing)) && stop_signal() == 0 &&
           (deadline == DEADLINE_NEVER || deadline_now() < deadline))
        if (strncmp(name, prefix, strlen(prefix)) == 0)
            remove_dead(directory, name, &limit, files_only);
    free(listing);
    close(directory);
}

void litter_sweep(int parent, const char *prefix, int64_t deadline)
{
    sweep(parent, prefix, deadline, false);
}

void litter_sweep_files(int parent, const char *prefix)
{
    sweep(parent, prefix, deadline_after(deadline_now(), SWEEP_FILES_MOST), true);
}
