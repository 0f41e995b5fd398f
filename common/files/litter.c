#include "common/files/litter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/stop.h"
#include "common/files/directory.h"
#include "common/files/listing.h"
#include "common/files/removal.h"

#include "common/base/banned.h"

enum {
    NAMES_TO_TRY = 1000,
    DIRECTORY_MODE = 0700,
    SWEEP_FILES_MOST = 100, /* milliseconds */
    BOOT_DIGITS = 8,
    BOOT_ID_MOST = 64,
    ENTRIES_MOST = 256 /* that are looked at */
};

static bool has_name(int descriptor, int parent, const char *name)
{
    struct stat here, there;

    return fstat(descriptor, &here) == 0 && fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

/* Locks what was just made. False when another run has taken it for litter between making and locking it. */
static bool lock_own(int parent, const char *name, int descriptor)
{
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return has_name(descriptor, parent, name);
}

static int open_new_directory(int parent, const char *name, mode_t mode)
{
    return mkdirat(parent, name, mode) == 0 ? directory_open(parent, name) : -1;
}

static int open_new_file(int parent, const char *name, mode_t mode)
{
    return openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

/* --- which boot of a kernel --- */

static uint32_t boot_now(void)
{
    uint32_t mixed = 2166136261U; /* FNV-1a */
    struct reason ignored;
    struct buf id;

    buf_init(&id, BOOT_ID_MOST);
    bool known = file_read("/proc/sys/kernel/random/boot_id", &id, NULL, &ignored) && id.length > 0;
    for (size_t i = 0; i < id.length; i++)
        mixed = (mixed ^ (unsigned char)id.data[i]) * 16777619U;
    buf_free(&id);
    return known ? mixed : 0;
}

/* 0: it is not told, or not known. */
static uint32_t boot_of(const char *text)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t boot = 0;

    if (strspn(text, digits) != BOOT_DIGITS || text[BOOT_DIGITS] != '-')
        return 0;
    for (unsigned i = 0; i < BOOT_DIGITS; i++)
        boot = boot << 4 | (uint32_t)(strchr(digits, text[i]) - digits);
    return boot;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When something last changed in a directory, down to so many levels below it: ctime, which nobody can set. A run's own stage has
 * few entries there, and no more than *left are looked at. */
static int64_t last_change(int directory, unsigned levels, unsigned *left)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    struct stat found;
    int64_t last = fstat(directory, &found) == 0 ? (int64_t)found.st_ctim.tv_sec : INT64_MAX;
    const char *name;

    listing_begin(listing, directory);
    while (levels > 0 && *left > 0 && (name = listing_next(listing))) {
        int inner = directory_open(directory, name);
        (*left)--;
        if (inner >= 0) {
            last = later(last, last_change(inner, levels - 1, left));
            close(inner);
        } else if (fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0) {
            last = later(last, (int64_t)found.st_ctim.tv_sec);
        }
    }
    free(listing);
    return last;
}

bool litter_is_forgotten(int directory, const char *boot, int64_t now)
{
    uint32_t theirs = boot_of(boot), ours = boot_now();
    unsigned left = ENTRIES_MOST;

    return theirs == 0 || ours == 0 || theirs == ours ||
           now - last_change(directory, 2, &left) > LITTER_FORGOTTEN;
}

/* --- making --- */

/* All init containers are PID 1, so the number behind it is what makes names differ. A directory that is gone before it could be
 * opened was swept by another run, which found nobody's lock on it. */
static int make(int (*open_new)(int parent, const char *name, mode_t mode), mode_t mode, int parent,
                const char *prefix, const char *boot, char name[LITTER_NAME])
{
    int error = EEXIST;

    for (unsigned i = 0; i < NAMES_TO_TRY; i++) {
        if (snprintf(name, LITTER_NAME, "%s%s%u-%u", prefix, boot, (unsigned)getpid(), i) >= LITTER_NAME) {
            errno = ENAMETOOLONG;
            return -1;
        }
        int descriptor = open_new(parent, name, mode);
        if (descriptor >= 0 && lock_own(parent, name, descriptor))
            return descriptor;
        if (descriptor >= 0)
            close(descriptor);
        else if (errno != EEXIST && errno != ENOENT)
            return -1;
        else
            error = errno;
    }
    errno = error;
    return -1;
}

int litter_make_directory(int parent, const char *prefix, char name[LITTER_NAME])
{
    char boot[BOOT_DIGITS + 2];

    snprintf(boot, sizeof boot, "%08x-", (unsigned)boot_now());
    return make(open_new_directory, DIRECTORY_MODE, parent, prefix, boot, name);
}

int litter_make_file(int parent, const char *prefix, mode_t mode, char name[LITTER_NAME])
{
    return make(open_new_file, mode, parent, prefix, "", name);
}

void litter_remove_directory(int parent, const char *name, int descriptor, int64_t deadline)
{
    const struct removal_limit limit = {.deadline = deadline, .grace = REMOVAL_GRACE};

    removal_inside(descriptor, &limit);
    unlinkat(parent, name, AT_REMOVEDIR);
    close(descriptor);
}

/* Whether its owner lives: each holds a lock on its own, which goes with the process. *descriptor keeps others from taking what is
 * dead; -1: there is none. */
static enum litter_owner find_owner(int directory, const char *name, int *descriptor)
{
    *descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*descriptor < 0)
        return LITTER_DEAD;
    bool locked = flock(*descriptor, LOCK_EX | LOCK_NB) == 0;
    /* What had the name may have been removed meanwhile, and the name be another run's now: all of them are PID 1. */
    if (locked && has_name(*descriptor, directory, name))
        return LITTER_DEAD;
    enum litter_owner owner = locked || errno == EWOULDBLOCK ? LITTER_ALIVE : LITTER_UNKNOWN;
    close(*descriptor);
    *descriptor = -1;
    return owner;
}

