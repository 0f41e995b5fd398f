#include "cmd/copy-agent/new_link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "cmd/copy-agent/file.h"
#include "cmd/copy-agent/link_target.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/source.h"

#include "common/base/banned.h"

enum { LINK_TRIES = 8 };

/* What makes a link under a name; 0 or errno. */
struct link_maker {
    int (*make)(const struct link_maker *maker, int directory, const char *name);
    const char *target;        /* of a symbolic link */
    const struct stat *status; /* of a symbolic link */
    const struct plan_rules *rules;
    int leader_directory; /* of a hard link */
    const char *leader;
    int flags; /* of linkat */
};

static int make_symlink(const struct link_maker *maker, int directory, const char *name)
{
    if (symlinkat(maker->target, directory, name) != 0)
        return errno;
    return metadata_symlink(maker->status, directory, name, maker->rules, NULL);
}

/* Another copier that replaces the leader between linkat's finding and linking it makes that ENOENT. */
static int make_hard_link(const struct link_maker *maker, int directory, const char *name)
{
    for (unsigned tries = 0;; tries++) {
        if (linkat(maker->leader_directory, maker->leader, directory, name, maker->flags) == 0)
            return 0;
        if (errno != ENOENT || tries == LINK_TRIES)
            return errno;
    }
}

/* A link appears whole by itself; only where something has its name the staging directory is needed. */
static int put_link(struct copy_thread *thread, struct folder *folder, uint32_t node,
                    const struct link_maker *maker)
{
    const char *name = plan_dest_name(&thread->copy->plan, node);
    int error = maker->make(maker, folder->dest, name);

    if (error == EACCES && folder_unlock(folder))
        error = maker->make(maker, folder->dest, name);
    if (error != EEXIST)
        return error;
    if (!folder->beside && copy_thread_slot(thread) >= 0) {
        error = maker->make(maker, thread->slot, STAGING_FILE);
        if (error != 0)
            return error; /* what has the name stays */
        error = copy_thread_place(thread, folder, thread->slot, STAGING_FILE, node);
        /* rename(2) does nothing, and succeeds, where both are names of one file already. */
        unlinkat(thread->slot, STAGING_FILE, 0);
        if (!copy_thread_lacks_rename(error))
            return error;
    }
    if (unlinkat(folder->dest, name, 0) != 0 && errno != ENOENT)
        return errno;
    return maker->make(maker, folder->dest, name);
}

void new_link_symbolic(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    const char *name = plan_name(&thread->copy->plan, node);
    char target[PATH_MAX];
    struct stat status;
    const struct copy *copy = thread->copy;
    ssize_t length = link_target_read(copy, folder->source, copy->plan.nodes[node].parent, name, target);

    if (length < 0 || fstatat(folder->source, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        copy_thread_note(thread, node, "cannot be read", errno);
        return;
    }
    struct link_maker maker = {
        .make = make_symlink, .target = target, .status = &status, .rules = &thread->copy->rules};
    int error = put_link(thread, folder, node, &maker);
    if (error != 0)
        copy_thread_note(thread, node, error == EISDIR ? "a directory is in the way" : "cannot be linked",
                         error);
    else
        thread->tally.files++;
}

void new_link_to_source(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    const struct plan *plan = &thread->copy->plan;
    const struct link_maker maker = {.make = make_hard_link,
                                     .leader_directory = folder->source,
                                     .leader = plan_name(plan, node),
                                     .flags = plan->follows ? AT_SYMLINK_FOLLOW : 0};
    int error = put_link(thread, folder, node, &maker);

    if (error == 0)
        thread->tally.files++;
    else
        copy_thread_note(thread, node, error == EISDIR ? "a directory is in the way" : "cannot be linked",
                         error);
}

/* Where a name cannot be given to the same file, a copy of its own has to do, and may be there already. */
static void copy_instead(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    const struct plan *plan = &thread->copy->plan;
    struct stat source, present;

    if (fstatat(folder->dest, plan_dest_name(plan, node), &present, AT_SYMLINK_NOFOLLOW) == 0 &&
        source_stat(plan, folder->source, plan_name(plan, node), &source) &&
        plan_decide(&thread->copy->rules, &source, &present, plan->nodes[node].render) == PLAN_SKIP)
        thread->tally.skipped++;
    else
        file_transfer(thread, folder, node);
}

void new_link_hard(struct copy_thread *thread, const struct folder *leader_folder, uint32_t leader,
                   struct folder *folder, uint32_t node)
{
    const struct plan *plan = &thread->copy->plan;
    struct link_maker maker = {.make = make_hard_link,
                               .leader_directory = leader_folder->dest,
                               .leader = plan_dest_name(plan, leader)};
    struct stat there, here;

    bool present = fstatat(folder->dest, plan_dest_name(plan, node), &here, AT_SYMLINK_NOFOLLOW) == 0;
    if (present && fstatat(maker.leader_directory, maker.leader, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
        there.st_dev == here.st_dev && there.st_ino == here.st_ino) {
        thread->tally.skipped++;
        return;
    }
    int error = put_link(thread, folder, node, &maker);
    if (error == 0)
        thread->tally.files++;
    else if (error == EPERM || error == EMLINK || error == EXDEV || error == EOPNOTSUPP || error == ENOSYS)
        copy_instead(thread, folder, node);
    else
        copy_thread_note(thread, node, "cannot be linked", error);
}
