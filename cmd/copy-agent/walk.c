#include "cmd/copy-agent/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/link_target.h"
#include "cmd/copy-agent/links.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/stage.h"
#include "cmd/copy-agent/stamps.h"
#include "cmd/copy-agent/traits.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/files/listing.h"

#include "common/base/banned.h"

enum { WARNINGS_MOST = 10, PATH_MOST = 16 * 1024 * 1024 };

/* A directory that has been seen and is still to be walked. */
struct pending {
    uint32_t parent;
    size_t name; /* offset in pending_names, which it ends */
    int rule;
    uint8_t action;
    bool out;
    mode_t mode;
};

struct walk {
    struct copy *copy;
    struct plan *plan;
    uint64_t block_size;
    struct links links;
    struct stamps stamps;
    struct pending *pending;
    size_t pending_count, pending_capacity;
    struct buf pending_names;
    struct buf path; /* below SOURCE, of what is looked at; kept only where patterns ask for it */
    bool keeps_path;
    struct listing listing;
};

/* One thing in a directory of SOURCE. */
struct entry {
    const char *name;
    const char *dest_name;
    uint32_t parent;
    int rule;
    struct stat source, present;
    bool is_present;
};

/* The path of `name` in the directory `parent`, or of that itself. The caller frees it. */
static void entry_path(const struct walk *walk, uint32_t parent, const char *name, struct buf *path)
{
    buf_init(path, PATH_MOST);
    if (parent != PLAN_ROOT || !name)
        plan_path(walk->plan, parent, path);
    if (name)
        buf_add_format(path, "%s%s", path->length > 0 ? "/" : "", name);
}

static void note_errno(const struct walk *walk, uint32_t parent, const char *name, const char *doing,
                       int error)
{
    struct buf path;

    entry_path(walk, parent, name, &path);
    journal_add_errno(&walk->copy->journal, path.data, doing, error);
    buf_free(&path);
}

static void warn_special(const struct walk *walk, const struct entry *entry)
{
    const char *what = S_ISFIFO(entry->source.st_mode)   ? "a FIFO"
                       : S_ISSOCK(entry->source.st_mode) ? "a socket"
                                                         : "a device";
    struct buf path;

    if (walk->plan->totals.specials++ >= WARNINGS_MOST)
        return;
    entry_path(walk, entry->parent, entry->name, &path);
    log_warn("%.1000s: is %s, which is not copied", path.data, what);
    buf_free(&path);
}

/* --- what to do for one path --- */

/* As plan_decide. Where only owner, mode or time differ, it may be the volume that keeps others than it was given. */
static enum plan_action decide(const struct walk *walk, const struct entry *entry, bool render)
{
    struct copy *copy = walk->copy;
    const struct stat *source = &entry->source, *present = entry->is_present ? &entry->present : NULL;

    if (present && (source->st_mode & S_IFMT) == (present->st_mode & S_IFMT) &&
        (S_ISDIR(source->st_mode) || source->st_size == present->st_size) &&
        (!plan_same_time(&copy->rules, source, present) ||
         !plan_same_ownership(&copy->rules, source, present)))
        traits_learn(copy);
    return plan_decide(&copy->rules, source, present, render);
}

static bool same_symlink(const struct walk *walk, const struct folder *folder, const struct entry *entry,
                         const char *source)
{
    char present[PATH_MAX];
    ssize_t length = (ssize_t)strlen(source);

    return length > 0 && readlinkat(folder->dest, entry->dest_name, present, sizeof present) == length &&
           memcmp(source, present, (size_t)length) == 0 &&
           plan_same_time(&walk->copy->rules, &entry->source, &entry->present) &&
           plan_same_ownership(&walk->copy->rules, &entry->source, &entry->present);
}

/* A further name of a file that has been met: it is made once that one is in its place. */
static void decide_hard_link(const struct walk *walk, const struct entry *entry,
                             const struct link_entry *leader, struct plan_node *node)
{
    bool joined = entry->is_present && leader->dest_inode != 0 &&
                  entry->present.st_ino == leader->dest_inode &&
                  entry->present.st_dev == walk->copy->dest_root.st_dev &&
                  walk->plan->nodes[leader->node].action == PLAN_SKIP;

    node->hard_link = true;
    node->next = leader->node;
    if (node->action != PLAN_REFUSE)
        node->action = joined ? PLAN_SKIP : entry->is_present ? PLAN_REPLACE : PLAN_CREATE;
}

/* Decides with the link's target in hand, and counts it if what it leads to is not copied with it. */
static enum plan_action decide_symlink(struct walk *walk, const struct folder *folder,
                                       const struct entry *entry, enum plan_action action)
{
    struct plan_totals *totals = &walk->plan->totals;
    char target[PATH_MAX];

    if (link_target_read(walk->copy, folder->source, entry->parent, entry->name, target) < 0)
        return action; /* copying it will tell */
    if (link_target_leaves(target, link_target_depth(walk->plan, entry->parent)) && totals->leaving++ == 0)
        totals->first_leaving = walk->plan->count;
    if (!entry->is_present || !S_ISLNK(entry->present.st_mode))
        return action;
    return same_symlink(walk, folder, entry, target) ? PLAN_SKIP : PLAN_REPLACE;
}

