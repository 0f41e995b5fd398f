#include "cmd/copy-agent/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/clearing.h"
#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/new_directory.h"
#include "cmd/copy-agent/note.h"
#include "cmd/copy-agent/report.h"
#include "cmd/copy-agent/staging.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/units.h"
#include "common/files/directory.h"
#include "common/files/listing.h"
#include "common/files/mount.h"
#include "common/files/removal.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, DEEPEST = 64 };

enum prune_mode { PRUNE_TAKE, PRUNE_PRINT, PRUNE_COUNT };

struct prune {
    struct copy *copy;
    enum prune_mode mode;
    uint64_t taken; /* entries; a directory with all that is in it is one */
    uint64_t kept;
    struct buf path; /* below DEST, of what is looked at */
};

static bool take(struct prune *prune, int directory, const char *name, unsigned depth);

/* What could not be done to the path that is looked at. */
static bool fail(const struct prune *prune, const char *doing, int error)
{
    const char *path = prune->path.length > 0 ? prune->path.data : prune->copy->dest_path;

    journal_add_errno(&prune->copy->journal, path, doing, error);
    return false;
}

static bool fail_too_deep(const struct prune *prune)
{
    struct reason why;

    reason_set(&why, CODE_FAILED,
               "%.200s...: cannot be pruned with --writable: it lies more than %d levels deep",
               prune->path.data, DEEPEST);
    journal_add(&prune->copy->journal, &why);
    return false;
}

static void warn_mount(const struct prune *prune)
{
    if (prune->mode != PRUNE_COUNT)
        log_warn("%.1000s: is not pruned, as something is mounted there", prune->path.data);
}

/* Takes what may go from a directory of which something is protected. True when all of it went. */
static bool take_inside(struct prune *prune, int directory, unsigned depth)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    size_t length = prune->path.length;
    bool all = true;
    const char *name;

    listing_begin(listing, directory);
    while ((name = listing_next(listing)) && journal_halt(&prune->copy->journal) == CODE_OK) {
        buf_add_format(&prune->path, "/%s", name);
        all &= take(prune, directory, name, depth);
        prune->path.length = length;
        prune->path.data[length] = '\0';
    }
    bool read = listing->error == 0 ||
                listing->error == ENOENT; /* ENOENT: another run has taken the directory */
    if (!read)
        fail(prune, "cannot be read", listing->error);
    all &= read && journal_halt(&prune->copy->journal) == CODE_OK;
    free(listing);
    return all;
}

/* A directory may hold --writable paths although it is none itself. */
static bool take_directory_by_parts(struct prune *prune, int directory, const char *name, unsigned depth)
{
    struct mount here, there;

    if (depth >= DEEPEST)
        return fail_too_deep(prune);
    int inner = directory_open(directory, name);
    if (inner < 0)
        return errno == ENOENT || fail(prune, "cannot be pruned", errno);
    bool same = mount_of(directory, &here) && mount_of(inner, &there) && mount_same(&here, &there);
    bool all = same && take_inside(prune, inner, depth + 1);
    close(inner);
    if (!same)
        warn_mount(prune);
    if (!all || prune->mode != PRUNE_TAKE)
        return all;
    /* What was made in it meanwhile is the next run's. */
    return unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY || errno == ENOENT ||
           fail(prune, "cannot be pruned", errno);
}

static bool is_directory(int directory, const char *name)
{
    struct stat found;

    return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(found.st_mode);
}

/* What is mounted there, removal leaves alone. */
static bool is_mounted(int directory, const char *name)
{
    struct mount here, there;
    int inner = directory_open(directory, name);
    bool known = inner >= 0 && mount_of(directory, &here) && mount_of(inner, &there);

    if (inner >= 0)
        close(inner);
    return known && !mount_same(&here, &there);
}

static bool remove_tree(struct prune *prune, int directory, const char *name)
{
    const struct removal_limit limit = {.deadline = prune->copy->journal.deadline};
    int error = removal_tree(directory, name, &limit);
    struct reason why;

    if (error == ENOENT)
        return true; /* another run has taken it */
    if (error == 0) {
        prune->taken++;
    } else if (error == EBUSY) {
        warn_mount(prune);
    } else if (error == ENOTEMPTY) {
        reason_set(&why, CODE_FAILED,
                   "%.200s: cannot be pruned: something else makes files there as fast as they are removed",
                   prune->path.data);
        reason_hint(&why, "end what writes there, or leave it alone with --writable");
        journal_add(&prune->copy->journal, &why);
    } else if (error != ECANCELED) { /* which the verdict reports */
        fail(prune, "cannot be pruned", error);
    }
    return error == 0;
}

/* True when it is gone, or would be. */
static bool take(struct prune *prune, int directory, const char *name, unsigned depth)
{
    const struct strings *writable = &prune->copy->settings->writable;

    if (writable->count > 0 && glob_any(writable, prune->path.data))
        return false;
    if (writable->count > 0 && is_directory(directory, name))
        return take_directory_by_parts(prune, directory, name, depth);
    if (prune->mode == PRUNE_TAKE)
        return remove_tree(prune, directory, name);
    if (is_mounted(directory, name)) {
        warn_mount(prune);
        return false;
    }
    if (prune->mode == PRUNE_PRINT)
        report_line(&prune->copy->journal, "prune", prune->path.data, is_directory(directory, name));
    prune->taken++;
    return true;
}

