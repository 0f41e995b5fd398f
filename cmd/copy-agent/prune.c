#include "cmd/copy-agent/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/mount.h"
#include "cmd/copy-agent/names.h"
#include "cmd/copy-agent/removal.h"
#include "cmd/copy-agent/report.h"
#include "cmd/copy-agent/stage.h"
#include "common/log.h"
#include "common/mem.h"

#include "common/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, DEEPEST = 64 };

struct prune {
    struct copy *copy;
    bool say;
    struct buf path; /* below DEST, of what is looked at */
};

static bool take(struct prune *prune, int directory, const char *name, unsigned depth);

/* Takes what may go from a directory of which something is protected. True when all of it went. */
static bool take_inside(struct prune *prune, int directory, unsigned depth)
{
    struct names *names = xcalloc(1, sizeof *names);
    size_t length = prune->path.length;
    bool all = true;
    const char *name;

    names_begin(names, directory);
    while ((name = names_next(names))) {
        buf_add_format(&prune->path, "/%s", name);
        all &= take(prune, directory, name, depth);
        prune->path.length = length;
        prune->path.data[length] = '\0';
    }
    all &= names->error == 0;
    free(names);
    return all;
}

/* A directory may hold --writable paths although it is none itself. */
static bool take_directory_by_parts(struct prune *prune, int directory, const char *name, unsigned depth)
{
    int inner = depth < DEEPEST ? folder_open_source(directory, name) : -1;
    struct mount here, there;

    if (inner < 0)
        return false;
    bool same = mount_of(directory, &here) && mount_of(inner, &there) && mount_same(&here, &there);
    bool all = same && take_inside(prune, inner, depth + 1);
    close(inner);
    return all && (prune->say || unlinkat(directory, name, AT_REMOVEDIR) == 0);
}

static bool is_directory(int directory, const char *name)
{
    struct stat found;

    return fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(found.st_mode);
}

/* True when it is gone, or would be. */
static bool take(struct prune *prune, int directory, const char *name, unsigned depth)
{
    const struct option_list *writable = &prune->copy->settings->writable;

    if (writable->count > 0 && glob_any(writable, prune->path.data))
        return false;
    if (writable->count > 0 && is_directory(directory, name))
        return take_directory_by_parts(prune, directory, name, depth);
    if (prune->say) {
        prune->copy->pruned++;
        report_line("prune", prune->path.data, is_directory(directory, name));
        return true;
    }
    int error = removal_tree(directory, name);
    if (error == EBUSY)
        log_warn("%.1000s: is not pruned, as something is mounted there", prune->path.data);
    else if (error == 0)
        prune->copy->pruned++;
    else
        journal_add_errno(&prune->copy->journal, prune->path.data, "cannot be pruned", error);
    return error == 0;
}

static bool is_in_source(const struct folder *folder, const char *name)
{
    struct stat found;

    return fstatat(folder->source, name, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static void prune_directory(struct prune *prune, uint32_t node, const struct folder *folder)
{
    int directory = folder_reopen_dest(folder);
    struct names *names = xcalloc(1, sizeof *names);
    uint64_t before = prune->copy->pruned;
    const char *name;

    names_begin(names, directory);
    while (directory >= 0 && (name = names_next(names)) && journal_halt(&prune->copy->journal) == CODE_OK) {
        if ((node == PLAN_ROOT && stage_is_ours(name)) || strcmp(name, "lost+found") == 0 ||
            is_in_source(folder, name))
            continue;
        plan_path(&prune->copy->plan, node, &prune->path);
        if (node == PLAN_ROOT)
            buf_clear(&prune->path);
        buf_add_format(&prune->path, "%s%s", prune->path.length > 0 ? "/" : "", name);
        take(prune, directory, name, 0);
    }
    if (prune->copy->pruned > before && node != PLAN_ROOT)
        prune->copy->plan.nodes[node].touched = true;
    free(names);
    if (directory >= 0)
        close(directory);
}

void prune_tree(struct copy *copy, bool say)
{
    struct prune prune = {.copy = copy, .say = say};
    struct plan *plan = &copy->plan;
    struct descent descent;

    buf_init(&prune.path, PATH_MOST);
    descent_begin(&descent, plan, DESCENT_SOURCE, copy->source, copy->dest);
    for (uint32_t i = 0; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        const struct plan_node *node = &plan->nodes[i];
        bool there = i == PLAN_ROOT || node->action == PLAN_SKIP || node->action == PLAN_ADJUST;
        if (node->kind != PLAN_DIRECTORY || node->out || !there)
            continue;
        const struct folder *folder = descent_to(&descent, i);
        if (folder && folder->dest >= 0)
            prune_directory(&prune, i, folder);
    }
    descent_end(&descent);
    buf_free(&prune.path);
}
