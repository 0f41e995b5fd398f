#include "cmd/wait-for-kube/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-kube/known.h"

#include "common/base/banned.h"

/* --- judging --- */

static enum outcome refuse(const struct watched_object *object, bool with_name, struct reason *why)
{
    reason_set(why, CODE_FAILED, "%s%s%s", with_name ? object->name : "", with_name ? ": " : "",
               object->text);
    return object->outcome;
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
    return object->text ? refuse(object, false, why) : ATTEMPT_OK;
}

/* A service is ready when so many endpoints of its slices are. */
static enum outcome judge_service(struct claim *claim, struct reason *why)
{
    const struct watcher *watcher = claim->watcher;
    size_t slices = 0, wanted = claim->plan->min_endpoints;
    struct endpoints all = {0};

    for (size_t i = 0; i < watcher->count; i++)
        if (strcmp(watcher->objects[i].service, claim->name) == 0) {
            endpoints_add(&all, &watcher->objects[i].endpoints);
            slices++;
        }
    size_t ready = endpoints_count(&all);
    endpoints_free(&all);
    snprintf(claim->found, sizeof claim->found, "%zu endpoint%s", ready, ready == 1 ? "" : "s");
    if (ready >= wanted)
        return ATTEMPT_OK;
    reason_set(why, CODE_FAILED, "%zu of %zu endpoint%s ready", ready, wanted, wanted == 1 ? " is" : "s are");
    if (slices == 0)
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
        const struct watched_object *object = &watcher->objects[i];
        good += object->text == NULL;
        if (object->text && (!wrong || (object->outcome == ATTEMPT_FAIL && wrong->outcome != ATTEMPT_FAIL)))
            wrong = object;
    }
    snprintf(claim->found, sizeof claim->found, "%zu object%s", watcher->count,
             watcher->count == 1 ? "" : "s");
    if (wrong) {
        enum outcome outcome = refuse(wrong, true, why);
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

static void claim_conclude(struct claim *claim)
{
    struct reason why;
    enum outcome outcome = claim_judge(claim, &why);

    claim_end(claim, outcome, &why);
}

static void say_doing(struct reason *why)
{
    reason_set(why, CODE_FAILED, "the list of objects has not come yet");
    reason_hint(why, "is the API server slow, or are there very many objects?");
}

static void on_limit(void *owner)
{
    struct claim *claim = owner;
    struct reason why;

    say_doing(&why);
    claim_end(claim, ATTEMPT_RETRY, &why);
}

void claim_start(struct wait_target *target, int64_t deadline)
{
    struct claim *claim = (struct claim *)target;

    if (claim_can_judge(claim)) {
        claim_conclude(claim);
        return;
    }
    claim->pending = true;
    claim->limit = (struct loop_timer){.on_due = on_limit, .owner = claim};
    loop_timer_set(claim->plan->watcher.exchange.loop, &claim->limit, deadline);
}

void claim_cancel(struct wait_target *target, struct reason *doing)
{
    struct claim *claim = (struct claim *)target;

    loop_timer_clear(claim->plan->watcher.exchange.loop, &claim->limit);
    exchange_doing(&claim->watcher->exchange, doing);
}

void claim_look_again(struct claim *claim)
{
    if (claim->pending && claim_can_judge(claim))
        claim_conclude(claim);
    else if (!claim->pending)
        wait_hurry(&claim->base);
}

void claim_free(struct claim *claim)
{
    free(claim->shown);
    free(claim->word);
    free(claim->name);
}
