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

_Static_assert((int)PLAN_LARGE <= (int)FILE_CONTENT_WHOLE, "what is not large can be taken");

/* Something that has no name of its own in DEST yet. */
struct temporary {
    int directory;
    const char *name;
    char own_name[LITTER_NAME]; /* where it is made beside */
    int descriptor;
    bool beside;
    bool named; /* it has its final name, in a directory that nobody sees yet */
};

/* Nobody else gets into the staging directory, so the mode may be the final one at once. 0 or errno. */
static int open_in_stage(struct temporary *temporary, int directory, const char *name, mode_t mode)
{
    temporary->directory = directory;
    temporary->name = name;
    temporary->descriptor = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                   mode & 0777);
    return temporary->descriptor < 0 ? errno : 0;
}

/* 0 or errno. */
static int temporary_open(struct copy_thread *thread, struct folder *folder, uint32_t node, mode_t mode,
                          struct temporary *temporary)
{
    temporary->beside = false;
    temporary->named = folder->hidden;
    if (folder->hidden)
        return open_in_stage(temporary, folder->dest, plan_dest_name(&thread->copy->plan, node), mode);
    temporary->beside = folder->beside || copy_thread_slot(thread) < 0;
    if (temporary->beside) {
        temporary->directory = folder->dest;
        temporary->name = temporary->own_name;
        temporary->descriptor = staging_beside(folder, temporary->own_name);
        int error = temporary->descriptor < 0 ? errno : 0;
        if (error == EACCES && folder_unlock(folder)) {
            temporary->descriptor = staging_beside(folder, temporary->own_name);
            error = temporary->descriptor < 0 ? errno : 0;
        }
        return error;
    }
    return open_in_stage(temporary, thread->slot, STAGING_FILE, mode);
}

static int open_source(const struct copy_thread *thread, const struct folder *folder, uint32_t node)
{
    const struct plan *plan = &thread->copy->plan;

    return source_open_file(plan, folder->source, plan_name(plan, node));
}