/* Whether a file that is there would keep privileges that an earlier run has given it (--keep-privileges), and this one would not.
 * Only what may be executed has a use for them. */
static bool keeps_privileges(const struct copy *copy, const struct folder *folder, const struct entry *entry)
{
    const struct stat *present = &entry->present;
    mode_t bits = S_ISUID | S_ISGID, programs = S_IXUSR | S_IXGRP | S_IXOTH;

    if (copy->rules.keep_privileges || !S_ISREG(present->st_mode))
        return false;
    return (present->st_mode & bits & ~plan_mode(&copy->rules, entry->source.st_mode, false)) != 0 ||
           ((present->st_mode & programs) && metadata_has_privileges(folder->dest, entry->dest_name));
}

static void add_file(struct walk *walk, const struct folder *folder, const struct entry *entry)
{
    const struct copy *copy = walk->copy;
    bool symlink = S_ISLNK(entry->source.st_mode);
    bool render = !symlink && copy->settings->render.count > 0 &&
                  glob_any(&copy->settings->render, walk->path.data);
    enum plan_action action = decide(walk, entry, render);

    if (symlink)
        action = decide_symlink(walk, folder, entry, action);
    else if (entry->is_present && action != PLAN_REPLACE && action != PLAN_REFUSE &&
             keeps_privileges(copy, folder, entry))
        action = PLAN_REPLACE;
    uint32_t index = plan_add(walk->plan, entry->parent, entry->name, symlink ? PLAN_SYMLINK : PLAN_FILE,
                              action);
    struct plan_node *node = &walk->plan->nodes[index];
    node->render = render;
    node->clears = entry->is_present && S_ISDIR(entry->present.st_mode) && action == PLAN_REPLACE;
    node->large = !symlink && entry->source.st_size >= PLAN_LARGE;
    node->next = plan_seen(&entry->source);
    if (!symlink && entry->source.st_nlink > 1) {
        struct link_entry *link = links_find(&walk->links, &entry->source);
        if (link->node == 0) {
            link->node = index;
            link->dest_inode = entry->is_present ? entry->present.st_ino : 0;
        } else {
            decide_hard_link(walk, entry, link, node);
        }
    }
    if (!symlink && !node->hard_link)
        stamps_add(&walk->stamps, node, &entry->source);
    plan_count_file(walk->plan, index, &entry->source, entry->is_present ? &entry->present : NULL,
                    walk->block_size);
    if (!symlink)
        plan_count_private(walk->plan, &copy->rules, &entry->source, index);
    if (action == PLAN_REFUSE)
        note_errno(walk, entry->parent, entry->name, "a directory is in the way", EISDIR);
}

static void add_pending(struct walk *walk, const struct entry *entry, bool takes)
{
    enum plan_action action = decide(walk, entry, false);

    if (walk->pending_count == walk->pending_capacity) {
        walk->pending_capacity = walk->pending_capacity ? walk->pending_capacity * 2 : 16;
        walk->pending = xrealloc(walk->pending, walk->pending_capacity * sizeof *walk->pending);
    }
    walk->pending[walk->pending_count++] = (struct pending){
        .parent = entry->parent,
        .name = walk->pending_names.length,
        .rule = entry->rule,
        .action = (uint8_t)action,
        .out = !takes,
        .mode = entry->source.st_mode,
    };
    if (!buf_add(&walk->pending_names, entry->name, strlen(entry->name) + 1))
        mem_exhausted();
}

static bool is_dest(const struct copy *copy, const struct stat *found)
{
    const struct stat *roots[] = {copy->dest >= 0 ? &copy->dest_root : NULL,
                                  copy->volume >= 0 ? &copy->volume_root : NULL};

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        if (roots[i] && found->st_dev == roots[i]->st_dev && found->st_ino == roots[i]->st_ino)
            return true;
    return false;
}

