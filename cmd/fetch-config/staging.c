#include "cmd/fetch-config/staging.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/spool.h"
#include "common/mem.h"

#include "common/banned.h"

enum { PRIVATE_DIRECTORY = 0700, PRIVATE_FILE = 0600, DIRECTORY_MODE = 0755, NAMES_TO_TRY = 100 };

#define MODE_STAYS \
    ((mode_t)-1) /* of a directory that the archive does not list: only its owner is to be set */

#define STAGE_PREFIX ".initkit-extract-"

struct staged_directory {
    struct staged_directory *next;
    mode_t mode;
    char path[]; /* below the stage */
};

bool staging_fail(struct reason *why, const char *path, const char *doing)
{
    int error = errno;

    reason_set(why, CODE_FAILED, "%.200s: %s: %s", path, doing, strerror(error));
    if (error == ENOSPC || error == EDQUOT)
        reason_hint(why, "the volume is full");
    else if (error == EACCES || error == EROFS || error == EPERM)
        reason_hint(why,
                    "this user (UID %u) may not write there: mount a volume, or look at its mode and fsGroup",
                    (unsigned)geteuid());
    return false;
}

/* --- the hidden directory --- */

static void remove_at(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = NULL;
    if (descriptor >= 0) {
        fchmod(descriptor, PRIVATE_DIRECTORY);
        directory = fdopendir(descriptor);
    }
    if (directory) {
        struct dirent *entry;
        while ((entry = readdir(directory)))
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                remove_at(dirfd(directory), entry->d_name);
        closedir(directory);
    } else if (descriptor >= 0) {
        close(descriptor);
    }
    unlinkat(parent, name, AT_REMOVEDIR);
}

void staging_remove(const char *path)
{
    remove_at(AT_FDCWD, path);
}

/* Stages without a live owner: each holds a lock on its own. */
static void remove_litter(const char *path)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && (entry = readdir(directory))) {
        if (strncmp(entry->d_name, STAGE_PREFIX, strlen(STAGE_PREFIX)) != 0)
            continue;
        int descriptor = openat(dirfd(directory), entry->d_name,
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            remove_at(dirfd(directory), entry->d_name);
        if (descriptor >= 0)
            close(descriptor);
    }
    if (directory)
        closedir(directory);
}

bool staging_begin(struct staging *stage, const char *directory, char path[PATH_MAX], struct reason *why)
{
    char inside[PATH_MAX];

    memset(stage, 0, sizeof *stage);
    stage->descriptor = -1;
    path[0] = '\0';
    if (snprintf(inside, sizeof inside, "%s/", directory) >= (int)sizeof inside - NAME_MAX / 4) {
        errno = ENAMETOOLONG;
        return staging_fail(why, directory, "cannot be written");
    }
    if (!spool_make_parents(inside, why))
        return false;
    remove_litter(directory);
    for (unsigned i = 0; i < NAMES_TO_TRY && stage->descriptor < 0; i++) {
        if (snprintf(path, PATH_MAX, "%s%s%u-%u", inside, STAGE_PREFIX, (unsigned)getpid(), i) >= PATH_MAX)
            break;
        if (mkdir(path, PRIVATE_DIRECTORY) == 0)
            stage->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        else if (errno != EEXIST)
            break;
    }
    if (stage->descriptor >= 0) {
        flock(stage->descriptor, LOCK_EX | LOCK_NB);
        return true;
    }
    path[0] = '\0';
    return staging_fail(why, directory, "cannot be written");
}

/* --- what is put there --- */

static bool note_directory(struct staging *stage, const char *path, size_t length, mode_t mode)
{
    size_t size = sizeof(struct staged_directory) + length + 1;

    stage->is_full = stage->is_full || size > STAGING_NOTED - stage->noted;
    if (stage->is_full)
        return false;
    stage->noted += size;
    struct staged_directory *directory = xcalloc(1, size);
    directory->mode = mode;
    memcpy(directory->path, path, length);
    directory->next = stage->directories;
    stage->directories = directory;
    return true;
}

/* Opens the directory of `path`'s last part, which *name gets; directories that are missing are made. Links are not
 * followed. -1 with errno. */
