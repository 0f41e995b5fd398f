/* What to do for one thing in SOURCE. */
#include "cmd/copy-agent/walk_parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/link_target.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/traits.h"
#include "common/base/log.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { WARNINGS_MOST = 10, PATH_MOST = 16 * 1024 * 1024 };

void walk_path(const struct walk *walk, uint32_t parent, const char *name, struct buf *path)
{
    buf_init(path, PATH_MOST);
    if (parent != PLAN_ROOT || !name)
        plan_path(walk->plan, parent, path);
    if (name)
        buf_add_format(path, "%s%s", path->length > 0 ? "/" : "", name);
}

void walk_note(const struct walk *walk, uint32_t parent, const char *name, const char *doing, int error)
{
    struct buf path;

    walk_path(walk, parent, name, &path);
    journal_add_errno(&walk->copy->journal, path.data, doing, error);
    buf_free(&path);
}

void walk_note_unseen(const struct walk *walk, const struct folder *folder, const struct entry *entry,
                      int error)
{
    struct reason why;
    struct buf path;

    if (error != ENOENT && error != ELOOP) {
        walk_note(walk, entry->parent, entry->name, "cannot be looked at", error);
        return;
    }
    bool link = directory_has_link(folder->source, entry->name);
    walk_path(walk, entry->parent, entry->name, &path);
    reason_set(&why, CODE_FAILED, "%.200s: %s", path.data,
               link ? "is a link to something that is not there" : "was removed while SOURCE was looked at");
    reason_hint(&why, link ? "--exclude leaves it out; without --dereference links are copied as they are"
                           : "something else writes to SOURCE: run again");
    journal_add(&walk->copy->journal, &why);
    buf_free(&path);
}

void walk_warn_special(const struct walk *walk, const struct entry *entry)
{
    const char *what = S_ISFIFO(entry->source.st_mode)   ? "a FIFO"
                       : S_ISSOCK(entry->source.st_mode) ? "a socket"
                                                         : "a device";
    struct buf path;

    if (walk->plan->totals.specials++ >= WARNINGS_MOST)
        return;
    walk_path(walk, entry->parent, entry->name, &path);
    log_warn("%.1000s: is %s, which is not copied", path.data, what);
    buf_free(&path);
}

enum plan_action walk_decide(const struct walk *walk, const struct entry *entry, bool render)
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

static void note_in_the_way(const struct walk *walk, const struct entry *entry)
{
    if (S_ISDIR(entry->present.st_mode))
        walk_note(walk, entry->parent, entry->name, "a directory is in the way", EISDIR);
    else
        walk_note(walk, entry->parent, entry->name, "something is in the way", EEXIST);
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
                             const struct inode_entry *leader, struct plan_node *node)
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
        return action; /* copying reports why */
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

/* A link to a file of SOURCE takes the place of nothing but itself, unless it may replace what is there. */
static enum plan_action decide_link_to_source(const struct copy *copy, const struct entry *entry,
                                              enum plan_action action)
{
    const struct stat *source = &entry->source, *present = &entry->present;

    if (!entry->is_present || S_ISDIR(present->st_mode))
        return action;
    if (copy->settings->link_hard)
        action = source->st_ino == present->st_ino && source->st_dev == present->st_dev ? PLAN_SKIP
                                                                                        : PLAN_REPLACE;
    return action == PLAN_SKIP || copy->settings->replace ? action : PLAN_REFUSE;
}

static enum plan_action decide_file(struct walk *walk, const struct folder *folder, const struct entry *entry,
                                    enum plan_kind kind, bool render)
{
    const struct copy *copy = walk->copy;
    enum plan_action action = walk_decide(walk, entry, render);

    if (kind == PLAN_SYMLINK)
        action = decide_symlink(walk, folder, entry, action);
    if (copy->settings->link_hard || copy->settings->link_soft)
        return decide_link_to_source(copy, entry, action);
    if (kind == PLAN_FILE && entry->is_present && action != PLAN_REPLACE && action != PLAN_REFUSE &&
        keeps_privileges(copy, folder, entry))
        action = PLAN_REPLACE;
    return action;
}

/* A file with several names: the first is copied, the others are linked to it. Some file systems give two files one inode
 * number: such have hardly the same size and time as well. */
static void add_name(struct walk *walk, const struct entry *entry, uint32_t index)
{
    struct inode_entry *link = inode_table_find(&walk->inodes, &entry->source);
    const struct plan_node *nodes = walk->plan->nodes;

    if (link->node == 0 || nodes[link->node].next != nodes[index].next) {
        link->node = index;
        link->dest_inode = entry->is_present ? entry->present.st_ino : 0;
    } else {
        decide_hard_link(walk, entry, link, &walk->plan->nodes[index]);
    }
}

/* A link to SOURCE's file takes no room. */
static void count(struct walk *walk, const struct entry *entry, uint32_t index)
{
    const struct copy_settings *settings = walk->copy->settings;
    struct stat source = entry->source;

    if (settings->link_hard || settings->link_soft)
        source.st_size = source.st_blocks = 0;
    plan_count_file(walk->plan, index, &source, entry->is_present ? &entry->present : NULL, walk->block_size);
}

void walk_add_file(struct walk *walk, const struct folder *folder, const struct entry *entry)
{
    const struct copy_settings *settings = walk->copy->settings;
    bool symlink = S_ISLNK(entry->source.st_mode) || settings->link_soft;
    enum plan_kind kind = symlink ? PLAN_SYMLINK : PLAN_FILE;
    bool render = !symlink && settings->render.count > 0 && glob_any(&settings->render, walk->path.data);
    enum plan_action action = decide_file(walk, folder, entry, kind, render);
    uint32_t index = plan_add(walk->plan, entry->parent, entry->name, kind, action);
    struct plan_node *node = &walk->plan->nodes[index];

    node->render = render;
    node->clears = entry->is_present && S_ISDIR(entry->present.st_mode) && action == PLAN_REPLACE;
    node->large = !symlink && entry->source.st_size >= PLAN_LARGE;
    node->next = plan_seen(&entry->source);
    if (!symlink && entry->source.st_nlink > 1 && !settings->no_hard_links)
        add_name(walk, entry, index);
    if (!symlink && !node->hard_link)
        stamps_add(&walk->stamps, node, &entry->source);
    count(walk, entry, index);
    if (!symlink)
        plan_count_private(walk->plan, &walk->copy->rules, &entry->source, index);
    if (action == PLAN_REFUSE)
        note_in_the_way(walk, entry);
}
