/* extract_stage_end: when everything is staged, checks where links lead, and sets the modes of directories. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/buf.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

bool extract_stage_refuse_link(const char *path, const char *target, struct reason *why)
{
    return reason_set(why, CODE_FAILED,
                      "the archive's entry %.120s is a link to %.120s, which leads out of the directory",
                      path, target);
}

/* The length of the directory part of a path, without its slash; 0: there is none. */
static size_t directory_length(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length > 0 ? length - 1 : 0;
}

static bool is_directory(int stage, const char *path)
{
    int descriptor = directory_open_below(stage, path, O_PATH | O_DIRECTORY);

    if (descriptor >= 0)
        close(descriptor);
    return descriptor >= 0;
}

/* Follows one component of a link's target; `at` is the path reached so far, below the stage. */
static bool take_part(int stage, struct buf *at, const char *part, size_t length, bool *named)
{
    if (length == 0 || (length == 1 && *part == '.'))
        return true;
    if (length != 2 || strncmp(part, "..", 2) != 0) {
        *named = true;
        return buf_add_format(at, "%s%.*s", at->length > 0 ? "/" : "", (int)length, part);
    }
    /* The component before may be a link: then ".." would lead to the parent of its target. */
    if (at->length == 0 || (*named && !is_directory(stage, at->data)))
        return false;
    at->length = directory_length(at->data, at->length);
    at->data[at->length] = '\0';
    return true;
}

static bool stays(int stage, const char *path, const char *target)
{
    struct buf at;
    bool good = *target != '/' && *target != '\0', named = false;

    buf_init(&at, (size_t)2 * PATH_MAX);
    buf_add(&at, path, directory_length(path, strlen(path)));
    while (good && *target != '\0') {
        size_t length = strcspn(target, "/");
        good = take_part(stage, &at, target, length, &named);
        target += length + (target[length] == '/');
    }
    buf_free(&at);
    return good;
}

/* Whether the symbolic link `path` stays within the stage, whatever other archives add to the same directory later: ".." is
 * allowed only after real directories, those above the link and those of the stage. */
static bool check_link(int stage, const char *path, struct reason *why)
{
    char folder[PATH_MAX], target[PATH_MAX];
    size_t length = directory_length(path, strlen(path));

    snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    int parent = directory_open_below(stage, length > 0 ? folder : ".", O_PATH | O_DIRECTORY);
    if (parent < 0)
        return extract_stage_fail(why, path, "cannot be read back");
    ssize_t got = readlinkat(parent, path + length + (length > 0), target, sizeof target - 1);
    int error = errno;
    close(parent);
    errno = error;
    if (got < 0) /* EINVAL: a later entry that is not a link has replaced it */
        return error == EINVAL || extract_stage_fail(why, path, "cannot be read back");
    target[got] = '\0';
    /* The kernel must come to the same result as this walk. */
    return (stays(stage, path, target) && directory_may_stay_within(stage, path)) ||
           extract_stage_refuse_link(path, target, why);
}

static bool must_end(const struct extract_stage *stage, struct reason *why)
{
    return cancel_due(stage->deadline, "it was being unpacked", why);
}

/* The mode keeps the setgid bit of a volume with fsGroup. A directory that its owner may not write to stays open until it is
 * moved. */
static bool set_mode(struct extract_stage *stage, const struct staged_directory *each, int descriptor,
                     struct reason *why)
{
    struct extract_stage_status status = {.mode = each->mode, .ownership = stage->ownership};
    struct stat found;

    if (fstat(descriptor, &found) != 0)
        return extract_stage_fail(why, each->path, "cannot be read back");
    if (each->mode != OWNERSHIP_MODE_STAYS)
        status.mode |= found.st_mode & S_ISGID;
    if (!extract_stage_set_status(stage, descriptor, each->path, &status, why))
        return false;
    if (each->mode != OWNERSHIP_MODE_STAYS && (each->mode & S_IRWXU) != S_IRWXU)
        fchmod(descriptor, status.mode | S_IRWXU);
    return true;
}

/* The list is in reverse order, so a directory comes before its parent. */
static bool set_modes(struct extract_stage *stage, struct reason *why)
{
    for (const struct staged_directory *each = stage->directories; each; each = each->next) {
        if (must_end(stage, why))
            return false;
        int descriptor = directory_open_below(stage->descriptor, each->path, O_RDONLY | O_DIRECTORY);
        if (descriptor < 0 && (errno == ENOTDIR || errno == ELOOP))
            continue; /* a later entry has replaced it */
        if (descriptor < 0)
            return extract_stage_fail(why, each->path, "cannot be read back");
        bool good = set_mode(stage, each, descriptor, why);
        close(descriptor);
        if (!good)
            return false;
    }
    return true;
}

bool extract_stage_end(struct extract_stage *stage, struct reason *why)
{
    for (const struct staged_link *each = stage->links; each; each = each->next)
        if (must_end(stage, why) || !check_link(stage->descriptor, each->path, why))
            return false;
    return set_modes(stage, why);
}
