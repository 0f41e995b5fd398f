#include "cmd/copy-agent/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/access.h"
#include "cmd/copy-agent/case_names.h"
#include "cmd/copy-agent/finish.h"
#include "cmd/copy-agent/operands.h"
#include "cmd/copy-agent/prune.h"
#include "cmd/copy-agent/rendering.h"
#include "cmd/copy-agent/report.h"
#include "cmd/copy-agent/space.h"
#include "cmd/copy-agent/stream.h"
#include "cmd/copy-agent/traits.h"
#include "cmd/copy-agent/transfer.h"
#include "cmd/copy-agent/version.h"
#include "cmd/copy-agent/walk.h"
#include "cmd/copy-agent/warnings.h"
#include "common/base/deadline.h"
#include "common/base/limits.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { JOBS_MOST = 4 };

#define MEMORY_SLACK (INT64_C(64) * 1024 * 1024)

/* As many as the container has CPUs for, no more: threads that wait for a share of a CPU only cost. */
static unsigned choose_jobs(const struct copy *copy, const struct limits *limits)
{
    unsigned jobs = limits->cpus < JOBS_MOST ? limits->cpus : JOBS_MOST;

    if (copy->settings->jobs > 0)
        jobs = (unsigned)copy->settings->jobs;
    if (copy->plan.totals.work_files < jobs)
        jobs = (unsigned)copy->plan.totals.work_files;
    return jobs > 0 ? jobs : 1;
}

/* Whether what is read and written could fill the container's memory with page cache, which is charged to it. Where it could not,
 * the cache is left alone: the app that starts next finds its files in it. */
static bool is_memory_short(const struct copy *copy, const struct limits *limits)
{
    if (limits->memory == LIMITS_NONE)
        return false;
    return limits->memory < MEMORY_SLACK ||
           (uint64_t)(limits->memory - MEMORY_SLACK) / 2 < copy->plan.totals.work_bytes;
}

/* Whether there is anything to write. */
static bool is_wanted(const struct copy *copy)
{
    const struct plan_node *root = &copy->plan.nodes[PLAN_ROOT];

    return root->busy || root->action != PLAN_SKIP;
}

/* A version that is built anew has nothing too much in it. */
static bool will_prune(const struct copy *copy)
{
    return copy->volume < 0 ? copy->settings->prune && !copy->single : copy->in_place_version;
}

static bool fail(struct copy *copy, const struct reason *why)
{
    journal_add(&copy->journal, why);
    return false;
}

static bool check_before(struct copy *copy, const struct space *space, unsigned jobs, int64_t memory)
{
    struct reason why;

    if (!space_check_source(copy->settings, &copy->plan.totals, &why))
        return fail(copy, &why);
    if (!copy->settings->dry_run && will_prune(copy) && !prune_allowed(copy))
        return false;
    if (!space_check(space, &copy->plan.totals, jobs, memory, &why))
        return fail(copy, &why);
    unsigned troubles = copy->journal.troubles;
    copy->doing = "rendering";
    rendering_check(copy);
    return copy->journal.troubles == troubles;
}

/* Everything into copy->dest. True when all of it succeeded. */
static bool fill_dest(struct copy *copy, struct staging *staging, unsigned jobs, bool small)
{
    copy->doing = "copying";
    if (copy->plan.nodes[PLAN_ROOT].busy) {
        transfer_tree(copy, staging, jobs, small);
        finish_links(copy, staging);
    }
    if (will_prune(copy) && copy->journal.troubles == 0)
        prune_tree(copy, false);
    finish_directories(copy);
    if (copy->settings->sync && syncfs(copy->dest) != 0)
        journal_add_errno(&copy->journal, copy->dest_path, "cannot be flushed to disk", errno);
    if (copy->settings->user >= 0 && copy->journal.troubles == 0 && journal_halt(&copy->journal) == CODE_OK) {
        copy->doing = "checking access";
        copy->complete = copy->volume < 0;
        access_check(copy);
    }
    return copy->journal.troubles == 0 && journal_halt(&copy->journal) == CODE_OK;
}

