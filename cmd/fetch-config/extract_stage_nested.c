/* Mounts below the target directory: entries for a mount are copied to a stage on that mount, and moved from there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/cancel.h"
#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/files/directory.h"
#include "common/files/listing.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { CHUNK = 64 * 1024, MODE_BITS = 07777 };

struct copying {
    struct extract_stage *stage;
    const char *shown; /* the mount, for messages */
    struct reason *why;
};

static bool copy_inside(struct copying *copying, int from, int to);

static bool fail(const struct copying *copying, const char *name)
{
    int error = errno;
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%.1000s: %.255s", copying->shown, name);
    errno = error;
    return extract_stage_fail(copying->why, path, "cannot be unpacked");
}

static bool must_end(const struct copying *copying)
{
    return cancel_due(copying->stage->deadline, "it was being unpacked", copying->why);
}

static bool copy_bytes(struct copying *copying, int from, int to, const char *name)
{
    static char chunk[CHUNK];
    int64_t offset = 0;
    ssize_t got;

    while ((got = read(from, chunk, sizeof chunk)) != 0) {
        if (must_end(copying))
            return false;
        if (got < 0 && errno != EINTR)
            return fail(copying, name);
        if (got > 0 && !extract_stage_write(to, chunk, (size_t)got, offset, copying->why))
            return false;
        offset += got > 0 ? got : 0;
    }
    return true;
}

static bool copy_status(struct copying *copying, int to, const char *name, const struct stat *status)
{
    const struct extract_stage_status wanted = {
        .mode = status->st_mode & MODE_BITS,
        .has_time = !S_ISDIR(status->st_mode),
        .time = status->st_mtim,
        .ownership = copying->stage->ownership,
    };

    return extract_stage_set_status(copying->stage, to, name, &wanted, copying->why);
}

/* `name` in `to` becomes a copy of `source` in `from`. */
static bool copy_file(struct copying *copying, int from, const char *source, int to, const char *name)
{
    struct stat status;
    int made = -1, opened = openat(from, source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

    if (opened >= 0 && fstat(opened, &status) == 0)
        made = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    bool good = made >= 0
                    ? copy_bytes(copying, opened, made, name) && copy_status(copying, made, name, &status)
                    : fail(copying, name);
    if (made >= 0 && close(made) != 0 && good)
        good = fail(copying, name);
    if (opened >= 0)
        close(opened);
    return good;
}

bool extract_stage_copy_file(struct extract_stage *stage, int from, const char *source, int to,
                             const char *name, struct reason *why)
{
    struct copying copying = {.stage = stage, .shown = "the archive", .why = why};

    return copy_file(&copying, from, source, to, name);
}

static bool copy_link(struct copying *copying, int from, int to, const char *name, const struct stat *status)
{
    const struct ownership *ownership = copying->stage->ownership;
    char text[PATH_MAX];
    ssize_t length = readlinkat(from, name, text, sizeof text - 1);

    if (length < 0)
        return fail(copying, name);
    text[length] = '\0';
    if (symlinkat(text, to, name) != 0)
        return fail(copying, name);
    return (!ownership->has_owner && !ownership->has_group) ||
           fchownat(to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) == 0 ||
           fail(copying, name);
}

static bool copy_directory(struct copying *copying, int from, int to, const char *name,
                           const struct stat *status)
{
    int inner = directory_open(from, name), made = -1;

    if (inner >= 0 && mkdirat(to, name, S_IRWXU) == 0)
        made = directory_open(to, name);
    bool good = made >= 0 ? copy_inside(copying, inner, made) && copy_status(copying, made, name, status)
                          : fail(copying, name);
    if (inner >= 0)
        close(inner);
    if (made >= 0)
        close(made);
    return good;
}

static bool copy_entry(struct copying *copying, int from, int to, const char *name)
{
    struct stat status;

    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(copying, name);
    if (S_ISDIR(status.st_mode))
        return copy_directory(copying, from, to, name, &status);
    return S_ISLNK(status.st_mode) ? copy_link(copying, from, to, name, &status)
                                   : copy_file(copying, from, name, to, name);
}

static bool copy_inside(struct copying *copying, int from, int to)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    const char *name;
    bool good = true;

    listing_begin(listing, from);
    while (good && (name = listing_next(listing)))
        good = !must_end(copying) && copy_entry(copying, from, to, name);
    errno = listing->error;
    if (good && listing->error != 0)
        good = fail(copying, "");
    free(listing);
    return good;
}

const struct staged_nested *extract_stage_nested(const struct extract_stage *stage, size_t at)
{
    const struct staged_nested *nested = stage->nested;

    while (nested && nested->at != at)
        nested = nested->next;
    return nested;
}

bool extract_stage_nest(struct extract_stage *stage, int from, int there, const char *shown,
                        struct reason *why)
{
    struct copying copying = {.stage = stage, .shown = shown, .why = why};
    struct staged_nested *nested = xcalloc(1, sizeof *nested);

    nested->target = openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    nested->descriptor = -1;
    if (nested->target >= 0) {
        extract_stage_sweep(nested->target, stage->deadline);
        nested->descriptor = litter_make_directory(nested->target, EXTRACT_STAGE_PREFIX, nested->name);
    }
    if (nested->descriptor < 0) {
        volume_fail(why, shown, "cannot be written", errno);
        if (nested->target >= 0)
            close(nested->target);
        free(nested);
        return false;
    }
    nested->next = stage->nested;
    stage->nested = nested;
    return copy_inside(&copying, from, nested->descriptor);
}

void extract_stage_remove_nested(struct extract_stage *stage)
{
    while (stage->nested) {
        struct staged_nested *nested = stage->nested;
        stage->nested = nested->next;
        if (stage->stays)
            close(nested->descriptor);
        else
            litter_remove_directory(nested->target, nested->name, nested->descriptor, stage->deadline);
        close(nested->target);
        free(nested);
    }
}