/* False when the run has to end. */
static bool look_at(struct walk *walk, const struct folder *folder, struct entry *entry)
{
    struct copy *copy = walk->copy;

    if (fstatat(folder->source, entry->name, &entry->source, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) /* else it has gone since its directory was read */
            note_errno(walk, entry->parent, entry->name, "cannot be looked at", errno);
        return true;
    }
    if (copy->filter.rules->count > 0) {
        filter_meet(&copy->filter, walk->path.data);
        entry->rule = filter_rule(&copy->filter, walk->path.data, entry->rule);
    }
    bool takes = filter_takes(&copy->filter, entry->rule);
    bool directory = S_ISDIR(entry->source.st_mode);
    if (!takes && (!directory || !filter_may_take_below(&copy->filter, entry->rule)))
        return true;
    if (directory && is_dest(copy, &entry->source)) {
        struct reason why;
        reason_set(&why, CODE_USAGE, "DEST lies within SOURCE: expected a place outside of it");
        journal_add(&walk->copy->journal, &why);
        return false;
    }
    entry->is_present = folder->dest >= 0 &&
                        fstatat(folder->dest, entry->dest_name, &entry->present, AT_SYMLINK_NOFOLLOW) == 0;
    if (directory)
        add_pending(walk, entry, takes);
    else if (S_ISREG(entry->source.st_mode) || S_ISLNK(entry->source.st_mode))
        add_file(walk, folder, entry);
    else
        warn_special(walk, entry);
    return true;
}

/* --- the tree --- */

static bool scan(struct walk *walk, uint32_t directory, const struct folder *folder, int rule)
{
    const char *name;
    size_t length = 0;

    if (walk->keeps_path && directory != PLAN_ROOT) {
        plan_path(walk->plan, directory, &walk->path);
        buf_add_text(&walk->path, "/");
        length = walk->path.length;
    }
    listing_begin(&walk->listing, folder->source);
    while ((name = listing_next(&walk->listing))) {
        struct entry entry = {.name = name, .dest_name = name, .parent = directory, .rule = rule};
        if (directory == PLAN_ROOT && stage_is_ours(name))
            continue;
        if (walk->keeps_path) {
            walk->path.length = length;
            buf_add_text(&walk->path, name);
        }
        if (!look_at(walk, folder, &entry) || journal_halt(&walk->copy->journal) != CODE_OK)
            return false;
    }
    if (walk->listing.error != 0)
        note_errno(walk, directory, NULL, "cannot be read", walk->listing.error);
    return true;
}

static bool walk_next(struct walk *walk, struct descent *descent)
{
    struct pending pending = walk->pending[--walk->pending_count];
    uint32_t node = plan_add(walk->plan, pending.parent, walk->pending_names.data + pending.name,
                             PLAN_DIRECTORY, pending.action);

    walk->pending_names.length = pending.name;
    walk->plan->nodes[node].out = pending.out;
    if (!pending.out)
        plan_count_private(walk->plan, &walk->copy->rules, &(struct stat){.st_mode = pending.mode}, node);
    walk->plan->totals.new_inodes += pending.action == PLAN_CREATE;
    struct folder *folder = descent_to(descent, node);
    walk->plan->nodes[node].attributes = folder && metadata_has_attributes(folder->source);
    if (folder)
        return scan(walk, node, folder, pending.rule);
    if (errno != ENOENT)
        note_errno(walk, node, NULL, "cannot be read", errno);
    walk->plan->nodes[node].action = PLAN_REFUSE;
    return true;
}

static void walk_begin(struct walk *walk, struct copy *copy, uint64_t block_size)
{
    memset(walk, 0, sizeof *walk);
    walk->copy = copy;
    walk->plan = &copy->plan;
    walk->block_size = block_size ? block_size : 1;
    walk->keeps_path = copy->filter.rules->count > 0 || copy->settings->render.count > 0;
    buf_init(&walk->path, PATH_MOST);
    buf_init(&walk->pending_names, SIZE_MAX / 2);
    plan_add(&copy->plan, PLAN_ROOT, "", PLAN_DIRECTORY, copy->dest >= 0 ? PLAN_SKIP : PLAN_CREATE);
}

static void walk_end(struct walk *walk)
{
    stamps_settle(&walk->stamps, walk->plan);
    plan_settle(walk->plan);
    links_free(&walk->links);
    free(walk->pending);
    buf_free(&walk->pending_names);
    buf_free(&walk->path);
    free(walk);
}

bool walk_tree(struct copy *copy, uint64_t block_size)
{
    struct walk *walk = xcalloc(1, sizeof *walk);
    struct descent descent;

    walk_begin(walk, copy, block_size);
    descent_begin(&descent, &copy->plan, DESCENT_SOURCE, copy->source, copy->dest);
    bool good = scan(walk, PLAN_ROOT, descent_to(&descent, PLAN_ROOT), FILTER_NONE);
    while (good && walk->pending_count > 0)
        good = walk_next(walk, &descent);
    descent_end(&descent);
    walk_end(walk);
    return good;
}

bool walk_single(struct copy *copy, const char *name, const char *target, uint64_t block_size)
{
    struct walk *walk = xcalloc(1, sizeof *walk);
    struct folder folder = {.source = copy->source, .dest = copy->dest};
    struct entry entry = {.name = name, .dest_name = target, .parent = PLAN_ROOT, .rule = FILTER_NONE};

    walk_begin(walk, copy, block_size);
    copy->plan.target_name = target;
    buf_add_text(&walk->path, name);
    bool good = look_at(walk, &folder, &entry);
    walk_end(walk);
    return good;
}
