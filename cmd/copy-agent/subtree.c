#include "cmd/copy-agent/subtree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cmd/copy-agent/file.h"
#include "cmd/copy-agent/finish.h"
#include "cmd/copy-agent/new_directory.h"
#include "cmd/copy-agent/new_link.h"
#include "cmd/copy-agent/source.h"
#include "common/files/directory.h"
#include "common/files/removal.h"

#include "common/base/banned.h"

/* renameat2(2), newer than musl's wrappers. */
#define NOREPLACE 1U

/* --- what fits --- */

static bool is_new(const struct plan *plan, uint32_t directory)
{
    while (directory != PLAN_ROOT && plan->nodes[directory].action == PLAN_CREATE)
        directory = plan->nodes[directory].parent;
    return directory == PLAN_ROOT;
}

static bool is_within(const struct plan *plan, uint32_t node, uint32_t directory, unsigned levels)
{
    unsigned depth = 1;

    for (; node != directory; node = plan->nodes[node].parent)
        if (++depth > levels)
            return false;
    return true;
}

bool subtree_fits(const struct plan *plan, uint32_t directory, uint32_t most, unsigned levels)
{
    const struct plan_node *nodes = plan->nodes;
    uint32_t end = nodes[directory].next, weight = end - directory;

    if (nodes[directory].kind != PLAN_DIRECTORY || directory == PLAN_ROOT || weight > most ||
        !is_new(plan, directory))
        return false;
    for (uint32_t i = directory; i < end && weight <= most; i++) {
        if (nodes[i].large)
            weight += SUBTREE_LARGE;
        if (nodes[i].kind == PLAN_DIRECTORY && !is_within(plan, i, directory, levels))
            return false;
    }
    return weight <= most;
}

/* --- copying --- */

bool subtree_wants(const struct plan_node *node)
{
    return node->kind != PLAN_DIRECTORY && !node->hard_link && node->action != PLAN_SKIP &&
           node->action != PLAN_REFUSE;
}

void subtree_entry(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    if (thread->copy->plan.nodes[node].kind == PLAN_SYMLINK)
        new_link_symbolic(thread, folder, node);
    else if (thread->copy->settings->link_hard)
        new_link_to_source(thread, folder, node);
    else
        file_transfer(thread, folder, node);
    atomic_fetch_add(&thread->copy->progress_files, 1);
}

/* Nobody sees it, so that it may have its final mode at once. 0 or errno. */
static int make_hidden(const struct copy_thread *thread, const struct folder *parent, const char *name,
                       int source)
{
    struct stat status;

    if (fstat(source, &status) != 0)
        return errno;
    mode_t mode = plan_mode(&thread->copy->rules, status.st_mode, true) & 0777;
    return mkdirat(parent->dest, name, mode | S_IRWXU) == 0 ? 0 : errno;
}

static void leave(struct folder *folder)
{
    if (folder->source >= 0)
        close(folder->source);
    if (folder->dest >= 0)
        close(folder->dest);
}

/* Makes a directory in `parent` and opens it and its source. False: it is in the journal. */
static bool enter(struct copy_thread *thread, struct folder *parent, uint32_t node, struct folder *folder)
{
    const struct plan *plan = &thread->copy->plan;
    const char *name = plan_dest_name(plan, node);

    *folder = (struct folder){.dest = -1, .hidden = parent->hidden, .beside = parent->beside};
    folder->source = source_directory_handle(plan, parent->source, plan_name(plan, node));
    int error = folder->source < 0 ? errno : 0;
    if (error == 0)
        error = parent->hidden ? make_hidden(thread, parent, name, folder->source)
                               : new_directory_in(thread->copy, parent, node);
    if (error == 0) {
        folder->dest = parent->hidden ? directory_open(parent->dest, name)
                                      : directory_handle(parent->dest, name);
        error = folder->dest < 0 ? errno : 0;
    }
    if (error == 0)
        return true;
    copy_thread_note(thread, node, folder->source < 0 ? "cannot be opened" : "cannot be made", error);
    leave(folder);
    return false;
}

