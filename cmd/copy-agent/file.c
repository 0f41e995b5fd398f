#include "cmd/copy-agent/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/rendering.h"
#include "cmd/copy-agent/source.h"
#include "cmd/copy-agent/traits.h"

#include "common/base/banned.h"

_Static_assert((int)PLAN_LARGE <= (int)CONTENT_WHOLE, "what is not large can be taken");

/* Something that has no name of its own in DEST yet. */
struct temporary {
    int directory;
    const char *name;
    char own_name[LITTER_NAME]; /* where it is made beside */
    int descriptor;
    bool beside;
    bool named; /* it has its final name, in a directory that nobody sees yet */
};

/* Nobody else gets into the stage, so the mode may be the final one at once. 0 or errno. */
static int open_in_stage(struct temporary *temporary, int directory, const char *name, mode_t mode)
{
    temporary->directory = directory;
    temporary->name = name;
    temporary->descriptor = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                   mode & 0777);
    return temporary->descriptor < 0 ? errno : 0;
}

/* 0 or errno. */
static int temporary_open(struct worker *worker, struct folder *folder, uint32_t node, mode_t mode,
                          struct temporary *temporary)
{
    temporary->beside = false;
    temporary->named = folder->hidden;
    if (folder->hidden)
        return open_in_stage(temporary, folder->dest, plan_dest_name(&worker->copy->plan, node), mode);
    temporary->beside = folder->beside || worker_slot(worker) < 0;
    if (temporary->beside) {
        temporary->directory = folder->dest;
        temporary->name = temporary->own_name;
        temporary->descriptor = stage_beside(folder, temporary->own_name);
        int error = temporary->descriptor < 0 ? errno : 0;
        if (error == EACCES && folder_unlock(folder)) {
            temporary->descriptor = stage_beside(folder, temporary->own_name);
            error = temporary->descriptor < 0 ? errno : 0;
        }
        return error;
    }
    return open_in_stage(temporary, worker->slot, STAGE_FILE, mode);
}

static int open_source(const struct worker *worker, const struct folder *folder, uint32_t node)
{
    const struct plan *plan = &worker->copy->plan;

    return source_open_file(plan, folder->source, plan_name(plan, node));
}

