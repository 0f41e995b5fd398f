#include "cmd/copy-agent/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/copy-agent/limits.h"
#include "cmd/copy-agent/operands.h"
#include "cmd/copy-agent/rendering.h"
#include "cmd/copy-agent/settle.h"
#include "cmd/copy-agent/space.h"
#include "cmd/copy-agent/transfer.h"
#include "cmd/copy-agent/walk.h"
#include "common/deadline.h"
#include "common/mem.h"

#include "common/banned.h"

enum { JOBS_MOST = 4 };

#define MEMORY_SLACK (INT64_C(64) * 1024 * 1024)

/* As many as the container has CPUs for, no more: threads that wait for a share of a CPU only cost. */
static unsigned choose_jobs(const struct copy *copy, const struct limits *limits)
{
    unsigned jobs = limits->cpus < JOBS_MOST ? limits->cpus : JOBS_MOST;

    if (copy->settings->jobs > 0)
        jobs = (unsigned)copy->settings->jobs;
    return copy->plan.totals.work_files < jobs ? (unsigned)copy->plan.totals.work_files + 1 : jobs;
}

/* Whether what is read and written could fill the container's memory with page cache, which is charged to it. Where it could not, the
 * cache is left alone: the app that starts next finds its files in it. */
static bool is_memory_short(const struct copy *copy, const struct limits *limits)
{
    if (limits->memory == LIMITS_NONE)
        return false;
    return limits->memory < MEMORY_SLACK ||
           (uint64_t)(limits->memory - MEMORY_SLACK) / 2 < copy->plan.totals.work_bytes;
}

static bool is_empty_plan(const struct copy *copy)
{
    return !copy->plan.nodes[PLAN_ROOT].busy && copy->dest >= 0;
}

static bool check_before(struct copy *copy, const struct space *space, unsigned jobs)
{
    int64_t most = copy->settings->max_bytes;
    uint64_t bytes = copy->plan.totals.bytes;
    struct reason why;

    if (most > 0 && bytes > (uint64_t)most) {
        reason_set(&why, CODE_FAILED, "SOURCE has %" PRIu64 " bytes, --max-bytes allows %" PRId64, bytes,
                   most);
        journal_add(&copy->journal, &why);
        return false;
    }
    if (!space_check(space, &copy->plan.totals, jobs, &why)) {
        journal_add(&copy->journal, &why);
        return false;
    }
    unsigned troubles = copy->journal.troubles;
    copy->doing = "rendering";
    rendering_check(copy);
    return copy->journal.troubles == troubles;
}

static void carry_out(struct copy *copy, unsigned jobs, bool small)
{
    struct stage stage;

    stage_begin(&stage, copy->dest);
    copy->doing = "copying";
    if (!is_empty_plan(copy))
        transfer_tree(copy, &stage, jobs, small);
    if (!is_empty_plan(copy))
        settle_links(copy, &stage);
    stage_end(&stage);
    settle_directories(copy);
}

static void add_summary(const struct copy *copy, int64_t elapsed, struct buf *line)
{
    uint64_t files = copy->files, bytes = copy->bytes;
    uint64_t skipped = copy->plan.totals.skipped + copy->skipped;

    buf_add_format(line, "copied %" PRIu64 " files, %" PRIu64 " bytes, %" PRIu64 " skipped, ", files, bytes,
                   skipped);
    if (copy->pruned > 0)
        buf_add_format(line, "%" PRIu64 " pruned, ", copy->pruned);
    buf_add_format(line, "in %.2f seconds, %.0f bytes a second", (double)elapsed / 1000,
                   elapsed > 0 ? (double)bytes * 1000 / (double)elapsed : (double)bytes);
}

static void run_phases(struct copy *copy)
{
    struct limits limits;
    struct space space;

    copy->doing = "looking at SOURCE";
    if (!operands_open(copy))
        return;
    space_read(copy->dest_near, &space);
    if (copy->dest >= 0 && !copy->settings->dry_run)
        stage_sweep(copy->dest);
    if (!(copy->single ? walk_single(copy, copy->single, copy->single_target, space.block_size)
                       : walk_tree(copy, space.block_size)))
        return;
    limits_read("/proc/self/cgroup", "/sys/fs/cgroup", &limits);
    unsigned jobs = choose_jobs(copy, &limits);
    space_read(copy->dest_near, &space); /* again: litter has gone */
    if (!check_before(copy, &space, jobs) || !operands_make_dest(copy))
        return;
    carry_out(copy, jobs, is_memory_short(copy, &limits));
}

bool copy_run(const struct copy_settings *settings, const char *source, const char *dest, int64_t deadline,
              struct buf *line, struct reason *why)
{
    struct copy *copy = xcalloc(1, sizeof *copy);
    int64_t began = deadline_now();

    copy->settings = settings;
    copy->source_name = source;
    copy->dest_name = dest;
    copy->filter.rules = &settings->rules;
    copy->rules.verify = settings->verify;
    copy->rules.prune = settings->prune;
    copy->rules.privileged = geteuid() == 0;
    ownership_init(&copy->rules.ownership, settings->mode, settings->owner);
    copy->source = copy->dest = copy->dest_near = -1;
    journal_begin(&copy->journal, dest, deadline);
    progress_begin(&copy->progress, settings->progress, dest);
    run_phases(copy);
    enum code code = journal_verdict(&copy->journal, copy->doing, why);
    if (code == CODE_OK)
        add_summary(copy, deadline_now() - began, line);
    operands_close(copy);
    plan_free(&copy->plan);
    journal_end(&copy->journal);
    free(copy);
    return code == CODE_OK;
}
