#include "cmd/copy-agent/finish.h"

#include <errno.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/new_directory.h"
#include "cmd/copy-agent/new_link.h"
#include "cmd/copy-agent/note.h"
#include "cmd/copy-agent/traits.h"
#include "common/files/directory.h"

#include "common/base/banned.h"

static bool is_link_to_make(const struct plan_node *node)
{
    return node->hard_link && node->action != PLAN_SKIP && node->action != PLAN_REFUSE;
}

void finish_links(struct copy *copy, struct staging *staging)
{
    const struct plan *plan = &copy->plan;
    struct descent to, from; /* leader and follower may be far apart */
    struct copy_thread thread;

    copy_thread_begin(&thread, copy, staging, 0, false);
    descent_begin(&to, plan, DESCENT_BOTH, copy->source, copy->dest);
    descent_begin(&from, plan, DESCENT_DEST, -1, copy->dest);
    for (uint32_t i = 1; i < plan->count && journal_halt(&copy->journal) == CODE_OK; i++) {
        const struct plan_node *node = &plan->nodes[i];
        if (node->kind == PLAN_DIRECTORY || !is_link_to_make(node))
            continue;
        const struct folder *leader = descent_to(&from, plan->nodes[node->next].parent);
        struct folder *folder = leader ? descent_to(&to, node->parent) : NULL;
        if (folder)
            new_link_hard(&thread, leader, node->next, folder, i);
        else
            note_errno(copy, i, "cannot be linked", errno);
    }
    descent_end(&from);
    descent_end(&to);
    copy_thread_end(&thread);
}

/* Whether nothing has changed in a directory that was as it should be: comparing files alone is no reason to write to it. */
static bool is_as_planned(const struct copy *copy, uint32_t node, const struct stat *status,
                          const struct stat *present)
{
    return copy->plan.nodes[node].action == PLAN_SKIP && plan_same_ownership(&copy->rules, status, present) &&
           plan_same_time(&copy->rules, status, present);
}

/* `source` has the attributes. `dest` is the folder's side in DEST, opened for reading, or below 0 with errno. */
static void finish_directory(struct copy *copy, struct folder *folder, int source, int dest, uint32_t node,
                             struct metadata_refusals *refusals)
{
    struct metadata_end end = {.doing = "cannot be opened"};
    struct stat status = {0}, present = {0};
    int error = dest < 0 || fstat(folder->source, &status) != 0 || fstat(dest, &present) != 0 ? errno : 0;

    if (error == 0 && !is_as_planned(copy, node, &status, &present))
        error = metadata_copy(source, &status, dest, &present, &copy->rules, refusals, &end);
    /* Somebody else's directory that is good enough to copy into: what --owner and --mode say must hold, the rest was an
     * attempt. */
    bool demanded = copy->settings->mode || copy->settings->owner;
    if (error == EPERM && (!demanded || plan_same_ownership(&copy->rules, &status, &present)))
        error = 0;
    if (error != 0)
        note_errno(copy, node, end.doing, error);
    else if ((end.unkept && (copy->fixed || present.st_uid == geteuid())) ||
             traits_differ(copy, dest, &status))
        atomic_fetch_add(&copy->unkept, 1);
}

void finish_hidden(struct copy_thread *thread, struct folder *folder, uint32_t node)
{
    bool attributes = thread->copy->plan.nodes[node].attributes;
    int source = attributes ? directory_open(folder->source, ".") : -1;

    finish_directory(thread->copy, folder, source, folder->dest, node, &thread->refusals);
    if (source >= 0)
        close(source);
}

static void finish_visible(struct copy *copy, struct folder *folder, uint32_t node)
{
    int dest = folder_reopen_dest(folder);

    finish_directory(copy, folder, folder->source, dest, node, NULL);
    if (dest >= 0)
        close(dest);
}

void finish_directories(struct copy *copy)
{
    const struct plan *plan = &copy->plan;
    struct descent descent;

    descent_begin(&descent, plan, DESCENT_BOTH, copy->source, copy->dest);
    for (uint32_t i = plan->count; i-- > 0;) {
        const struct plan_node *node = &plan->nodes[i];
        if (node->kind != PLAN_DIRECTORY || !node->touched || node->out ||
            journal_halt(&copy->journal) != CODE_OK)
            continue;
        struct folder *folder = descent_to(&descent, i);
        if (folder)
            finish_visible(copy, folder, i);
        else if (errno != ENOENT)
            note_errno(copy, i, "cannot be opened", errno);
    }
    descent_end(&descent);
}

void finish_root_times(const struct copy *copy)
{
    struct stat source;

    if (!copy->plan.nodes[PLAN_ROOT].touched || copy->rules.no_times || fstat(copy->source, &source) != 0)
        return;
    const struct timespec times[2] = {source.st_atim, source.st_mtim};
    futimens(copy->dest, times); /* finish_directories has reported whether they can be set */
}
