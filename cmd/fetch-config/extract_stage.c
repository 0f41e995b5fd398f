#include "cmd/fetch-config/extract_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/body_file.h"
#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/mem.h"
#include "common/files/directory.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { PRIVATE_FILE = 0600, DIRECTORY_MODE = 0755 };

/* --- the hidden directory --- */

bool extract_stage_begin(struct extract_stage *stage, const char *directory,
                         const struct ownership *ownership, int64_t deadline, struct reason *why)
{
    memset(stage, 0, sizeof *stage);
    stage->descriptor = -1;
    stage->deadline = deadline;
    stage->ownership = ownership;
    int handle = body_file_reach_directory(directory, true, why);
    if (handle < 0)
        return false;
    stage->target = openat(handle, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    close(handle);
    errno = error;
    if (stage->target >= 0) {
        extract_stage_sweep(stage->target, deadline);
        stage->descriptor = litter_make_directory(stage->target, EXTRACT_STAGE_PREFIX, stage->name);
    }
    if (stage->descriptor >= 0)
        return true;
    volume_fail(why, directory, "cannot be written", errno);
    if (stage->target >= 0)
        close(stage->target);
    return false;
}

static void forget(struct extract_stage *stage)
{
    while (stage->directories) {
        struct staged_directory *directory = stage->directories;
        stage->directories = directory->next;
        free(directory);
    }
    while (stage->links) {
        struct staged_link *link = stage->links;
        stage->links = link->next;
        free(link);
    }
}

void extract_stage_remove(struct extract_stage *stage)
{
    forget(stage);
    extract_stage_remove_nested(stage);
    if (stage->memory)
        stage->memory->claimed -= stage->claimed;
    if (stage->stays)
        close(stage->descriptor);
    else
        litter_remove_directory(stage->target, stage->name, stage->descriptor, stage->deadline);
    buf_free(&stage->script);
    close(stage->target);
}

/* --- staging entries --- */

/* Zeroed memory to remember an entry; NULL when all of them would take more than EXTRACT_STAGE_NOTED. */
static void *note(struct extract_stage *stage, size_t size)
{
    stage->is_full = stage->is_full || size > EXTRACT_STAGE_NOTED - stage->noted;
    if (stage->is_full)
        return NULL;
    stage->noted += size;
    return xcalloc(1, size);
}

static bool note_directory(struct extract_stage *stage, const char *path, size_t length, mode_t mode)
{
    struct staged_directory *directory = note(stage, sizeof *directory + length + 1);

    if (!directory)
        return false;
    directory->mode = mode;
    memcpy(directory->path, path, length);
    directory->next = stage->directories;
    stage->directories = directory;
    return true;
}

static bool note_link(struct extract_stage *stage, const char *path)
{
    struct staged_link *link = note(stage, sizeof *link + strlen(path) + 1);

    if (!link)
        return false;
    memcpy(link->path, path, strlen(path));
    link->next = stage->links;
    stage->links = link;
    return true;
}

/* A handle on the directory `part` in `parent`, created if it is missing. The first `length` bytes of `path` are its path below the
 * stage. -1 with errno. */
static int step(struct extract_stage *stage, int parent, const char *part, const char *path, size_t length)
{
    int made = directory_make(parent, part, DIRECTORY_MODE);

    if (made < 0)
        return errno == EEXIST ? directory_handle(parent, part) : -1;
    if (note_directory(stage, path, length, OWNERSHIP_MODE_STAYS))
        return made;
    close(made);
    errno = ENOMEM;
    return -1;
}

static int make_way(struct extract_stage *stage, const char *path, size_t length)
{
    int at = fcntl(stage->descriptor, F_DUPFD_CLOEXEC, 0);
    size_t done = 0;

    while (at >= 0 && done < length) {
        char part[NAME_MAX + 1];
        size_t end = done + strcspn(path + done, "/");
        int next = -1;
        errno = ENAMETOOLONG;
        if (snprintf(part, sizeof part, "%.*s", (int)(end - done), path + done) < (int)sizeof part)
            next = step(stage, at, part, path, end);
        int error = errno;
        close(at);
        errno = error;
        at = next;
        done = end + 1;
    }
    return at;
}

/* A handle on the directory that `path` is in; *name is its last component. Missing directories are created. Links are not
 * followed. -1 with errno. */
static int open_parent(struct extract_stage *stage, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    char folder[PATH_MAX];

    *name = slash ? slash + 1 : path;
    if (snprintf(folder, sizeof folder, "%.*s", (int)length, path) >= (int)sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int there = directory_open_below(stage->descriptor, length > 0 ? folder : ".", O_PATH | O_DIRECTORY);
    return there < 0 && errno == ENOENT ? make_way(stage, path, length) : there;
}

static int make_file(int parent, const char *name)
{
    return openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PRIVATE_FILE);
}

int extract_stage_open_file(struct extract_stage *stage, const char *path, struct reason *why)
{
    const char *name;
    int descriptor = -1;
    int parent = open_parent(stage, path, &name);

    if (parent >= 0) {
        descriptor = make_file(parent, name);
        if (descriptor < 0 && errno == EEXIST && unlinkat(parent, name, 0) == 0)
            descriptor = make_file(parent, name);
        int error = errno;
        close(parent);
        errno = error;
    }
    if (descriptor < 0)
        extract_stage_fail(why, path, "cannot be unpacked");
    return descriptor;
}

bool extract_stage_claim(struct extract_stage *stage, int64_t bytes, struct reason *why)
{
    if (stage->memory && !volume_claim(stage->memory, bytes, why))
        return false;
    stage->claimed += bytes;
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

bool extract_stage_symlink(struct extract_stage *stage, const char *path, const char *target,
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
        good = good && note_link(stage, path);
    }
    if (!good)
        extract_stage_fail(why, path, "cannot be unpacked");
    if (parent >= 0)
        close(parent);
    return good;
}

/* A hard link to a symbolic link would be the same link in another directory, where it may lead elsewhere. False with errno, EINVAL
 * for another kind. */
static bool is_regular(int directory, const char *name)
{
    struct stat found;

    if (fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    errno = EINVAL;
    return S_ISREG(found.st_mode);
}

/* On a volume without hard links a copy replaces it. */
static bool link_or_copy(struct extract_stage *stage, int from, const char *source, int to, const char *name,
                         struct reason *why)
{
    unlinkat(to, name, 0);
    if (linkat(from, source, to, name, 0) == 0)
        return true;
    if (errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP || errno == EMLINK)
        return extract_stage_copy_file(stage, from, source, to, name, why);
    return extract_stage_fail(why, name, "cannot be unpacked");
}

static bool refuse_hard_link(const char *path, struct reason *why)
{
    if (errno == EINVAL)
        return reason_set(why, CODE_FAILED, "%.200s: is a hard link to something that is not a regular file",
                          path);
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return reason_set(why, CODE_FAILED, "%.200s: is a hard link to a file that is not in the archive",
                          path);
    return extract_stage_fail(why, path, "cannot be unpacked");
}

bool extract_stage_link(struct extract_stage *stage, const char *path, const char *to, struct reason *why)
{
    const char *name, *target;
    int parent = open_parent(stage, path, &name);
    int there = parent >= 0 ? open_parent(stage, to, &target) : -1;
    bool good = there >= 0 && is_regular(there, target);

    if (good)
        good = link_or_copy(stage, there, target, parent, name, why);
    else
        refuse_hard_link(path, why);
    if (parent >= 0)
        close(parent);
    if (there >= 0)
        close(there);
    return good;
}

bool extract_stage_directory(struct extract_stage *stage, const char *path, mode_t mode, struct reason *why)
{
    char inside[PATH_MAX];
    const char *name;

    snprintf(inside, sizeof inside, "%.*s/", PATH_MAX - 2, path);
    int descriptor = open_parent(stage, inside, &name);
    if (descriptor < 0)
        return extract_stage_fail(why, path, "cannot be unpacked");
    close(descriptor);
    return note_directory(stage, path, strlen(path), mode);
}
