/* extract_stage_move and extract_stage_undo: moves the content of the stage into the target directory, and back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/fetch-config/extract_stage_parts.h"
#include "common/base/buf.h"
#include "common/files/directory.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { MODE_BITS = 07777, EXCHANGE = 1 << 1 };

/* A walk along the script: MOVING ends at the first failure, UNDOING goes on after one, LOCKING restores modes of directories. */
enum way { MOVING, UNDOING, LOCKING };

struct walk {
    struct extract_stage *stage;
    enum way way;
    size_t at;
    struct buf shown; /* the present path, for messages */
    struct reason *why;
};

/* A directory of the stage, and the same directory of the target. */
struct pair {
    int from, to;
    int old; /* EXTRACT_STAGE_OLD in `from`; -1: not open */
};

static bool fail(const struct walk *walk, const char *doing)
{
    return volume_fail(walk->why, walk->shown.data, doing, errno);
}

/* --- one entry --- */

static bool open_old(struct pair *pair)
{
    if (pair->old < 0 && (mkdirat(pair->from, EXTRACT_STAGE_OLD, S_IRWXU) == 0 || errno == EEXIST))
        pair->old = directory_handle(pair->from, EXTRACT_STAGE_OLD);
    return pair->old >= 0;
}

/* Gives the old file a second name; on volumes without hard links, renames it. */
static bool set_aside(struct pair *pair, const char *name)
{
    return open_old(pair) && (linkat(pair->to, name, pair->old, name, 0) == 0 ||
                              renameat(pair->to, name, pair->old, name) == 0);
}

/* renameat2 by its number: not every C library has it. */
static bool swap(const struct pair *pair, const char *name)
{
    return syscall(SYS_renameat2, pair->from, name, pair->to, name, EXCHANGE) == 0;
}

static bool move_entry(struct walk *walk, struct pair *pair, const struct step *step)
{
    struct buf *script = &walk->stage->script;

    if (step->state == STEP_REPLACES && swap(pair, step->name)) {
        script_set_state(script, step, STEP_SWAPPED);
        return true;
    }
    if (step->state == STEP_REPLACES) {
        script_set_state(script, step, STEP_ASIDE);
        if (!set_aside(pair, step->name))
            return fail(walk, "cannot be replaced");
    }
    if (renameat(pair->from, step->name, pair->to, step->name) != 0)
        return fail(walk, "cannot be put in its place");
    if (step->state == STEP_NEW)
        script_set_state(script, step, STEP_MOVED);
    return true;
}

/* Moves an entry back into the stage. To rename a directory needs write permission in the directory itself, for its "..". */
static bool take_back(const struct pair *pair, const char *name)
{
    if (renameat(pair->to, name, pair->from, name) == 0)
        return true;
    int error = errno, directory = error == EACCES ? directory_handle(pair->to, name) : -1;
    bool good = directory >= 0 && directory_set_mode(directory, S_IRWXU) &&
                renameat(pair->to, name, pair->from, name) == 0;
    if (directory >= 0)
        close(directory);
    errno = error;
    return good;
}

