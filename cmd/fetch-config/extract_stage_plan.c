/* extract_stage_plan: compares the stage with the target, checks that everything can be moved, and writes the script of moves. */
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
#include "common/files/mount.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { SCRIPT_MOST = 64 * 1024 * 1024, MODE_BITS = 07777 };

struct planning {
    struct extract_stage *stage;
    struct buf shown; /* the present path, for messages */
    struct reason *why;
};

/* A directory of the target (`to`), and the same directory of the stage (`from`). */
struct level {
    int from, to;
    struct mount mount;
    bool may_write; /* write permission was checked */
};

static bool plan_entry(struct planning *planning, struct level *level, const char *name);

static bool fail(const struct planning *planning, const char *doing)
{
    return volume_fail(planning->why, planning->shown.data, doing, errno);
}

static bool add_step(struct planning *planning, enum step_kind kind, enum step_state state, mode_t mode,
                     const char *name)
{
    const struct step step = {.kind = kind, .state = state, .mode = mode, .name = name};

    return script_add(&planning->stage->script, &step) ||
           reason_set(planning->why, CODE_FAILED, "the archive has too many names");
}

static bool plan_inside(struct planning *planning, struct level *level)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    size_t length = planning->shown.length;
    const char *name;
    bool good = true;

    listing_begin(listing, level->from);
    while (good && (name = listing_next(listing))) {
        if (cancel_due(planning->stage->deadline, "it was being unpacked", planning->why)) {
            good = false;
            break;
        }
        buf_add_format(&planning->shown, "/%s", name);
        good = plan_entry(planning, level, name);
        planning->shown.length = length;
        planning->shown.data[length] = '\0';
    }
    errno = listing->error;
    if (good && listing->error != 0)
        good = fail(planning, "cannot be read back");
    free(listing);
    return good;
}

/* Opens a directory that belongs to this user, but that its mode closes, for the time of the moves. Returns the mode before. */
static mode_t unlock(int directory, const struct stat *found)
{
    mode_t mode = found->st_mode & MODE_BITS;

    if (geteuid() != 0 && found->st_uid == geteuid() && (mode & S_IRWXU) != S_IRWXU)
        directory_set_mode(directory, mode | S_IRWXU);
    return mode;
}

/* `inside` has open handles, which the caller closes. */
static bool plan_directory_at(struct planning *planning, const struct level *level, struct level *inside,
                              const char *name)
{
    struct extract_stage *stage = planning->stage;
    size_t at = stage->script.length;
    struct stat found;

    if (fstat(inside->to, &found) != 0 || !mount_of(inside->to, &inside->mount))
        return fail(planning, "cannot be read back");
    if (!add_step(planning, STEP_ENTER, STEP_NEW, unlock(inside->to, &found), name))
        return false;
    if (!mount_same(&level->mount, &inside->mount)) {
        if (!extract_stage_nest(stage, inside->from, inside->to, planning->shown.data, planning->why))
            return false;
        close(inside->from);
        stage->nested->at = at;
        inside->from = fcntl(stage->nested->descriptor, F_DUPFD_CLOEXEC, 0);
        if (inside->from < 0)
            return fail(planning, "cannot be read back");
    }
    return plan_inside(planning, inside) && add_step(planning, STEP_LEAVE, STEP_NEW, 0, "");
}

static bool plan_directory(struct planning *planning, const struct level *level, const char *name)
{
    struct level inside = {.from = directory_open(level->from, name), .to = -1};
    bool good = inside.from >= 0 || fail(planning, "cannot be read back");

    if (good) {
        inside.to = directory_handle(level->to, name);
        good = inside.to >= 0 || fail(planning, "cannot be written");
    }
    good = good && plan_directory_at(planning, level, &inside, name);
    if (inside.from >= 0)
        close(inside.from);
    if (inside.to >= 0)
        close(inside.to);
    return good;
}

static bool refuse(const struct planning *planning, mode_t staged, mode_t present)
{
    return reason_set(planning->why, CODE_FAILED, "%.200s: is %s, but %s in the archive",
                      planning->shown.data,
                      S_ISDIR(present)   ? "a directory"
                      : S_ISLNK(present) ? "a link"
                                         : "not a directory",
                      S_ISDIR(staged) ? "a directory" : "not a directory");
}

/* Checked once for each directory, with the first entry to be moved there. */
static bool may_write(struct planning *planning, struct level *level)
{
    level->may_write = level->may_write || faccessat(level->to, ".", W_OK | X_OK, AT_EACCESS) == 0;
    return level->may_write || fail(planning, "cannot be written");
}

static bool plan_entry(struct planning *planning, struct level *level, const char *name)
{
    struct stat staged, present;

    if (fstatat(level->from, name, &staged, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(planning, "cannot be read back");
    bool there = fstatat(level->to, name, &present, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT)
        return fail(planning, "cannot be written");
    if (there && S_ISDIR(staged.st_mode) && S_ISDIR(present.st_mode))
        return plan_directory(planning, level, name);
    if (there && (S_ISDIR(staged.st_mode) || S_ISDIR(present.st_mode)))
        return refuse(planning, staged.st_mode, present.st_mode);
    if (there && mount_is_root(level->to, name)) {
        errno = EBUSY;
        return fail(planning, "cannot be replaced");
    }
    return may_write(planning, level) &&
           add_step(planning, STEP_MOVE, there ? STEP_REPLACES : STEP_NEW, 0, name);
}

bool extract_stage_plan(struct extract_stage *stage, const char *shown, struct reason *why)
{
    struct planning planning = {.stage = stage, .why = why};
    struct level level = {.from = stage->descriptor, .to = stage->target};

    buf_init(&stage->script, SCRIPT_MOST);
    buf_init(&planning.shown, SIZE_MAX / 2);
    buf_add_text(&planning.shown, shown);
    bool good = mount_of(stage->target, &level.mount) ? plan_inside(&planning, &level)
                                                      : fail(&planning, "cannot be written");
    buf_free(&planning.shown);
    return good;
}
