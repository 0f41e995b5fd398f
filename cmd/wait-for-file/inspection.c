#include "cmd/wait-for-file/inspection.h"

#include <stdio.h>
#include <sys/stat.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

static struct inspection *inspection_of(struct crew_job *job)
{
    return (struct inspection *)((char *)job - offsetof(struct inspection, job));
}

/* On a thread. Watched before it is looked at: what changes in between is heard of. */
static void inspection_work(struct crew_job *job)
{
    struct inspection *inspection = inspection_of(job);
    const struct condition *condition = &inspection->plan->condition;

    if (inspection->watches)
        watch_add(&inspection->plan->watch, inspection->path, inspection->watched);
    look_at(inspection->path, condition->gone ? "" : condition->expect,
            condition->gone ? 0 : condition->expect_length, &inspection->look);
}

static void inspection_end(struct inspection *inspection, enum outcome outcome, const struct reason *why)
{
    inspection->trying = false;
    loop_timer_clear(inspection->plan->loop, &inspection->timer);
    wait_attempt_ended(&inspection->base, outcome, why);
}

static void inspection_note_found(struct inspection *inspection)
{
    const struct look *look = &inspection->look;

    if (look->error != 0 || !S_ISREG(look->type))
        return;
    snprintf(inspection->found, sizeof inspection->found, "%lld byte%s", (long long)look->stamp.size,
             look->stamp.size == 1 ? "" : "s");
    inspection->base.found = inspection->found;
}

/* The first look costs as little as it can. Where it is not enough, the next one, which watches, comes in the same attempt. */
static bool inspection_looks_again(struct inspection *inspection, enum outcome outcome)
{
    bool again = outcome == ATTEMPT_RETRY && !inspection->watches && deadline_now() < inspection->deadline;

    inspection->watches = true;
    if (again)
        crew_submit(&inspection->plan->crew, &inspection->job);
    return again;
}

static void inspection_judge(struct inspection *inspection)
{
    struct reason why;
    enum outcome outcome = condition_judge(&inspection->plan->condition, inspection->path, &inspection->look,
                                           inspection->has_before ? &inspection->before : NULL, &why);

    if (inspection_looks_again(inspection, outcome))
        return;
    inspection->before = inspection->look;
    inspection->has_before = true;
    inspection_note_found(inspection);
    inspection_end(inspection, outcome, &why);
    if (inspection->outdated)
        wait_hurry(&inspection->base);
}

static void inspection_on_done(struct crew_job *job)
{
    struct inspection *inspection = inspection_of(job);

    if (inspection->trying)
        inspection_judge(inspection);
    else
        wait_hurry(&inspection->base); /* it hung, and does no longer */
}

static void inspection_on_deadline(void *owner)
{
    struct inspection *inspection = owner;
    struct reason why;

    inspection->deadline = loop_extend(inspection->plan->loop, inspection->deadline, &inspection->lost);
    if (deadline_now() < inspection->deadline) {
        loop_timer_set(inspection->plan->loop, &inspection->timer, inspection->deadline);
        return;
    }
    reason_set(&why, CODE_FAILED, "the file system does not answer");
    reason_hint(&why, "a network volume whose server is gone, or cannot be reached from this node?");
    inspection_end(inspection, ATTEMPT_RETRY, &why);
}

void inspection_begin(struct inspection *inspection, struct inspection_plan *plan, const char *path,
                      size_t length)
{
    char *own = xstrndup(path, length);

    *inspection = (struct inspection){
        .base.name = own,
        .path = own,
        .plan = plan,
        .timer = {.on_due = inspection_on_deadline, .owner = inspection},
        .job = {.work = inspection_work, .on_done = inspection_on_done},
        .watched = {WATCH_NONE, WATCH_NONE},
    };
}

void inspection_start(struct wait_target *target, int64_t deadline)
{
    struct inspection *inspection = (struct inspection *)target;

    inspection->trying = true;
    inspection->deadline = deadline;
    inspection->lost = loop_lost(inspection->plan->loop);
    loop_timer_set(inspection->plan->loop, &inspection->timer, deadline);
    if (inspection->job.busy)
        return; /* the last look hangs, and is what is waited for */
    inspection->outdated = false;
    crew_submit(&inspection->plan->crew, &inspection->job);
}

void inspection_cancel(struct wait_target *target, struct reason *doing)
{
    struct inspection *inspection = (struct inspection *)target;

    inspection->trying = false;
    loop_timer_clear(inspection->plan->loop, &inspection->timer);
    reason_set(doing, CODE_FAILED, "the file system has not answered yet");
}

void inspection_note_change(struct inspection *inspection, int which)
{
    if (inspection->job.busy)
        inspection->outdated = true; /* perhaps: what is watched now, the thread knows */
    else if (which == WATCH_ANY || which == inspection->watched[0] || which == inspection->watched[1])
        wait_hurry(&inspection->base);
}