/* What is there decides what is to be done, and what is not in SOURCE goes. */
static bool plan_version_in_place(struct copy *copy)
{
    struct space space;

    plan_free(&copy->plan);
    space_read(copy->dest, &space);
    copy->rules.prune = copy->in_place_version = true;
    bool good = walk_tree(copy, space.block_size);
    copy->plan.nodes[PLAN_ROOT].touched = true;
    return good && copy->journal.troubles == 0;
}

static bool fill_version(struct copy *copy, struct staging *staging, unsigned jobs, bool small)
{
    bool in_place;

    if (!version_begin(copy, staging, &in_place) || (in_place && !plan_version_in_place(copy)))
        return false;
    return fill_dest(copy, staging, jobs, small) && (in_place || version_publish(copy, staging));
}

static void carry_out_version(struct copy *copy, struct staging *staging, unsigned jobs, bool small)
{
    bool wanted = is_wanted(copy);

    if (wanted && !fill_version(copy, staging, jobs, small))
        return;
    if (!wanted && copy->settings->user >= 0)
        access_check(copy);
    if (copy->journal.troubles == 0)
        version_link(copy, staging);
}

static void carry_out(struct copy *copy, unsigned jobs, bool small)
{
    struct staging staging;

    if (copy->plan.nodes[PLAN_ROOT].busy)
        traits_learn(copy);
    staging_begin(&staging, copy->volume >= 0 ? copy->volume : copy->dest, copy->journal.deadline);
    bool fits = !copy->plan.nodes[PLAN_ROOT].busy || copy->single || case_names_check(copy, &staging);
    if (fits && copy->volume >= 0)
        carry_out_version(copy, &staging, jobs, small);
    else if (fits)
        fill_dest(copy, &staging, jobs, small);
    staging_end(&staging);
    if (copy->volume < 0 && copy->journal.troubles == 0)
        finish_root_times(copy);
    warnings_after(copy);
}

static struct copy_counts count(const struct copy *copy)
{
    const struct plan_totals *totals = &copy->plan.totals;

    if (copy->settings->dry_run)
        return (struct copy_counts){totals->work_files, totals->work_bytes, totals->skipped, copy->pruned};
    return (struct copy_counts){copy->files, copy->bytes, totals->skipped + copy->skipped, copy->pruned};
}

static void add_summary(const struct copy *copy, const struct copy_counts *counts, int64_t elapsed,
                        struct buf *line)
{
    bool dry = copy->settings->dry_run;
    double bytes = (double)counts->bytes;

    buf_add_format(line, "%s %" PRIu64 " file%s, %" PRIu64 " bytes, %" PRIu64 " skipped",
                   dry ? "would copy" : "copied", counts->files, counts->files == 1 ? "" : "s", counts->bytes,
                   counts->skipped);
    if (counts->pruned > 0)
        buf_add_format(line, ", %" PRIu64 " pruned", counts->pruned);
    if (!dry)
        buf_add_format(line, ", in %.2f seconds, %.0f bytes a second", (double)elapsed / 1000,
                       elapsed > 0 ? bytes * 1000 / (double)elapsed : bytes);
}

static bool look(struct copy *copy, const struct space *space)
{
    if (copy->single)
        return walk_single(copy, copy->single, copy->single_target, space->block_size);
    return walk_tree(copy, space->block_size);
}

/* A version is built anew unless the one of that name is what it would be. */
static bool look_at_version(struct copy *copy, const struct space *space)
{
    if (!version_open(copy) || !walk_tree(copy, space->block_size))
        return false;
    if (copy->dest < 0 || !is_wanted(copy))
        return true;
    close(copy->dest);
    copy->dest = -1;
    plan_free(&copy->plan);
    return walk_tree(copy, space->block_size);
}

