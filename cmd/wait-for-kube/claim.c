#include "cmd/wait-for-kube/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-kube/known.h"
#include "common/base/deadline.h"

#include "common/base/banned.h"

enum {
    INQUIRY_LEAST = 50,    /* milliseconds that an attempt must have left for one */
    INQUIRY_TIME = 3000,   /* milliseconds that one may take */
    INQUIRY_EVERY = 60000, /* milliseconds between two of a Service */
};

/* --- judging --- */

static enum outcome refuse(const struct watched_object *object, bool with_name, struct reason *why)
{
    reason_set(why, CODE_FAILED, "%s%s%s", with_name ? object->name : "", with_name ? ": " : "",
               object->text);
    return object->outcome;
}

/* Adds to the text, not to the detail: reasons are compared by it. */
static void reason_add(struct reason *why, const char *between, const char *words)
{
    size_t used = strlen(why->text);

    snprintf(why->text + used, sizeof why->text - used, "%s%s", between, words);
    reason_defuse(why->text);
}

static enum outcome judge_absent(const struct claim *claim, struct reason *why)
{
    reason_set(why, CODE_FAILED, "is not there");
    if (claim->kind->form == KIND_JOB)
        reason_hint(
            why,
            "has it been created, and in this namespace? one with ttlSecondsAfterFinished may be gone already");
    else
        reason_hint(why, "has it been created, and in this namespace (-n)?");
    return ATTEMPT_RETRY;
}

static enum outcome judge_named(struct claim *claim, struct reason *why)
{
    const struct watched_object *object = known_find(claim->watcher, claim->name);
    bool gone = claim->plan->watcher.goal.kind == GOAL_DELETED;

    if (!object)
        return gone ? ATTEMPT_OK : judge_absent(claim, why);
    claim->about = object->name;
    return object->text ? refuse(object, false, why) : ATTEMPT_OK;
}

/* A service is ready when so many endpoints of its slices are. */
static enum outcome judge_service(struct claim *claim, struct reason *why)
{
    const struct watcher *watcher = claim->watcher;
    size_t slices = 0, wanted = claim->plan->min_endpoints;
    struct endpoints all = {0};

    for (size_t i = 0; i < watcher->count; i++)
        if (strcmp(watcher->objects[i]->service, claim->name) == 0) {
            endpoints_add(&all, &watcher->objects[i]->endpoints);
            slices++;
        }
    claim->about = claim->name;
    claim->ready = endpoints_count(&all);
    endpoints_free(&all);
    snprintf(claim->found, sizeof claim->found, "%zu endpoint%s", claim->ready, claim->ready == 1 ? "" : "s");
    if (claim->ready >= wanted)
        return ATTEMPT_OK;
    reason_set(why, CODE_FAILED, "%zu of %zu endpoint%s ready", claim->ready, wanted,
               wanted == 1 ? " is" : "s are");
    if (claim->words[0] != '\0' && claim->words_for == claim->ready)
        reason_add(why, ": ", claim->words);
    else if (slices == 0)
        reason_hint(why, "there is no EndpointSlice: does the Service exist, and does it have a selector?");
    else
        reason_hint(why, "does the Service's selector match pods, and are they ready?");
    return ATTEMPT_RETRY;
}

static enum outcome judge_selected(struct claim *claim, struct reason *why)
{
    const struct watcher *watcher = claim->watcher;
    const struct watched_object *wrong = NULL;
    bool gone = claim->plan->watcher.goal.kind == GOAL_DELETED;
    size_t good = 0, wanted = claim->plan->min_objects;

    for (size_t i = 0; i < watcher->count; i++) {
        const struct watched_object *object = watcher->objects[i];
        good += object->text == NULL;
        if (object->text && (!wrong || (object->outcome == ATTEMPT_FAIL && wrong->outcome != ATTEMPT_FAIL)))
            wrong = object;
    }
    snprintf(claim->found, sizeof claim->found, "%zu object%s", watcher->count,
             watcher->count == 1 ? "" : "s");
    if (wrong) {
        enum outcome outcome = refuse(wrong, true, why);
        claim->about = wrong->name;
        reason_detail(why, " (%zu of %zu are as they should be)", good, watcher->count);
        return outcome;
    }
    if (gone || watcher->count >= wanted)
        return ATTEMPT_OK;
    reason_set(why, CODE_FAILED, "%zu of %zu objects match the selector", watcher->count, wanted);
    reason_hint(why, "are the labels right, and the namespace (-n)?");
    return ATTEMPT_RETRY;
}

enum outcome claim_judge(struct claim *claim, struct reason *why)
{
    claim->about = NULL;
    if (claim->watcher->trouble.text[0] != '\0') {
        *why = claim->watcher->trouble;
        return claim->watcher->is_lost ? ATTEMPT_FAIL : ATTEMPT_RETRY;
    }
    claim->found[0] = '\0';
    if (!claim->name)
        return judge_selected(claim, why);
    return claim->kind->form == KIND_SERVICE ? judge_service(claim, why) : judge_named(claim, why);
}

/* --- attempts --- */

static void claim_end(struct claim *claim, enum outcome outcome, const struct reason *why)
{
    claim->pending = false;
    loop_timer_clear(claim->plan->watcher.exchange.loop, &claim->limit);
    claim->base.found = claim->found[0] != '\0' ? claim->found : NULL;
    wait_attempt_ended(&claim->base, outcome, why);
}

