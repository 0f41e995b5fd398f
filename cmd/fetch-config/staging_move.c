/* From the stage into its place: staging_check_room and staging_move of staging.h. */
#include "cmd/fetch-config/staging.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/fetch-config/busy.h"
#include "common/buf.h"
#include "common/directory.h"
#include "common/listing.h"
#include "common/mem.h"

#include "common/banned.h"

/* One walk through what is staged, beside what is there. */
struct visit {
    bool move; /* else it is only looked whether that would do */
    int64_t deadline;
    struct buf shown; /* the path that is looked at, for messages */
    struct reason *why;
};

static bool visit_entry(struct visit *visit, int from, int to, const char *name);

static bool fail(const struct visit *visit, const char *doing)
{
    return staging_fail(visit->why, visit->shown.data, doing);
}

/* Moves go on to the end: half of them would be worse than a moment more. */
static bool must_end(const struct visit *visit)
{
    return !visit->move && busy_must_end(visit->deadline, "it was being unpacked", visit->why);
}

static bool visit_inside(struct visit *visit, int from, int to)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    size_t length = visit->shown.length;
    const char *name;
    bool good = true;

    listing_begin(listing, from);
    while (good && (name = listing_next(listing))) {
        if (must_end(visit)) {
            good = false;
            break;
        }
        buf_add_format(&visit->shown, "/%s", name);
        good = visit_entry(visit, from, to, name);
        visit->shown.length = length;
        visit->shown.data[length] = '\0';
    }
    errno = listing->error;
    if (good && listing->error != 0)
        good = fail(visit, "cannot be read back");
    free(listing);
    return good;
}

static bool visit_directory(struct visit *visit, int from, int to, const char *name)
{
    int inner = directory_open(from, name), there = inner >= 0 ? directory_handle(to, name) : -1;
    bool good = there >= 0 ? visit_inside(visit, inner, there)
                           : fail(visit, inner < 0 ? "cannot be read back" : "cannot be written");

    if (inner >= 0)
        close(inner);
    if (there >= 0)
        close(there);
    return good;
}

static bool refuse(const struct visit *visit, mode_t staged, mode_t present)
{
    return reason_set(visit->why, CODE_FAILED, "%.200s: is %s, and in the archive %s", visit->shown.data,
                      S_ISDIR(present)   ? "a directory"
                      : S_ISLNK(present) ? "a link"
                                         : "no directory",
                      S_ISDIR(staged) ? "it is a directory" : "it is none");
}

static bool visit_entry(struct visit *visit, int from, int to, const char *name)
{
    struct stat staged, present;

    if (fstatat(from, name, &staged, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(visit, "cannot be read back");
    bool there = fstatat(to, name, &present, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && S_ISDIR(staged.st_mode) && S_ISDIR(present.st_mode))
        return visit_directory(visit, from, to, name);
    if (there && (S_ISDIR(staged.st_mode) || S_ISDIR(present.st_mode)))
        return refuse(visit, staged.st_mode, present.st_mode);
    return !visit->move || renameat(from, name, to, name) == 0 || fail(visit, "cannot be put in its place");
}

static bool visit_all(const struct staging *stage, const char *shown, bool move, struct reason *why)
{
    struct visit visit = {.move = move, .deadline = stage->deadline, .why = why};

    buf_init(&visit.shown, SIZE_MAX / 2);
    buf_add_text(&visit.shown, shown);
    bool good = visit_inside(&visit, stage->descriptor, stage->target);
    buf_free(&visit.shown);
    return good;
}

bool staging_check_room(const struct staging *stage, const char *shown, struct reason *why)
{
    return visit_all(stage, shown, false, why);
}

bool staging_move(const struct staging *stage, const char *shown, struct reason *why)
{
    return visit_all(stage, shown, true, why);
}