/* If there is nothing in EXTRACT_STAGE_OLD, the old file was never set aside. */
static bool put_back(struct pair *pair, const char *name)
{
    struct stat old;

    if (!open_old(pair) || fstatat(pair->old, name, &old, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    return renameat(pair->old, name, pair->to, name) == 0;
}

static void undo_entry(struct walk *walk, struct pair *pair, const struct step *step)
{
    bool good = true;

    if (step->state == STEP_SWAPPED)
        good = swap(pair, step->name) || renameat(pair->from, step->name, pair->to, step->name) == 0;
    else if (step->state == STEP_MOVED)
        good = take_back(pair, step->name);
    else if (step->state == STEP_ASIDE)
        good = put_back(pair, step->name);
    if (good)
        return;
    walk->stage->stays = true;
    reason_hint(walk->why, "%.150s could not be put back (%s): what was there is below %.60s",
                walk->shown.data, strerror(errno), walk->stage->name);
}

/* --- directories --- */

static bool walk_inside(struct walk *walk, struct pair *pair);

/* Restores the mode that the directory had before it was opened for the moves. */
static void lock_again(const struct walk *walk, int directory, const struct step *step)
{
    struct stat now;

    if (walk->way != MOVING && fstat(directory, &now) == 0 && (now.st_mode & MODE_BITS) != step->mode)
        directory_set_mode(directory, step->mode);
}

static void unlock(const struct walk *walk, int directory)
{
    struct stat now;

    if (walk->way == UNDOING && geteuid() != 0 && fstat(directory, &now) == 0 &&
        (now.st_mode & S_IRWXU) != S_IRWXU)
        directory_set_mode(directory, (now.st_mode & MODE_BITS) | S_IRWXU);
}

static bool walk_directory(struct walk *walk, const struct pair *outer, const struct step *step)
{
    const struct staged_nested *nested = extract_stage_nested(walk->stage, step->at);
    struct pair pair = {.to = directory_handle(outer->to, step->name), .old = -1};

    if (pair.to >= 0)
        unlock(walk, pair.to);
    pair.from = nested ? fcntl(nested->descriptor, F_DUPFD_CLOEXEC, 0)
                       : directory_handle(outer->from, step->name);
    bool there = pair.from >= 0 && pair.to >= 0,
         good = there || (walk->way == MOVING && fail(walk, "cannot be written"));
    /* Even if the directory cannot be opened, its steps in the script must be passed. */
    good = walk_inside(walk, &pair) && good;
    if (there)
        lock_again(walk, pair.to, step);
    if (pair.from >= 0)
        close(pair.from);
    if (pair.to >= 0)
        close(pair.to);
    if (pair.old >= 0)
        close(pair.old);
    return good;
}

static bool take_step(struct walk *walk, struct pair *pair, const struct step *step)
{
    size_t length = walk->shown.length;
    bool good = true;

    buf_add_format(&walk->shown, "/%s", step->name);
    if (step->kind == STEP_ENTER)
        good = walk_directory(walk, pair, step);
    else if (walk->way == MOVING)
        good = move_entry(walk, pair, step);
    else if (walk->way == UNDOING)
        undo_entry(walk, pair, step);
    walk->shown.length = length;
    walk->shown.data[length] = '\0';
    return good || walk->way != MOVING;
}

/* Walks to the end of the present directory. */
static bool walk_inside(struct walk *walk, struct pair *pair)
{
    struct step step;

    while (script_next(&walk->stage->script, &walk->at, &step) && step.kind != STEP_LEAVE)
        if (!take_step(walk, pair, &step))
            return false;
    return true;
}

static bool walk_all(struct extract_stage *stage, enum way way, const char *shown, struct reason *why)
{
    struct walk walk = {.stage = stage, .way = way, .why = why};
    struct pair pair = {.from = stage->descriptor, .to = stage->target, .old = -1};

    if (stage->script.length == 0)
        return true;
    buf_init(&walk.shown, SIZE_MAX / 2);
    buf_add_text(&walk.shown, shown);
    bool good = walk_inside(&walk, &pair);
    buf_free(&walk.shown);
    if (pair.old >= 0)
        close(pair.old);
    return good;
}

/* --- the modes of directories, after the last write to them --- */

static bool set_mode(struct extract_stage *stage, const struct staged_directory *each, struct reason *why)
{
    bool demanded = stage->ownership->mode != NULL;
    struct stat now = {0};
    int handle = directory_open_below(stage->target, each->path, O_PATH | O_DIRECTORY);

    if (handle < 0) /* a later entry has replaced it */
        return errno == ENOTDIR || errno == ELOOP ||
               extract_stage_fail(why, each->path, "its mode cannot be set");
    bool seen = fstat(handle, &now) == 0;
    mode_t mode = each->mode | (now.st_mode & S_ISGID);
    bool kept = seen && (now.st_mode & MODE_BITS) == mode;
    /* An existing directory of another user keeps its mode. */
    if (!kept && (geteuid() == 0 || now.st_uid == geteuid() || demanded))
        kept = directory_set_mode(handle, mode) && fstat(handle, &now) == 0 &&
               (now.st_mode & MODE_BITS) == mode;
    close(handle);
    if (kept || !demanded)
        return true;
    reason_set(why, CODE_FAILED, "--mode: %.150s still has the mode %04o after chmod %04o", each->path,
               (unsigned)now.st_mode & MODE_BITS, (unsigned)mode);
    return false;
}

static bool set_modes(struct extract_stage *stage, struct reason *why)
{
    for (const struct staged_directory *each = stage->directories; each; each = each->next)
        if (each->mode != OWNERSHIP_MODE_STAYS && !set_mode(stage, each, why))
            return false;
    return true;
}

bool extract_stage_move(struct extract_stage *stage, const char *shown, struct reason *why)
{
    return walk_all(stage, MOVING, shown, why) && walk_all(stage, LOCKING, shown, why) &&
           set_modes(stage, why);
}

void extract_stage_undo(struct extract_stage *stage, const char *shown, struct reason *why)
{
    walk_all(stage, UNDOING, shown, why);
    buf_free(&stage->script);
}