static void run_dry(struct copy *copy)
{
    report_plan(copy);
    if (will_prune(copy)) {
        if (copy->dest >= 0)
            prune_tree(copy, true);
        prune_allowed(copy);
    }
    /* A line that could not be written is forgotten, and fflush has nothing to complain about. */
    if (fflush(stdout) != 0 || ferror(stdout))
        journal_add_errno(&copy->journal, "standard output", "cannot be written", errno);
}

/* A volume with fsGroup: the kubelet has made it and all directories in it setgid, and the app counts on the group. */
static void inherit_group(struct copy *copy)
{
    struct stat near;

    if (copy->rules.exact_directories || fstat(copy->dest_near, &near) != 0 || !(near.st_mode & S_ISGID))
        return;
    copy->rules.inherits = true;
    copy->rules.inherited_group = near.st_gid;
}

static void run_phases(struct copy *copy)
{
    bool dry = copy->settings->dry_run;
    struct limits limits;
    struct space space;

    copy->doing = "looking at SOURCE";
    limits_read(LIMITS_PROC, LIMITS_SYS, &limits);
    limits_hold_memory(&limits);
    if (stream_is_meant(copy)) {
        stream_copy(copy);
        return;
    }
    if (!operands_open(copy))
        return;
    if (!dry && (copy->volume >= 0 || copy->dest >= 0))
        staging_sweep(copy->volume >= 0 ? copy->volume : copy->dest, copy->journal.deadline);
    inherit_group(copy);
    space_read(copy->dest_near, &space);
    if (!(copy->settings->version_dir ? look_at_version(copy, &space) : look(copy, &space)))
        return;
    warnings_before(copy);
    unsigned jobs = choose_jobs(copy, &limits);
    if (!check_before(copy, &space, jobs, limits.memory))
        return;
    if (dry)
        run_dry(copy);
    else if (operands_make_dest(copy))
        carry_out(copy, jobs, is_memory_short(copy, &limits));
}

static void set_cp_rules(struct plan_rules *rules, const struct copy_settings *settings)
{
    rules->leaves_directories = settings->leave_directories;
    rules->exact_directories = settings->exact_directories;
    rules->refuses_kinds = settings->as_cp;
    rules->no_modes = settings->no_modes;
    rules->no_owners = settings->no_owners;
    rules->no_times = settings->no_times;
    rules->no_attributes = settings->no_attributes;
    rules->umask = settings->umask;
}

bool copy_run(const struct copy_settings *settings, const struct copy_operands *operands, int64_t deadline,
              struct buf *line, struct copy_counts *counts, struct reason *why)
{
    struct copy *copy = xcalloc(1, sizeof *copy);
    int64_t began = deadline_now();

    copy->settings = settings;
    copy->source_name = operands->source;
    copy->dest_name = operands->dest;
    copy->into = operands->into;
    copy->filter.rules = &settings->rules;
    copy->filter.met = xcalloc(settings->rules.count, sizeof *copy->filter.met);
    copy->rules.verify = settings->verify;
    copy->rules.prune = settings->prune;
    copy->rules.privileged = geteuid() == 0;
    copy->rules.keep_privileges = settings->keep_privileges;
    copy->below = operands->below;
    set_cp_rules(&copy->rules, settings);
    ownership_init(&copy->rules.ownership, settings->mode, settings->owner);
    copy->source = copy->dest = copy->volume = copy->dest_near = -1;
    journal_begin(&copy->journal, operands->dest, deadline);
    progress_begin(&copy->progress, settings->progress, operands->dest);
    run_phases(copy);
    /* What was done of it, a run that was stopped does not know. */
    if (settings->verbose && journal_halt(&copy->journal) == CODE_OK)
        report_copied(copy);
    enum code code = journal_verdict(&copy->journal, copy->doing, why);
    *counts = count(copy);
    if (code == CODE_OK)
        add_summary(copy, counts, deadline_now() - began, line);
    else
        buf_add_format(line, "%s", copy->complete ? "copied, but" : "not copied:");
    operands_close(copy);
    plan_free(&copy->plan);
    free(copy->filter.met);
    journal_end(&copy->journal);
    free(copy);
    return code == CODE_OK;
}