static int open_present(const struct copy_thread *thread, const struct folder *folder, uint32_t node)
{
    return openat(folder->dest, plan_dest_name(&thread->copy->plan, node),
                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool trouble_set(struct trouble *trouble, const char *doing, int error)
{
    *trouble = (struct trouble){doing, error};
    return false;
}

static bool verify(struct copy_thread *thread, int source, int dest, struct trouble *trouble)
{
    bool same;

    if (fdatasync(dest) != 0)
        return trouble_set(trouble, "cannot be written", errno);
    posix_fadvise(dest, 0, 0, POSIX_FADV_DONTNEED);
    return file_content_same(&thread->content, source, dest, &same, trouble) &&
           (same || trouble_set(trouble, "reads back differently from what was written", 0));
}

static bool fill(struct copy_thread *thread, uint32_t node, int source, const struct stat *status,
                 const struct temporary *temporary, struct trouble *trouble)
{
    const struct copy *copy = thread->copy;
    bool render = copy->plan.nodes[node].render;

    if (render)
        return rendering_write(copy, source, temporary->descriptor, trouble);
    return file_content_copy(&thread->content, source, status, temporary->descriptor, trouble) &&
           (!copy->rules.verify || verify(thread, source, temporary->descriptor, trouble));
}

/* Whose the temporary is, and its mode. All of a slot are born alike, so one look is enough. */
static bool look_at_temporary(struct copy_thread *thread, const struct temporary *temporary, mode_t mode,
                              struct stat *present)
{
    if (temporary->beside || !thread->slot_is_plain)
        return fstat(temporary->descriptor, present) == 0;
    if (thread->born.st_nlink == 0 && fstat(temporary->descriptor, &thread->born) != 0)
        return false;
    *present = thread->born;
    present->st_mode = S_IFREG | (mode & 0777);
    return true;
}

static bool finish(struct copy_thread *thread, int source, const struct stat *status, mode_t mode,
                   const struct temporary *temporary, struct trouble *trouble)
{
    struct metadata_end end = {0};
    struct stat present;

    if (!look_at_temporary(thread, temporary, mode, &present))
        return trouble_set(trouble, "cannot be written", errno);
    /* What is made beside may be on another file system. */
    struct metadata_refusals *refusals = temporary->beside ? NULL : &thread->refusals;
    int error = metadata_copy(source, status, temporary->descriptor, &present, &thread->copy->rules, refusals,
                              &end);
    trouble->doing = end.doing;
    if (error == 0 && thread->copy->settings->sync && fsync(temporary->descriptor) != 0) {
        trouble->doing = "cannot be flushed to disk";
        error = errno;
    }
    trouble->error = error;
    if (end.unkept && error == 0)
        thread->copy->fixed = true;
    if (error == 0 && (end.unkept || traits_differ(thread->copy, temporary->descriptor, status)))
        thread->tally.unkept++;
    if (end.dropped && error == 0)
        thread->tally.dropped++;
    return error == 0;
}

/* Whether a rendered file is what DEST has already. */
static bool is_unchanged(struct copy_thread *thread, const struct folder *folder, uint32_t node, int made,
                         const struct stat *status)
{
    struct trouble ignored;
    struct stat present;
    bool same = false;

    if (thread->copy->plan.nodes[node].action != PLAN_COMPARE)
        return false;
    int descriptor = open_present(thread, folder, node);
    if (descriptor < 0)
        return false;
    same = fstat(descriptor, &present) == 0 && S_ISREG(present.st_mode) &&
           plan_same_ownership(&thread->copy->rules, status, &present) &&
           file_content_same(&thread->content, made, descriptor, &same, &ignored) && same;
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

static enum written write_once(struct copy_thread *thread, struct folder *folder, uint32_t node, int source,
                               const struct stat *status, struct trouble *trouble)
{
    struct temporary temporary;
    enum written result = WRITTEN_TROUBLE;
    mode_t mode = plan_mode(&thread->copy->rules, status->st_mode, false);
    int error = temporary_open(thread, folder, node, mode, &temporary);

    if (error != 0) {
        trouble_set(trouble, "cannot be written", error);
        return WRITTEN_TROUBLE;
    }
    if (fill(thread, node, source, status, &temporary, trouble) &&
        finish(thread, source, status, mode, &temporary, trouble)) {
        if (thread->copy->plan.nodes[node].render &&
            is_unchanged(thread, folder, node, temporary.descriptor, status)) {
            result = WRITTEN_NOTHING;
        } else {
            error = temporary.named
                        ? 0
                        : copy_thread_place(thread, folder, temporary.directory, temporary.name, node);
            result = error == 0                            ? WRITTEN
                     : error == EXDEV && !temporary.beside ? WRITTEN_ELSEWHERE
                     : copy_thread_lacks_rename(error)     ? WRITTEN_UNNAMED
                                                           : WRITTEN_TROUBLE;
            trouble_set(trouble, error == EISDIR ? "a directory is in the way" : "cannot be put in its place",
                        error);
            if (error == EPERM && copy_thread_note_locked(thread, folder, node)) {
                trouble->doing = NULL; /* it is in the journal */
                result = WRITTEN_TROUBLE;
            }
        }
    }
    if (result != WRITTEN && unlinkat(temporary.directory, temporary.name, 0) != 0)
        thread->spoilt |= temporary.named;
    file_content_let_go(&thread->content, temporary.descriptor, (uint64_t)status->st_size);
    return result;
}

/* Under the final name, so that others may see half of it. Its time is set last: the next run knows an interrupted one by that. The
 * earlier trouble stays where nothing may be removed or made there either. */
static enum written write_in_place(struct copy_thread *thread, struct folder *folder, uint32_t node,
                                   int source, const struct stat *status, struct trouble *trouble)
{
    const char *name = plan_dest_name(&thread->copy->plan, node);
    mode_t mode = plan_mode(&thread->copy->rules, status->st_mode, false);
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
        thread->copy->no_rename = true;
    bool good = lseek(source, 0, SEEK_SET) == 0 && fill(thread, node, source, status, &file, trouble) &&
                finish(thread, source, status, mode, &file, trouble);
    if (good)
        atomic_fetch_add(&thread->copy->in_place, 1);
    else
        unlinkat(folder->dest, name, 0);
    file_content_let_go(&thread->content, file.descriptor, (uint64_t)status->st_size);
    return good ? WRITTEN : WRITTEN_TROUBLE;
}

static void write_file(struct copy_thread *thread, struct folder *folder, uint32_t node, int source,
                       const struct stat *status)
{
    struct trouble trouble = {0};
    enum written result = thread->copy->no_rename
                              ? WRITTEN_UNNAMED
                              : write_once(thread, folder, node, source, status, &trouble);

    if (result == WRITTEN_ELSEWHERE) {
        folder->beside = true;
        if (lseek(source, 0, SEEK_SET) == 0)
            result = write_once(thread, folder, node, source, status, &trouble);
    }
    if (result == WRITTEN_UNNAMED)
        result = write_in_place(thread, folder, node, source, status, &trouble);
    if (result == WRITTEN) {
        thread->tally.files++;
        thread->tally.bytes += (uint64_t)status->st_size;
    } else if (result == WRITTEN_NOTHING) {
        thread->tally.skipped++;
    } else if (trouble.doing) {
        copy_thread_note(thread, node, trouble.doing, trouble.error);
    }
}

/* Mode and owner of what is there. False: it is not what was planned for any more, so it has to be replaced. */
static bool adjust(struct copy_thread *thread, uint32_t node, int present, const struct stat *status)
{
    const struct plan_rules *rules = &thread->copy->rules;
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
        if (error == EPERM || (end.unkept && others && !thread->copy->fixed))
            return false;
        if (end.unkept)
            thread->tally.unkept++;
        if (error != 0)
            copy_thread_note(thread, node, end.doing, error);
    }
    /* Whole seconds where SOURCE has more: set by something else, or all that this file system keeps. */
    if (!rules->no_times && !plan_same_time(rules, status, &found)) {
        const struct timespec times[2] = {status->st_atim, status->st_mtim};
        futimens(present, times);
    }
    thread->tally.skipped++;
    return true;
}

/* Whether the file that is there will do, its mode and owner set right. */
static bool keep_present(struct copy_thread *thread, const struct folder *folder, uint32_t node, int source,
                         const struct stat *status, struct trouble *trouble)
{
    int present = open_present(thread, folder, node);
    bool same = true, good = present >= 0;

    if (good && thread->copy->plan.nodes[node].action == PLAN_COMPARE)
        good = file_content_same(&thread->content, source, present, &same, trouble);
    good = good && same && adjust(thread, node, present, status);
    if (present >= 0)
        close(present);
    return good;
}

/* A small file is read before its status is looked at: if that is what the walk saw, it did not change meanwhile, and needs to be
 * looked at only once. False with errno. */
static bool read_source(struct copy_thread *thread, const struct plan_node *planned, int source,
                        struct stat *status)
{
    struct file_content *content = &thread->content;
    bool fresh = planned->action == PLAN_CREATE || planned->action == PLAN_REPLACE;
    bool take = fresh && !planned->large && !planned->hard_link && !planned->render;
    bool whole = take && file_content_take(content, source);

    if (!take)
        content->taken = -1;
    if (fstat(source, status) != 0)
        return false;
    if (take && !(whole && S_ISREG(status->st_mode) && status->st_size == content->taken &&
                  plan_seen(status) == planned->next))
        file_content_untake(content, source);
    return true;
}

void file_transfer(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    const struct plan_node *planned = &thread->copy->plan.nodes[node];
    bool may_stay = planned->action == PLAN_COMPARE || planned->action == PLAN_ADJUST;
    int source = open_source(thread, folder, node);
    struct trouble trouble = {0};
    struct stat status;

    if (source < 0 || !read_source(thread, planned, source, &status)) {
        copy_thread_note(thread, node, "cannot be read", errno);
    } else if (!S_ISREG(status.st_mode)) {
        copy_thread_note(thread, node, "was a file a moment ago and is none now", 0);
    } else if (!may_stay || planned->render ||
               !keep_present(thread, folder, node, source, &status, &trouble)) {
        if (journal_halt(&thread->copy->journal) == CODE_OK && (!may_stay || lseek(source, 0, SEEK_SET) == 0))
            write_file(thread, folder, node, source, &status);
    }
    if (source >= 0) {
        file_content_drop(&thread->content, source);
        close(source);
    }
}