static bool is_in_source(const struct folder *folder, const char *name)
{
    struct stat found;

    return fstatat(folder->source, name, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static void prune_directory(struct prune *prune, uint32_t node, struct folder *folder)
{
    int directory = folder_reopen_dest(folder);
    uint64_t before = prune->taken;
    const char *name;

    plan_path(&prune->copy->plan, node, &prune->path);
    if (directory < 0) {
        fail(prune, "cannot be read", errno);
        return;
    }
    struct listing *listing = xcalloc(1, sizeof *listing);
    listing_begin(listing, directory);
    while ((name = listing_next(listing)) && journal_halt(&prune->copy->journal) == CODE_OK) {
        if ((node == PLAN_ROOT && staging_is_ours(name)) || strcmp(name, "lost+found") == 0)
            continue;
        if (is_in_source(folder, name)) {
            prune->kept++;
            continue;
        }
        plan_path(&prune->copy->plan, node, &prune->path);
        if (node == PLAN_ROOT)
            buf_clear(&prune->path);
        buf_add_format(&prune->path, "%s%s", prune->path.length > 0 ? "/" : "", name);
        take(prune, directory, name, 0);
    }
    if (listing->error != 0)
        fail(prune, "cannot be read", listing->error);
    if (prune->mode == PRUNE_TAKE && prune->taken > before && node != PLAN_ROOT)
        prune->copy->plan.nodes[node].touched = true;
    free(listing);
    close(directory);
}

/* A directory where SOURCE has a file or link, counted as kept so far: it makes way when the file comes. */
static void prune_way(struct prune *prune, uint32_t node, const struct folder *folder)
{
    if (prune->mode == PRUNE_TAKE || !clearing_allowed(prune->copy, folder, node, prune->mode == PRUNE_COUNT))
        return;
    if (prune->mode == PRUNE_PRINT)
        report_line(&prune->copy->journal, "prune", plan_path(&prune->copy->plan, node, &prune->path), true);
    prune->taken++;
    prune->kept--;
}

static void go_through(struct copy *copy, struct prune *prune)
{
    struct plan *plan = &copy->plan;
    struct descent descent;

    buf_init(&prune->path, PATH_MOST);
    descent_begin(&descent, plan, DESCENT_SOURCE, copy->source, copy->dest);
    for (uint32_t i = 0; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        const struct plan_node *node = &plan->nodes[i];
        bool there = i == PLAN_ROOT || node->action == PLAN_SKIP || node->action == PLAN_ADJUST;
        if (!node->clears && (node->kind != PLAN_DIRECTORY || node->out || !there))
            continue;
        struct folder *folder = descent_to(&descent, node->clears ? node->parent : i);
        if (folder && folder->dest >= 0 && node->clears)
            prune_way(prune, i, folder);
        else if (folder && folder->dest >= 0)
            prune_directory(prune, i, folder);
        else if (folder || errno != ENOENT)
            note_errno(copy, i, "cannot be pruned", folder ? ENOTDIR : errno);
    }
    descent_end(&descent);
    buf_free(&prune->path);
}

void prune_tree(struct copy *copy, bool print)
{
    struct prune prune = {.copy = copy, .mode = print ? PRUNE_PRINT : PRUNE_TAKE};

    go_through(copy, &prune);
    atomic_fetch_add(&copy->pruned, prune.taken);
}

/* --- what --max-prune allows --- */

static bool parse_limit(const char *text, bool *percent, int64_t *number)
{
    char digits[24];
    size_t length = strlen(text);

    *percent = length > 0 && text[length - 1] == '%';
    length -= *percent;
    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return units_parse_number(digits, 0, *percent ? 100 : INT64_MAX, number);
}

bool prune_check_limit(const char *text, struct reason *why)
{
    bool percent;
    int64_t number;

    return parse_limit(text, &percent, &number) ||
           reason_set(why, CODE_USAGE, "\"%.100s\" is not a number such as 100, or a share such as 50%%",
                      text);
}

static bool is_allowed(const struct prune *prune, const char *limit)
{
    bool percent;
    int64_t number;

    if (prune->taken == 0)
        return true;
    if (!parse_limit(limit, &percent, &number))
        return false;
    return percent ? (double)prune->taken * 100 <= (double)(prune->taken + prune->kept) * (double)number
                   : prune->taken <= (uint64_t)number;
}

bool prune_allowed(struct copy *copy)
{
    const char *limit = copy->settings->max_prune ? copy->settings->max_prune : PRUNE_LIMIT;
    struct prune prune = {.copy = copy, .mode = PRUNE_COUNT};
    unsigned troubles = copy->journal.troubles;
    struct reason why;

    if (copy->plan.totals.files == 0) {
        reason_set(&why, CODE_FAILED, "SOURCE has no file, and --prune would empty DEST");
        reason_hint(&why, "has the path in the image changed, or is something mounted over it?");
        journal_add(&copy->journal, &why);
        return false;
    }
    if (copy->dest < 0)
        return true;
    go_through(copy, &prune);
    if (copy->journal.troubles > troubles)
        return false;
    if (is_allowed(&prune, limit))
        return true;
    reason_set(&why, CODE_FAILED,
               "--prune would remove %" PRIu64 " of %" PRIu64 " entries, --max-prune allows %s", prune.taken,
               prune.taken + prune.kept, limit);
    reason_hint(&why, "--dry-run lists them; if they should go, give a larger --max-prune");
    journal_add(&copy->journal, &why);
    return false;
}
