#include "cmd/copy-agent/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/copy-agent/keep_present.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/source.h"
#include "cmd/copy-agent/staging.h"
#include "cmd/copy-agent/walk_parts.h"
#include "common/base/mem.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024 };

static void add_pending(struct walk *walk, const struct entry *entry, bool takes)
{
    const struct copy *copy = walk->copy;
    enum plan_action action = walk_decide(walk, entry, false);

    if (action == PLAN_REFUSE) {
        walk_note(walk, entry->parent, entry->name, "something other than a directory is in the way", EEXIST);
        return;
    }
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
        .closed = copy->settings->one_file_system && entry->source.st_dev != copy->source_root.st_dev,
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

static bool stays(const struct walk *walk, const struct entry *entry)
{
    const struct copy_settings *settings = walk->copy->settings;
    struct buf path;

    if (!entry->is_present || !(settings->keep_present || settings->keep_newer || settings->ask_present))
        return false;
    walk_path(walk, entry->parent, entry->dest_name, &path);
    bool kept = keep_present(walk->copy, &entry->source, &entry->present, path.data);
    buf_free(&path);
    return kept;
}

/* False when the run has to end. */
static bool look_at(struct walk *walk, const struct folder *folder, struct entry *entry)
{
    struct copy *copy = walk->copy;

    if (copy->filter.rules->count > 0) {
        filter_meet(&copy->filter, walk->path.data);
        entry->rule = filter_rule(&copy->filter, walk->path.data, entry->rule);
    }
    bool takes = filter_takes(&copy->filter, entry->rule);
    if (!source_stat(walk->plan, folder->source, entry->name, &entry->source)) {
        if (takes)
            walk_note_unseen(walk, folder, entry, errno);
        return true;
    }
    bool directory = S_ISDIR(entry->source.st_mode);
    if (!takes && (!directory || !filter_may_take_below(&copy->filter, entry->rule)))
        return true;
    bool on_the_way = walk->below && *walk->below != '\0';
    if (directory && !on_the_way && is_dest(copy, &entry->source)) {
        struct reason why;
        reason_set(&why, CODE_USAGE, "DEST lies within SOURCE: expected a place outside of it");
        journal_add(&walk->copy->journal, &why);
        return false;
    }
    entry->is_present = folder->dest >= 0 &&
                        fstatat(folder->dest, entry->dest_name, &entry->present, AT_SYMLINK_NOFOLLOW) == 0;
    if (directory)
        add_pending(walk, entry, takes);
    else if (stays(walk, entry))
        return true;
    else if (S_ISREG(entry->source.st_mode) || S_ISLNK(entry->source.st_mode))
        walk_add_file(walk, folder, entry);
    else
        walk_warn_special(walk, entry);
    return true;
}

/* --- the tree --- */

/* With --dereference everything in a ConfigMap's volume is there under its own name as well. cp -L copies these, too. */
static bool is_left_out(const struct copy *copy, const char *name)
{
    return copy->projected && copy->settings->dereference && !copy->settings->as_cp &&
           strncmp(name, "..", 2) == 0;
}

/* The next part of the only path that is copied. False at its end. */
static bool next_below(struct walk *walk, char part[NAME_MAX + 1])
{
    size_t length = 0;

    while (walk->below && *walk->below != '\0') {
        walk->below += strspn(walk->below, "/");
        length = strcspn(walk->below, "/");
        if (length > NAME_MAX)
            return false;
        memcpy(part, walk->below, length);
        part[length] = '\0';
        walk->below += length;
        if (length > 0 && strcmp(part, ".") != 0)
            return true;
    }
    return false;
}

/* `length` of walk->path is the directory's. False when the run has to end. */
static bool scan_name(struct walk *walk, uint32_t directory, const struct folder *folder, int rule,
                      const char *name, size_t length)
{
    struct entry entry = {.name = name, .dest_name = name, .parent = directory, .rule = rule};

    if (walk->keeps_path) {
        walk->path.length = length;
        buf_add_text(&walk->path, name);
    }
    return look_at(walk, folder, &entry) && journal_halt(&walk->copy->journal) == CODE_OK;
}

static bool scan(struct walk *walk, uint32_t directory, const struct folder *folder, int rule)
{
    char part[NAME_MAX + 1];
    const char *name;
    size_t length = 0;

    if (walk->keeps_path && directory != PLAN_ROOT) {
        plan_path(walk->plan, directory, &walk->path);
        buf_add_text(&walk->path, "/");
        length = walk->path.length;
    }
    if (next_below(walk, part))
        return scan_name(walk, directory, folder, rule, part, length);
    listing_begin(&walk->listing, folder->source);
    while ((name = listing_next(&walk->listing))) {
        if (directory == PLAN_ROOT && staging_is_ours(name)) {
            walk->copy->hidden++;
            continue;
        }
        if (directory == PLAN_ROOT && is_left_out(walk->copy, name))
            continue;
        if (!scan_name(walk, directory, folder, rule, name, length))
            return false;
    }
    if (walk->listing.error != 0)
        walk_note(walk, directory, NULL, "cannot be read", walk->listing.error);
    return true;
}

/* Whether a directory is one that it is in itself, by a link that was followed. Then it is in the journal. */
static bool leads_back(struct walk *walk, uint32_t node, const struct folder *folder)
{
    struct stat found;
    struct reason why;
    struct buf path;

    if (!walk->plan->follows || fstat(folder->source, &found) != 0 ||
        ancestors_enter(&walk->ancestors, node, walk->plan->nodes[node].parent, &found))
        return false;
    walk_path(walk, node, NULL, &path);
    reason_set(&why, CODE_FAILED, "%.200s: is a link to a directory that it is in itself", path.data);
    reason_hint(&why, "--exclude leaves it out");
    journal_add(&walk->copy->journal, &why);
    buf_free(&path);
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
    if (folder && pending.closed)
        return true;
    if (folder && !leads_back(walk, node, folder))
        return scan(walk, node, folder, pending.rule);
    if (!folder)
        walk_note(walk, node, NULL, "cannot be read", errno);
    walk->plan->nodes[node].action = PLAN_REFUSE;
    return true;
}

static void walk_begin(struct walk *walk, struct copy *copy, uint64_t block_size)
{
    memset(walk, 0, sizeof *walk);
    walk->copy = copy;
    walk->plan = &copy->plan;
    walk->block_size = block_size ? block_size : 1;
    walk->below = copy->below;
    walk->keeps_path = copy->filter.rules->count > 0 || copy->settings->render.count > 0;
    buf_init(&walk->path, PATH_MOST);
    buf_init(&walk->pending_names, SIZE_MAX / 2);
    copy->plan.follows = copy->settings->dereference;
    plan_add(&copy->plan, PLAN_ROOT, "", PLAN_DIRECTORY, copy->dest >= 0 ? PLAN_SKIP : PLAN_CREATE);
}

static void walk_end(struct walk *walk)
{
    stamps_apply(&walk->stamps, walk->plan);
    plan_complete(walk->plan);
    inode_table_free(&walk->inodes);
    ancestors_free(&walk->ancestors);
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
    copy->hidden = 0;
    copy->projected = directory_has_link(copy->source, WALK_PROJECTED);
    ancestors_enter(&walk->ancestors, PLAN_ROOT, PLAN_ROOT, &copy->source_root);
    descent_begin(&descent, &copy->plan, DESCENT_SOURCE, copy->source, copy->dest);
    bool good = scan(walk, PLAN_ROOT, descent_to(&descent, PLAN_ROOT), FILTER_NONE);
    while (good && walk->pending_count > 0)
        good = walk_next(walk, &descent);
    if (walk->below && *walk->below != '\0' && copy->journal.troubles == 0)
        walk_note(walk, PLAN_ROOT, copy->below, "cannot be reached", ENOTDIR);
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