static bool claim_can_judge(const struct claim *claim)
{
    const struct watcher *watcher = claim->watcher;

    return (watcher->synced && !watcher->behind) || watcher->trouble.text[0] != '\0';
}

/* What the watch does not show is asked for where it is of use: once of a Job that failed, now and then of a Service that is not
 * ready. */
static bool claim_wants_inquiry(const struct claim *claim, int64_t now)
{
    if (!claim->about || deadline_left(claim->deadline, now) < INQUIRY_LEAST)
        return false;
    if (claim->kind->form == KIND_JOB)
        return claim->outcome == ATTEMPT_FAIL;
    return claim->kind->form == KIND_SERVICE && claim->outcome == ATTEMPT_RETRY && now >= claim->look_at;
}

static void on_found(void *owner)
{
    struct claim *claim = owner;
    const struct inquiry *inquiry = claim->inquiry;

    claim->inquiry = NULL;
    if (claim->kind->form == KIND_JOB) {
        if (inquiry->text[0] != '\0')
            reason_add(&claim->why, "; pod ", inquiry->text);
    } else {
        claim->look_at = inquiry->forbidden ? DEADLINE_NEVER : deadline_after(deadline_now(), INQUIRY_EVERY);
        claim->words_for = claim->ready;
        memcpy(claim->words, inquiry->text, sizeof claim->words);
        if (claim_can_judge(claim))
            claim->outcome = claim_judge(claim, &claim->why);
    }
    claim_end(claim, claim->outcome, &claim->why);
}

/* False: others are under way. */
static bool claim_inquire(struct claim *claim, int64_t now)
{
    for (size_t i = 0; i < CLAIM_INQUIRIES; i++) {
        struct inquiry *inquiry = &claim->plan->inquiries[i];
        if (inquiry->step != INQUIRY_NOTHING)
            continue;
        claim->inquiry = inquiry;
        claim->pending = true;
        loop_timer_clear(claim->plan->watcher.exchange.loop, &claim->limit);
        inquiry->on_end = on_found;
        inquiry->owner = claim;
        inquiry_start(inquiry, claim->kind->form == KIND_JOB ? INQUIRY_JOB : INQUIRY_SERVICE, claim->about,
                      deadline_earlier(claim->deadline, deadline_after(now, INQUIRY_TIME)));
        return true;
    }
    return false;
}

static void claim_conclude(struct claim *claim)
{
    int64_t now = deadline_now();

    claim->outcome = claim_judge(claim, &claim->why);
    if (!claim_wants_inquiry(claim, now) || !claim_inquire(claim, now))
        claim_end(claim, claim->outcome, &claim->why);
}

static void say_doing(const struct claim *claim, struct reason *why)
{
    reason_set(why, CODE_FAILED, "the %s yet",
               claim->watcher->synced ? "watch has not been renewed" : "list of objects has not come");
    reason_hint(why, "is the API server slow, or are there very many objects?");
}

static void claim_drop_inquiry(struct claim *claim)
{
    if (claim->inquiry)
        inquiry_cancel(claim->inquiry);
    claim->inquiry = NULL;
}

/* The attempt's time is up; or a Service has become ready while it is asked why it is not. That is noticed within a callback of
 * libcurl, where no transfer can be ended. */
static void on_limit(void *owner)
{
    struct claim *claim = owner;
    struct reason why;

    if (!claim->inquiry) {
        say_doing(claim, &why);
        claim_end(claim, ATTEMPT_RETRY, &why);
    } else if (claim_can_judge(claim) && claim_judge(claim, &why) == ATTEMPT_OK) {
        claim_drop_inquiry(claim);
        claim_end(claim, ATTEMPT_OK, &why);
    }
}

void claim_start(struct wait_target *target, int64_t deadline)
{
    struct claim *claim = (struct claim *)target;

    claim->deadline = deadline;
    claim->limit.on_due = on_limit;
    claim->limit.owner = claim;
    if (claim->look_at == 0)
        claim->look_at = deadline_after(deadline_now(), claim->plan->patience);
    if (claim_can_judge(claim)) {
        claim_conclude(claim);
        return;
    }
    claim->pending = true;
    loop_timer_set(claim->plan->watcher.exchange.loop, &claim->limit, deadline);
}

void claim_cancel(struct wait_target *target, struct reason *doing)
{
    struct claim *claim = (struct claim *)target;

    loop_timer_clear(claim->plan->watcher.exchange.loop, &claim->limit);
    if (claim->inquiry)
        *doing = claim->why;
    else
        exchange_doing(&claim->watcher->exchange, doing);
    claim_drop_inquiry(claim);
}

/* A Job that failed stays so while its pod is looked for. */
void claim_look_again(struct claim *claim)
{
    if (claim->inquiry && claim->outcome == ATTEMPT_RETRY)
        loop_timer_set(claim->plan->watcher.exchange.loop, &claim->limit, deadline_now());
    else if (!claim->pending)
        wait_hurry(&claim->base);
    else if (!claim->inquiry && claim_can_judge(claim))
        claim_conclude(claim);
}

void claim_free(struct claim *claim)
{
    free(claim->shown);
    free(claim->word);
    free(claim->name);
}
