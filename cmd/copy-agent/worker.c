#include "cmd/copy-agent/worker.h"

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

void worker_begin(struct worker *worker, struct copy *copy, struct stage *stage, unsigned number, bool small)
{
    memset(worker, 0, sizeof *worker);
    worker->copy = copy;
    worker->stage = stage;
    worker->number = number;
    worker->slot = worker->trees = -1;
    content_begin(&worker->content, &copy->journal, &copy->progress_bytes, small);
    worker->content.holes = copy->settings->holes;
    worker->content.no_range = copy->settings->no_reflink;
}

void worker_end(struct worker *worker)
{
    struct copy *copy = worker->copy;

    atomic_fetch_add(&copy->files, worker->tally.files);
    atomic_fetch_add(&copy->bytes, worker->tally.bytes);
    atomic_fetch_add(&copy->skipped, worker->tally.skipped);
    atomic_fetch_add(&copy->dropped, worker->tally.dropped);
    atomic_fetch_add(&copy->unkept, worker->tally.unkept);
    content_end(&worker->content);
    if (worker->trees >= 0)
        close(worker->trees);
    if (worker->slot >= 0)
        close(worker->slot);
}

/* Of a single file it is DEST that tells more, and how that is mounted. */
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

void worker_note(const struct worker *worker, uint32_t node, const char *doing, int error)
{
    struct buf path;
    struct reason why;

    worker->copy->plan.nodes[node].action = PLAN_REFUSE;
    if (note_single(worker->copy, doing, error))
        return;
    buf_init(&path, PATH_MOST);
    plan_path(&worker->copy->plan, node, &path);
    if (error != 0) {
        journal_add_errno(&worker->copy->journal, path.data, doing, error);
    } else {
        reason_set(&why, CODE_FAILED, "%.200s: %s", path.data, doing);
        reason_hint(&why, "something else writes to SOURCE; a later run copies it whole");
        journal_add(&worker->copy->journal, &why);
    }
    buf_free(&path);
}

bool worker_lacks_rename(int error)
{
    return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EXDEV;
}

bool worker_note_locked(const struct worker *worker, const struct folder *folder, uint32_t node)
{
    const struct plan *plan = &worker->copy->plan;
    bool locked = mount_locks(folder->dest, plan_dest_name(plan, node));
    struct buf path;
    struct reason why;

    if (!locked && !mount_locks(folder->dest, ""))
        return false;
    buf_init(&path, PATH_MOST);
    reason_set(&why, CODE_FAILED, "%.200s: cannot be replaced: %s immutable or append-only",
               plan_path(plan, node, &path), locked ? "it is" : "its directory is");
    reason_hint(&why, "chattr -i -a allows changes, lsattr shows them");
    journal_add(&worker->copy->journal, &why);
    worker->copy->plan.nodes[node].action = PLAN_REFUSE;
    buf_free(&path);
    return true;
}

int worker_slot(struct worker *worker)
{
    if (!worker->slot_tried) {
        worker->slot = stage_slot(worker->stage, worker->number);
        worker->slot_is_plain = worker->slot >= 0 &&
                                fgetxattr(worker->slot, "system.posix_acl_default", NULL, 0) < 0;
        worker->slot_tried = true;
    }
    return worker->slot;
}

int worker_trees(struct worker *worker)
{
    if (!worker->trees_tried && worker_slot(worker) >= 0) {
        worker->trees = stage_slot(worker->stage, STAGE_TREES + worker->number);
        worker->trees_tried = true;
    }
    return worker->trees;
}

/* Moves a directory that is in the way into the stage, whose end removes it. */
static bool clear_way(struct worker *worker, const struct folder *folder, uint32_t node)
{
    char away[AWAY_NAME];

    snprintf(away, sizeof away, "old-%u", worker->moved++);
    return clearing_take(worker->copy, folder, node, worker_slot(worker), away);
}

/* Some volumes rename nothing onto a name that is there. Who opens it now finds nothing for a moment. */
static bool free_name(struct worker *worker, const struct folder *folder, const char *name, int error)
{
    if ((error != EPERM && error != EEXIST && error != EACCES) || unlinkat(folder->dest, name, 0) != 0)
        return false;
    atomic_fetch_add(&worker->copy->gaps, 1);
    return true;
}

int worker_place(struct worker *worker, struct folder *folder, int directory, const char *temporary,
                 uint32_t node)
{
    const char *name = plan_dest_name(&worker->copy->plan, node);
    bool unlocked = false;

    for (unsigned tries = 0;; tries++) {
        if (renameat(directory, temporary, folder->dest, name) == 0)
            return 0;
        int error = errno;
        bool again = false;
        if (error == EACCES && !unlocked)
            again = unlocked = folder_unlock(folder);
        else if (error == EISDIR)
            again = clear_way(worker, folder, node);
        if (tries == 3 || (!again && !free_name(worker, folder, name, error)))
            return error;
    }
}
