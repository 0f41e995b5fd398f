#include "cmd/copy-agent/copy_thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cmd/copy-agent/clearing.h"
#include "common/files/mount.h"
#include "common/files/volume.h"

#include "common/base/banned.h"

enum { PATH_MOST = 16 * 1024 * 1024, AWAY_NAME = 16 };

void copy_thread_begin(struct copy_thread *thread, struct copy *copy, struct staging *staging,
                       unsigned number, bool small)
{
    memset(thread, 0, sizeof *thread);
    thread->copy = copy;
    thread->staging = staging;
    thread->number = number;
    thread->slot = thread->trees = -1;
    file_content_begin(&thread->content, &copy->journal, &copy->progress_bytes, small);
    thread->content.holes = copy->settings->holes;
    thread->content.no_range = copy->settings->no_reflink;
}

void copy_thread_end(struct copy_thread *thread)
{
    struct copy *copy = thread->copy;

    atomic_fetch_add(&copy->files, thread->tally.files);
    atomic_fetch_add(&copy->bytes, thread->tally.bytes);
    atomic_fetch_add(&copy->skipped, thread->tally.skipped);
    atomic_fetch_add(&copy->dropped, thread->tally.dropped);
    atomic_fetch_add(&copy->unkept, thread->tally.unkept);
    file_content_end(&thread->content);
    if (thread->trees >= 0)
        close(thread->trees);
    if (thread->slot >= 0)
        close(thread->slot);
}

/* For a single file, DEST and how it is mounted explain more than the path in SOURCE. */
static bool note_single(struct copy *copy, const char *doing, int error)
{
    char path[PATH_MAX];
    struct reason why;

    if (!copy->single || strcmp(doing, "cannot be read") == 0 ||
        (error != EBUSY && error != EACCES && error != EPERM && error != EROFS) ||
        snprintf(path, sizeof path, "%s/%s", copy->dest_path, copy->single_target) >= (int)sizeof path)
        return false;
    volume_fail(&why, path, doing, volume_is_mount(path) ? EBUSY : error);
    journal_add(&copy->journal, &why);
    return true;
}

void copy_thread_note(const struct copy_thread *thread, uint32_t node, const char *doing, int error)
{
    struct buf path;
    struct reason why;

    thread->copy->plan.nodes[node].action = PLAN_REFUSE;
    if (note_single(thread->copy, doing, error))
        return;
    buf_init(&path, PATH_MOST);
    plan_path(&thread->copy->plan, node, &path);
    if (error != 0) {
        journal_add_errno(&thread->copy->journal, path.data, doing, error);
    } else {
        reason_set(&why, CODE_FAILED, "%.200s: %s", path.data, doing);
        reason_hint(&why, "something else writes to SOURCE; a later run copies it whole");
        journal_add(&thread->copy->journal, &why);
    }
    buf_free(&path);
}

bool copy_thread_lacks_rename(int error)
{
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EXDEV;
}

bool copy_thread_note_locked(const struct copy_thread *thread, const struct folder *folder, uint32_t node)
{
    const struct plan *plan = &thread->copy->plan;
    bool locked = mount_locks(folder->dest, plan_dest_name(plan, node));
    struct buf path;
    struct reason why;

    if (!locked && !mount_locks(folder->dest, ""))
        return false;
    buf_init(&path, PATH_MOST);
    reason_set(&why, CODE_FAILED, "%.200s: cannot be replaced: %s immutable or append-only",
               plan_path(plan, node, &path), locked ? "it is" : "its directory is");
    reason_hint(&why, "chattr -i -a allows changes, lsattr shows them");
    journal_add(&thread->copy->journal, &why);
    thread->copy->plan.nodes[node].action = PLAN_REFUSE;
    buf_free(&path);
    return true;
}

int copy_thread_slot(struct copy_thread *thread)
{
    if (!thread->slot_tried) {
        thread->slot = staging_slot(thread->staging, thread->number);
        thread->slot_is_plain = thread->slot >= 0 &&
                                fgetxattr(thread->slot, "system.posix_acl_default", NULL, 0) < 0;
        thread->slot_tried = true;
    }
    return thread->slot;
}

int copy_thread_trees(struct copy_thread *thread)
{
    if (!thread->trees_tried && copy_thread_slot(thread) >= 0) {
        thread->trees = staging_slot(thread->staging, STAGING_TREES + thread->number);
        thread->trees_tried = true;
    }
    return thread->trees;
}

/* Moves a directory that is in the way into the staging directory, whose end removes it. */
static bool clear_way(struct copy_thread *thread, const struct folder *folder, uint32_t node)
{
    char away[AWAY_NAME];

    snprintf(away, sizeof away, "old-%u", thread->moved++);
    return clearing_take(thread->copy, folder, node, copy_thread_slot(thread), away);
}

/* Some volumes rename nothing onto a name that is there. Who opens it now finds nothing for a moment. */
static bool free_name(struct copy_thread *thread, const struct folder *folder, const char *name, int error)
{
    if ((error != EPERM && error != EEXIST && error != EACCES) || unlinkat(folder->dest, name, 0) != 0)
        return false;
    atomic_fetch_add(&thread->copy->gaps, 1);
    return true;
}

int copy_thread_place(struct copy_thread *thread, struct folder *folder, int directory, const char *temporary,
                      uint32_t node)
{
    const char *name = plan_dest_name(&thread->copy->plan, node);
    bool unlocked = false;

    for (unsigned tries = 0;; tries++) {
        if (renameat(directory, temporary, folder->dest, name) == 0)
            return 0;
        int error = errno;
        bool again = false;
        if (error == EACCES && !unlocked)
            again = unlocked = folder_unlock(folder);
        else if (error == EISDIR)
            again = clear_way(thread, folder, node);
        if (tries == 3 || (!again && !free_name(thread, folder, name, error)))
            return error;
    }
}