static int open_parent(struct staging *stage, const char *path, const char **name)
{
    int parent = fcntl(stage->descriptor, F_DUPFD_CLOEXEC, 0);
    const char *whole = path, *slash;

    while (parent >= 0 && (slash = strchr(path, '/'))) {
        char part[NAME_MAX + 1];
        size_t length = (size_t)(slash - path);
        int next = -1;
        if (length < sizeof part) {
            memcpy(part, path, length);
            part[length] = '\0';
            if (mkdirat(parent, part, DIRECTORY_MODE) == 0) {
                fchmodat(parent, part, DIRECTORY_MODE, 0);
                note_directory(stage, whole, (size_t)(slash - whole), MODE_STAYS);
            }
            if (!stage->is_full)
                next = openat(parent, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        } else {
            errno = ENAMETOOLONG;
        }
        int error = errno;
        close(parent);
        errno = error;
        parent = next;
        path = slash + 1;
    }
    *name = path;
    return parent;
}

int staging_open_file(struct staging *stage, const char *path, struct reason *why)
{
    const char *name;
    int descriptor = -1;
    int parent = open_parent(stage, path, &name);

    if (parent >= 0) {
        unlinkat(parent, name, 0);
        descriptor = openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PRIVATE_FILE);
        int error = errno;
        close(parent);
        errno = error;
    }
    if (descriptor < 0)
        staging_fail(why, path, "cannot be unpacked");
    return descriptor;
}

bool staging_write(int descriptor, const void *bytes, size_t length, int64_t offset, struct reason *why)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = pwrite(descriptor, at, length, offset);
        if (written < 0 && errno != EINTR)
            return staging_fail(why, "the archive", "cannot be unpacked");
        if (written > 0) {
            at += written;
            offset += written;
            length -= (size_t)written;
        }
    }
    return true;
}

static uid_t owner_of(const struct ownership *ownership)
{
    return ownership->has_owner ? ownership->owner : (uid_t)-1;
}

static gid_t group_of(const struct ownership *ownership)
{
    return ownership->has_group ? ownership->group : (gid_t)-1;
}

bool staging_set_status(int descriptor, const char *path, const struct staging_status *status,
                        struct reason *why)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_NOW}, status->time};
    const struct ownership *ownership = status->ownership;

    if ((ownership->has_owner || ownership->has_group) &&
        fchown(descriptor, owner_of(ownership), group_of(ownership)) != 0)
        return staging_fail(why, path, "--owner: cannot be given away");
    if (status->mode != MODE_STAYS && fchmod(descriptor, status->mode) != 0)
        return staging_fail(why, path, "cannot be given its mode");
    if (status->has_time)
        futimens(descriptor, times);
    return true;
}

bool staging_symlink(struct staging *stage, const char *path, const char *target,
                     const struct ownership *ownership, struct reason *why)
{
    const char *name;
    int parent = open_parent(stage, path, &name);
    bool good = parent >= 0;

    if (good) {
        unlinkat(parent, name, 0);
        good = symlinkat(target, parent, name) == 0;
        if (good && (ownership->has_owner || ownership->has_group))
            good = fchownat(parent, name, owner_of(ownership), group_of(ownership), AT_SYMLINK_NOFOLLOW) == 0;
    }
    if (!good)
        staging_fail(why, path, "cannot be unpacked");
    if (parent >= 0)
        close(parent);
    return good;
}

bool staging_link(struct staging *stage, const char *path, const char *to, struct reason *why)
{
    const char *name, *target;
    int parent = open_parent(stage, path, &name);
    int there = open_parent(stage, to, &target);
    bool good = parent >= 0 && there >= 0;

    if (good) {
        unlinkat(parent, name, 0);
        good = linkat(there, target, parent, name, 0) == 0;
    }
    if (!good)
        staging_fail(why, path, "is a link to what is not in the archive");
    if (parent >= 0)
        close(parent);
    if (there >= 0)
        close(there);
    return good;
}

bool staging_directory(struct staging *stage, const char *path, mode_t mode, struct reason *why)
{
    char inside[PATH_MAX];
    const char *name;

    snprintf(inside, sizeof inside, "%.*s/", PATH_MAX - 2, path);
    int descriptor = open_parent(stage, inside, &name);
    if (descriptor < 0)
        return staging_fail(why, path, "cannot be unpacked");
    close(descriptor);
    return note_directory(stage, path, strlen(path), mode);
}

/* The last ones come first, so that a directory is done before the one that it is in. */
bool staging_end(struct staging *stage, const struct ownership *ownership, struct reason *why)
{
    struct staging_status status = {.ownership = ownership};

    for (const struct staged_directory *each = stage->directories; each; each = each->next) {
        int descriptor = openat(stage->descriptor, each->path,
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (descriptor < 0)
            continue; /* a later entry has taken its place */
        status.mode = each->mode;
        bool good = staging_set_status(descriptor, each->path, &status, why);
        close(descriptor);
        if (!good)
            return false;
    }
    return true;
}

void staging_free(struct staging *stage)
{
    while (stage->directories) {
        struct staged_directory *directory = stage->directories;
        stage->directories = directory->next;
        free(directory);
    }
}