static int open_present(const struct worker *worker, const struct folder *folder, uint32_t node)
{
    return openat(folder->dest, plan_dest_name(&worker->copy->plan, node),
                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool trouble_set(struct trouble *trouble, const char *doing, int error)
{
    *trouble = (struct trouble){doing, error};
    return false;
}

static bool verify(struct worker *worker, int source, int dest, struct trouble *trouble)
{
    bool same;

    if (fdatasync(dest) != 0)
        return trouble_set(trouble, "cannot be written", errno);
    posix_fadvise(dest, 0, 0, POSIX_FADV_DONTNEED);
    return content_same(&worker->content, source, dest, &same, trouble) &&
           (same || trouble_set(trouble, "reads back differently from what was written", 0));
}

static bool fill(struct worker *worker, uint32_t node, int source, const struct stat *status,
                 const struct temporary *temporary, struct trouble *trouble)
{
    const struct copy *copy = worker->copy;
    bool render = copy->plan.nodes[node].render;

    if (render)
        return rendering_write(copy, source, temporary->descriptor, trouble);
    return content_copy(&worker->content, source, status, temporary->descriptor, trouble) &&
           (!copy->rules.verify || verify(worker, source, temporary->descriptor, trouble));
}

/* Whose the temporary is, and its mode. All of a slot are born alike, so one look is enough. */
static bool look_at_temporary(struct worker *worker, const struct temporary *temporary, mode_t mode,
                              struct stat *present)
{
    if (temporary->beside || !worker->slot_is_plain)
        return fstat(temporary->descriptor, present) == 0;
    if (worker->born.st_nlink == 0 && fstat(temporary->descriptor, &worker->born) != 0)
        return false;
    *present = worker->born;
    present->st_mode = S_IFREG | (mode & 0777);
    return true;
}

static bool finish(struct worker *worker, int source, const struct stat *status, mode_t mode,
                   const struct temporary *temporary, struct trouble *trouble)
{
    struct metadata_end end = {0};
    struct stat present;

    if (!look_at_temporary(worker, temporary, mode, &present))
        return trouble_set(trouble, "cannot be written", errno);
    /* What is made beside may be on another file system. */
    struct metadata_refusals *refusals = temporary->beside ? NULL : &worker->refusals;
    int error = metadata_copy(source, status, temporary->descriptor, &present, &worker->copy->rules, refusals,
                              &end);
    trouble->doing = end.doing;
    if (error == 0 && worker->copy->settings->sync && fsync(temporary->descriptor) != 0) {
        trouble->doing = "cannot be flushed to disk";
        error = errno;
    }
    trouble->error = error;
    if (end.unkept && error == 0)
        worker->copy->fixed = true;
    if (error == 0 && (end.unkept || traits_differ(worker->copy, temporary->descriptor, status)))
        worker->tally.unkept++;
    if (end.dropped && error == 0)
        worker->tally.dropped++;
    return error == 0;
}

/* Whether a rendered file is what DEST has already. */
static bool is_unchanged(struct worker *worker, const struct folder *folder, uint32_t node, int made,
                         const struct stat *status)
{
    struct trouble ignored;
    struct stat present;
    bool same = false;

    if (worker->copy->plan.nodes[node].action != PLAN_COMPARE)
        return false;
    int descriptor = open_present(worker, folder, node);
    if (descriptor < 0)
        return false;
    same = fstat(descriptor, &present) == 0 && S_ISREG(present.st_mode) &&
           plan_same_ownership(&worker->copy->rules, status, &present) &&
           content_same(&worker->content, made, descriptor, &same, &ignored) && same;
    close(descriptor);
    return same;
}

enum written {
    WRITTEN,
    WRITTEN_NOTHING,
    WRITTEN_ELSEWHERE, /* to be made beside */
    WRITTEN_UNNAMED,   /* the volume does not rename: to be written in place */
    WRITTEN_TROUBLE
};

static enum written write_once(struct worker *worker, struct folder *folder, uint32_t node, int source,
                               const struct stat *status, struct trouble *trouble)
{
    struct temporary temporary;
    enum written result = WRITTEN_TROUBLE;
    mode_t mode = plan_mode(&worker->copy->rules, status->st_mode, false);
    int error = temporary_open(worker, folder, node, mode, &temporary);

    if (error != 0) {
        trouble_set(trouble, "cannot be written", error);
        return WRITTEN_TROUBLE;
    }
    if (fill(worker, node, source, status, &temporary, trouble) &&
        finish(worker, source, status, mode, &temporary, trouble)) {
        if (worker->copy->plan.nodes[node].render &&
            is_unchanged(worker, folder, node, temporary.descriptor, status)) {
            result = WRITTEN_NOTHING;
        } else {
            error = temporary.named ? 0
                                    : worker_place(worker, folder, temporary.directory, temporary.name, node);
            result = error == 0                            ? WRITTEN
                     : error == EXDEV && !temporary.beside ? WRITTEN_ELSEWHERE
                     : worker_lacks_rename(error)          ? WRITTEN_UNNAMED
                                                           : WRITTEN_TROUBLE;
            trouble_set(trouble, error == EISDIR ? "a directory is in the way" : "cannot be put in its place",
                        error);
            if (error == EPERM && worker_note_locked(worker, folder, node)) {
                trouble->doing = NULL; /* it is told of */
                result = WRITTEN_TROUBLE;
            }
        }
    }
    if (result != WRITTEN && unlinkat(temporary.directory, temporary.name, 0) != 0)
        worker->spoilt |= temporary.named;
    content_let_go(&worker->content, temporary.descriptor, (uint64_t)status->st_size);
    return result;
}

/* Under the final name, so that others may see half of it. Its time is set last: the next run knows an interrupted one by that. The
 * earlier trouble stays where nothing may be removed or made there either. */
static enum written write_in_place(struct worker *worker, struct folder *folder, uint32_t node, int source,
                                   const struct stat *status, struct trouble *trouble)
{
    const char *name = plan_dest_name(&worker->copy->plan, node);
    mode_t mode = plan_mode(&worker->copy->rules, status->st_mode, false);
    struct temporary file = {.directory = folder->dest, .descriptor = -1, .beside = true};
    bool there = unlinkat(folder->dest, name, 0) == 0;

    if (there || errno == ENOENT)
        file.descriptor = openat(folder->dest, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 0600);
    if (file.descriptor < 0) {
        if (!trouble->doing)
            trouble_set(trouble, "cannot be written", errno);
        return WRITTEN_TROUBLE;
    }
    if (!there)
        worker->copy->no_rename = true;
    bool good = lseek(source, 0, SEEK_SET) == 0 && fill(worker, node, source, status, &file, trouble) &&
                finish(worker, source, status, mode, &file, trouble);
    if (good)
        atomic_fetch_add(&worker->copy->in_place, 1);
    else
        unlinkat(folder->dest, name, 0);
    content_let_go(&worker->content, file.descriptor, (uint64_t)status->st_size);
    return good ? WRITTEN : WRITTEN_TROUBLE;
}

static void write_file(struct worker *worker, struct folder *folder, uint32_t node, int source,
                       const struct stat *status)
{
    struct trouble trouble = {0};
    enum written result = worker->copy->no_rename
                              ? WRITTEN_UNNAMED
                              : write_once(worker, folder, node, source, status, &trouble);

    if (result == WRITTEN_ELSEWHERE) {
        folder->beside = true;
        if (lseek(source, 0, SEEK_SET) == 0)
            result = write_once(worker, folder, node, source, status, &trouble);
    }
    if (result == WRITTEN_UNNAMED)
        result = write_in_place(worker, folder, node, source, status, &trouble);
    if (result == WRITTEN) {
        worker->tally.files++;
        worker->tally.bytes += (uint64_t)status->st_size;
    } else if (result == WRITTEN_NOTHING) {
        worker->tally.skipped++;
    } else if (trouble.doing) {
        worker_note(worker, node, trouble.doing, trouble.error);
    }
}

/* Mode and owner of what is there. False: it is not what was planned for any more, so it has to be replaced. */
static bool adjust(struct worker *worker, uint32_t node, int present, const struct stat *status)
{
    const struct plan_rules *rules = &worker->copy->rules;
    struct metadata_end end = {0};
    struct stat found;

    if (fstat(present, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size != status->st_size)
        return false;
    if (!plan_same_ownership(rules, status, &found)) {
        if (plan_is_shared(status, &found))
            return false;
        int error = metadata_adjust(status, present, rules, &end);
        /* Somebody else's file: a copy of our own can take its place, unless the volume keeps that as it likes, too. */
        bool others = !rules->privileged && found.st_uid != geteuid();
        if (error == EPERM || (end.unkept && others && !worker->copy->fixed))
            return false;
        if (end.unkept)
            worker->tally.unkept++;
        if (error != 0)
            worker_note(worker, node, end.doing, error);
    }
    /* Whole seconds where SOURCE has more: set by something else, or all that this file system keeps. */
    if (!rules->no_times && !plan_same_time(rules, status, &found)) {
        const struct timespec times[2] = {status->st_atim, status->st_mtim};
        futimens(present, times);
    }
    worker->tally.skipped++;
    return true;
}

/* Whether the file that is there will do, its mode and owner set right. */
static bool keep_present(struct worker *worker, const struct folder *folder, uint32_t node, int source,
                         const struct stat *status, struct trouble *trouble)
{
    int present = open_present(worker, folder, node);
    bool same = true, good = present >= 0;

    if (good && worker->copy->plan.nodes[node].action == PLAN_COMPARE)
        good = content_same(&worker->content, source, present, &same, trouble);
    good = good && same && adjust(worker, node, present, status);
    if (present >= 0)
        close(present);
    return good;
}

/* A small file is read before its status is looked at: if that is what the walk saw, it did not change meanwhile, and needs to be
 * looked at only once. False with errno. */
static bool read_source(struct worker *worker, const struct plan_node *planned, int source,
                        struct stat *status)
{
    struct content *content = &worker->content;
    bool fresh = planned->action == PLAN_CREATE || planned->action == PLAN_REPLACE;
    bool take = fresh && !planned->large && !planned->hard_link && !planned->render;
    bool whole = take && content_take(content, source);

    if (!take)
        content->taken = -1;
    if (fstat(source, status) != 0)
        return false;
    if (take && !(whole && S_ISREG(status->st_mode) && status->st_size == content->taken &&
                  plan_seen(status) == planned->next))
        content_untake(content, source);
    return true;
}

void file_transfer(struct worker *worker, struct folder *folder, uint32_t node)
{
    const struct plan_node *planned = &worker->copy->plan.nodes[node];
    bool may_stay = planned->action == PLAN_COMPARE || planned->action == PLAN_ADJUST;
    int source = open_source(worker, folder, node);
    struct trouble trouble = {0};
    struct stat status;

    if (source < 0 || !read_source(worker, planned, source, &status)) {
        worker_note(worker, node, "cannot be read", errno);
    } else if (!S_ISREG(status.st_mode)) {
        worker_note(worker, node, "was a file a moment ago and is none now", 0);
    } else if (!may_stay || planned->render ||
               !keep_present(worker, folder, node, source, &status, &trouble)) {
        if (journal_halt(&worker->copy->journal) == CODE_OK && (!may_stay || lseek(source, 0, SEEK_SET) == 0))
            write_file(worker, folder, node, source, &status);
    }
    if (source >= 0) {
        content_drop(&worker->content, source);
        close(source);
    }
}