/* The same of a directory, whose name may show that another boot made it. */
static enum litter_owner find_owner_of(int parent, const char *prefix, const char *name, int *descriptor)
{
    enum litter_owner owner = find_owner(parent, name, descriptor);
    struct stat found;

    if (owner != LITTER_DEAD || *descriptor < 0 || fstat(*descriptor, &found) != 0 ||
        !S_ISDIR(found.st_mode) ||
        litter_is_forgotten(*descriptor, name + strlen(prefix), (int64_t)time(NULL)))
        return owner;
    close(*descriptor);
    *descriptor = -1;
    return LITTER_UNKNOWN;
}

enum litter_owner litter_owner_of(int parent, const char *prefix, const char *name)
{
    int descriptor;
    enum litter_owner owner = find_owner_of(parent, prefix, name, &descriptor);

    if (descriptor >= 0)
        close(descriptor);
    return owner;
}

static void remove_dead(int directory, const char *prefix, const char *name,
                        const struct removal_limit *limit)
{
    int descriptor;

    if (find_owner_of(directory, prefix, name, &descriptor) != LITTER_DEAD || descriptor < 0)
        return;
    /* By name, as another run may remove the same litter. */
    removal_tree(directory, name, limit);
    close(descriptor);
}

/* All names in `parent` that begin with `prefix`, for as long as there is time. */
struct search {
    int directory;
    const char *prefix;
    int64_t deadline;
    struct listing *listing;
    bool whole; /* all names were seen */
};

static bool search_begin(struct search *search, int parent, const char *prefix, int64_t deadline)
{
    search->prefix = prefix;
    search->deadline = deadline;
    search->whole = false;
    search->directory = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (search->directory < 0)
        return false;
    search->listing = xcalloc(1, sizeof *search->listing);
    listing_begin(search->listing, search->directory);
    return true;
}

static const char *search_next(struct search *search)
{
    const char *name;

    while ((name = listing_next(search->listing)) && stop_signal() == 0 &&
           (search->deadline == DEADLINE_NEVER || deadline_now() < search->deadline))
        if (strncmp(name, search->prefix, strlen(search->prefix)) == 0)
            return name;
    search->whole = !name && search->listing->error == 0;
    return NULL;
}

static void search_end(struct search *search)
{
    free(search->listing);
    close(search->directory);
}

void litter_sweep(int parent, const char *prefix, int64_t deadline)
{
    const struct removal_limit limit = {.deadline = deadline};
    struct search search;
    const char *name;

    if (!search_begin(&search, parent, prefix, deadline))
        return;
    while ((name = search_next(&search)))
        remove_dead(search.directory, prefix, name, &limit);
    search_end(&search);
}

size_t litter_each_file(int parent, const char *prefix, litter_take *take, void *with)
{
    struct search search;
    struct stat found;
    const char *name;
    size_t count = 0;
    int descriptor;

    if (!search_begin(&search, parent, prefix, deadline_after(deadline_now(), SWEEP_FILES_MOST)))
        return 0;
    while ((name = search_next(&search))) {
        if (fstatat(search.directory, name, &found, AT_SYMLINK_NOFOLLOW) != 0 || S_ISDIR(found.st_mode))
            continue;
        enum litter_owner owner = find_owner(search.directory, name, &descriptor);
        count++;
        take(search.directory, name, owner, with);
        if (descriptor >= 0)
            close(descriptor);
    }
    search_end(&search);
    return count;
}

bool litter_lacks(int parent, const char *mark)
{
    struct search search;
    const char *name;

    if (!search_begin(&search, parent, ".", deadline_after(deadline_now(), SWEEP_FILES_MOST)))
        return false;
    do
        name = search_next(&search);
    while (name && !strstr(name, mark));
    search_end(&search);
    return search.whole;
}

static void remove_file(int parent, const char *name, enum litter_owner owner, void *with)
{
    (void)with;
    if (owner == LITTER_DEAD)
        unlinkat(parent, name, 0);
}

void litter_sweep_files(int parent, const char *prefix)
{
    litter_each_file(parent, prefix, remove_file, NULL);
}