/* What is linked later changes the time of its directory. */
static bool has_links(const struct plan *plan, uint32_t directory)
{
    uint32_t end = plan->nodes[directory].next;
    bool found = false;

    for (uint32_t i = directory + 1; i < end && plan->nodes[i].kind != PLAN_DIRECTORY; i++)
        found |= plan->nodes[i].hard_link;
    return found;
}

/* Not deeper than subtree_fits allows. False when it could not be made, which is in the journal. */
static bool copy_directory(struct copy_thread *thread, struct folder *parent, uint32_t directory)
{
    struct plan *plan = &thread->copy->plan;
    struct folder folder;

    if (!enter(thread, parent, directory, &folder))
        return false;
    for (uint32_t i = directory + 1; i < plan->nodes[directory].next;) {
        const struct plan_node *node = &plan->nodes[i];
        bool goes_on = journal_halt(&thread->copy->journal) == CODE_OK;
        if (node->kind != PLAN_DIRECTORY) {
            if (goes_on && subtree_wants(node))
                subtree_entry(thread, &folder, i);
            i++;
        } else {
            if (goes_on && !node->out && node->action != PLAN_REFUSE)
                copy_directory(thread, &folder, i);
            i = node->next;
        }
    }
    plan->nodes[directory].touched = !folder.hidden || has_links(plan, directory);
    if (!plan->nodes[directory].touched)
        finish_hidden(thread, &folder, directory);
    leave(&folder);
    return true;
}

/* --- putting it in its place --- */

/* Another copier may have made the directory meanwhile, and be filling it: rename(2) would take the place of an empty one. 0 or
 * errno. */
static int rename_new(int from, int to, const char *name)
{
    struct stat present;

    if (syscall(SYS_renameat2, from, name, to, name, NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
        return errno;
    /* The volume knows no such rename, or a seccomp profile forbids it. */
    if (fstatat(to, name, &present, AT_SYMLINK_NOFOLLOW) == 0)
        return EEXIST;
    return renameat(from, name, to, name) == 0 ? 0 : errno;
}

/* A directory moves only where both it and its parent may be written to. 0 or errno. */
static int unlock_and_rename(const struct folder *trees, struct folder *parent, const char *name)
{
    struct stat settled;
    int tree = directory_open(trees->dest, name), error = EACCES;

    if (tree < 0)
        return errno;
    if (fstat(tree, &settled) == 0 && fchmod(tree, (settled.st_mode & 07777) | S_IRWXU) == 0) {
        error = rename_new(trees->dest, parent->dest, name);
        if (error == EACCES && folder_unlock(parent))
            error = rename_new(trees->dest, parent->dest, name);
        if (fchmod(tree, settled.st_mode & 07777) != 0)
            error = errno;
    }
    close(tree);
    return error;
}

/* What could be copied of it is put there even if the run is to end: each file of it is whole. */
static int publish(const struct folder *trees, struct folder *parent, const char *name)
{
    int error = rename_new(trees->dest, parent->dest, name);

    return error == EACCES ? unlock_and_rename(trees, parent, name) : error;
}

/* False when it has to be made in its place. */
static bool copy_hidden(struct copy_thread *thread, struct folder *parent, uint32_t directory)
{
    struct copy *copy = thread->copy;
    const char *name = plan_dest_name(&copy->plan, directory);
    struct folder trees = {.source = parent->source, .dest = copy_thread_trees(thread), .hidden = true};
    const struct removal_limit limit = {.deadline = copy->journal.deadline};

    if (trees.dest < 0 || copy->no_trees)
        return false;
    struct tally before = thread->tally;
    thread->spoilt = false;
    if (!copy_directory(thread, &trees, directory))
        return true;
    bool spoilt = thread->spoilt; /* which is in the journal */
    int error = spoilt ? EPERM : publish(&trees, parent, name);
    if (error == 0)
        return true;
    if (!spoilt && copy_thread_lacks_rename(error))
        copy->no_trees = true;
    thread->tally = before;
    removal_tree(trees.dest, name, &limit);
    return spoilt;
}

void subtree_transfer(struct copy_thread *thread, struct folder *parent, uint32_t directory)
{
    if (!copy_hidden(thread, parent, directory) && journal_halt(&thread->copy->journal) == CODE_OK)
        copy_directory(thread, parent, directory);
}
