#include "cmd/wait-for-kube/object.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

enum { SHOWN = 80 };

/* --- --for --- */

bool goal_parse(const char *text, struct goal *goal, struct reason *why)
{
    static const char *const words[] = {
        [GOAL_COMPLETE] = "complete", [GOAL_READY] = "ready",     [GOAL_AVAILABLE] = "available",
        [GOAL_EXISTS] = "exists",     [GOAL_DELETED] = "deleted",
    };

    *goal = (struct goal){.kind = GOAL_DEFAULT};
    if (!text)
        return true;
    for (size_t i = GOAL_COMPLETE; i <= GOAL_DELETED; i++)
        if (strcmp(text, words[i]) == 0) {
            goal->kind = (enum goal_kind)i;
            return true;
        }
    bool is_condition = strncmp(text, "condition=", 10) == 0;
    if (!is_condition && strncmp(text, "json=", 5) != 0)
        return reason_set(why, CODE_USAGE,
                          "expected complete, ready, available, exists, deleted, "
                          "condition=TYPE[=STATUS] or json=POINTER[=VALUE]");
    const char *name = text + (is_condition ? 10 : 5);
    size_t length = strcspn(name, "=");
    goal->kind = is_condition ? GOAL_CONDITION : GOAL_JSON;
    goal->name = xstrndup(name, length);
    goal->value = name[length] == '=' ? xstrdup(name + length + 1) : NULL;
    if (goal->value && !is_condition)
        goal->json = json_loads(goal->value, JSON_DECODE_ANY, NULL);
    if (is_condition)
        return (length > 0 && (!goal->value || *goal->value != '\0')) ||
               reason_set(why, CODE_USAGE, "expected condition=TYPE[=STATUS]");
    if (length == 0) /* the whole object: it is always there */
        return reason_set(why, CODE_USAGE, "expected json=POINTER[=VALUE], such as json=/status/phase=Bound");
    return json_pointer_check(goal->name, why);
}

void goal_free(struct goal *goal)
{
    free(goal->name);
    free(goal->value);
    json_decref(goal->json);
}

bool goal_fits(const struct goal *goal, const struct kind *kind, struct reason *why)
{
    bool fits = true;

    if (goal->kind == GOAL_COMPLETE)
        fits = kind->form == KIND_JOB || kind->form == KIND_POD;
    else if (kind->form == KIND_SERVICE)
        fits = goal->kind == GOAL_DEFAULT || goal->kind == GOAL_READY || goal->kind == GOAL_AVAILABLE;
    return fits || reason_set(why, CODE_USAGE, "--for: a %s cannot be waited for like that", kind->name);
}

/* --- looking into an object --- */

const char *object_text(const json_t *object, const char *pointer)
{
    return json_string_value(json_pointer_find(object, pointer));
}

static int64_t number(const json_t *object, const char *pointer, int64_t otherwise)
{
    const json_t *value = json_pointer_find(object, pointer);

    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static bool is_text(const json_t *object, const char *pointer, const char *text)
{
    const char *value = object_text(object, pointer);

    return value && strcmp(value, text) == 0;
}

static const json_t *condition(const json_t *object, const char *type)
{
    const json_t *all = json_pointer_find(object, "/status/conditions");

    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        const char *name = object_text(one, "/type");
        if (name && strcasecmp(name, type) == 0)
            return one;
    }
    return NULL;
}

static bool has_condition(const json_t *object, const char *type)
{
    const json_t *found = condition(object, type);

    return found && is_text(found, "/status", "True");
}

static void say(struct judged *judged, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct judged *judged, enum outcome outcome, const char *format, ...)
{
    va_list arguments;

    judged->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(judged->text, sizeof judged->text, format, arguments);
    va_end(arguments);
}

/* ": REASON: MESSAGE" of a condition or a container's state, as far as it has them. */
static const char *because(const json_t *where, char text[OBJECT_TEXT])
{
    const char *reason = object_text(where, "/reason"), *message = object_text(where, "/message");

    snprintf(text, OBJECT_TEXT, "%s%.80s%s%.140s", reason && *reason ? ": " : "", reason ? reason : "",
             message && *message ? ": " : "", message ? message : "");
    return text;
}

/* --- conditions and values --- */

static void judge_condition(const char *type, const char *status, const json_t *object, struct judged *judged)
{
    const json_t *found = condition(object, type);
    const char *is = found ? object_text(found, "/status") : NULL;
    char text[OBJECT_TEXT];

    if (is && strcasecmp(is, status) == 0)
        judged->outcome = ATTEMPT_OK;
    else if (!is)
        say(judged, ATTEMPT_RETRY, "has no condition %.60s yet", type);
    else
        say(judged, ATTEMPT_RETRY, "condition %.60s is %.20s%s", type, is, because(found, text));
}

static void judge_value(const struct goal *goal, const json_t *object, bool is_secret, struct judged *judged)
{
    const json_t *value = json_pointer_find(object, goal->name);
    struct buf shown;
    bool good = value && (!goal->value ||
                          (json_is_string(value) ? strcmp(json_string_value(value), goal->value) == 0
                                                 : goal->json && json_pointer_same(value, goal->json)));

    judged->outcome = good ? ATTEMPT_OK : ATTEMPT_RETRY;
    if (good)
        return;
    if (!value) {
        say(judged, ATTEMPT_RETRY, "has no value at %.100s", goal->name);
        return;
    }
    if (is_secret) {
        say(judged, ATTEMPT_RETRY, "%.60s has another value", goal->name);
        return;
    }
    buf_init(&shown, SHOWN);
    json_pointer_show(value, &shown);
    say(judged, ATTEMPT_RETRY, "%.60s is not %.60s, but %s", goal->name, goal->value,
        shown.data ? shown.data : "");
    buf_free(&shown);
}

/* --- jobs and pods --- */

static void judge_job(const json_t *job, struct judged *judged)
{
    char text[OBJECT_TEXT];

    if (has_condition(job, "Complete"))
        judged->outcome = ATTEMPT_OK;
    else if (has_condition(job, "Failed"))
        say(judged, ATTEMPT_FAIL, "has failed%s", because(condition(job, "Failed"), text));
    else if (has_condition(job, "Suspended"))
        say(judged, ATTEMPT_RETRY, "is suspended");
    else
        say(judged, ATTEMPT_RETRY, "is not complete: %lld active, %lld succeeded, %lld failed",
            (long long)number(job, "/status/active", 0), (long long)number(job, "/status/succeeded", 0),
            (long long)number(job, "/status/failed", 0));
}

/* Why a container is not ready. False: it is. */
static bool say_container(const json_t *container, const char *what, struct judged *judged)
{
    const char *name = object_text(container, "/name");
    const json_t *waiting = json_pointer_find(container, "/state/waiting");
    const json_t *ended = json_pointer_find(container, "/state/terminated");
    int64_t code = number(ended, "/exitCode", -1);
    char text[OBJECT_TEXT];

    if (waiting)
        say(judged, ATTEMPT_RETRY, "%s %.63s is waiting%s", what, name ? name : "", because(waiting, text));
    else if (ended && code != 0)
        say(judged, ATTEMPT_RETRY, "%s %.63s has ended with exit code %lld%s", what, name ? name : "",
            (long long)code, because(ended, text));
    else if (!ended && !json_is_true(json_pointer_find(container, "/ready")))
        say(judged, ATTEMPT_RETRY, "%s %.63s runs and is not ready", what, name ? name : "");
    else
        return false;
    return true;
}

static bool say_containers(const json_t *pod, const char *pointer, const char *what, struct judged *judged)
{
    const json_t *all = json_pointer_find(pod, pointer);

    for (size_t i = 0; i < json_array_size(all); i++)
        if (say_container(json_array_get(all, i), what, judged))
            return true;
    return false;
}

static void say_pod(const json_t *pod, struct judged *judged)
{
    const json_t *scheduled = condition(pod, "PodScheduled");
    const char *phase = object_text(pod, "/status/phase");
    char text[OBJECT_TEXT];

    if (scheduled && is_text(scheduled, "/status", "False"))
        say(judged, ATTEMPT_RETRY, "is not scheduled%s", because(scheduled, text));
    else if (!say_containers(pod, "/status/initContainerStatuses", "init container", judged) &&
             !say_containers(pod, "/status/containerStatuses", "container", judged))
        say(judged, ATTEMPT_RETRY, "is %.30s%s", phase ? phase : "without a phase",
            because(json_pointer_find(pod, "/status"), text));
}

static void judge_pod(const json_t *pod, bool complete, struct judged *judged)
{
    const char *phase = object_text(pod, "/status/phase");
    bool leaving = json_pointer_find(pod, "/metadata/deletionTimestamp") != NULL;

    if (complete && phase && strcmp(phase, "Succeeded") == 0)
        judged->outcome = ATTEMPT_OK;
    else if (!complete && leaving)
        say(judged, ATTEMPT_RETRY, "is being deleted");
    else if (!complete && has_condition(pod, "Ready"))
        judged->outcome = ATTEMPT_OK;
    else
        say_pod(pod, judged);
    if (complete && phase && strcmp(phase, "Failed") == 0)
        judged->outcome = ATTEMPT_FAIL;
}

/* --- what has replicas --- */

/* The controller has not seen the newest wish yet. */
static bool is_behind(const json_t *object, struct judged *judged)
{
    int64_t wanted = number(object, "/metadata/generation", 0);
    int64_t seen = number(object, "/status/observedGeneration", -1);

    if (seen >= wanted)
        return false;
    say(judged, ATTEMPT_RETRY, "its controller has not seen generation %lld yet", (long long)wanted);
    return true;
}

static void judge_replicas(int64_t wanted, int64_t updated, int64_t good, const char *word,
                           struct judged *judged)
{
    if (updated >= wanted && good >= wanted)
        judged->outcome = ATTEMPT_OK;
    else
        say(judged, ATTEMPT_RETRY, "%lld of %lld replicas are %s, %lld are of the newest version",
            (long long)good, (long long)wanted, word, (long long)updated);
}

static void judge_workload(enum kind_form form, const json_t *object, struct judged *judged)
{
    int64_t wanted = number(object, "/spec/replicas", 1);

    if (is_behind(object, judged))
        return;
    if (form == KIND_DEPLOYMENT) {
        int64_t total = number(object, "/status/replicas", 0),
                updated = number(object, "/status/updatedReplicas", 0);
        judge_replicas(wanted, updated, number(object, "/status/availableReplicas", 0), "available", judged);
        if (judged->outcome == ATTEMPT_OK && total > updated)
            say(judged, ATTEMPT_RETRY, "%lld replicas of an old version are still there",
                (long long)(total - updated));
    } else if (form == KIND_STATEFULSET) {
        const char *current = object_text(object, "/status/currentRevision");
        bool same = current && is_text(object, "/status/updateRevision", current);
        int64_t updated = same ? number(object, "/status/currentReplicas", 0)
                               : number(object, "/status/updatedReplicas", 0);
        judge_replicas(wanted, updated, number(object, "/status/readyReplicas", 0), "ready", judged);
        if (judged->outcome == ATTEMPT_OK && !same)
            say(judged, ATTEMPT_RETRY, "is being updated");
    } else {
        judge_replicas(number(object, "/status/desiredNumberScheduled", 0),
                       number(object, "/status/updatedNumberScheduled", 0),
                       number(object, "/status/numberAvailable", 0), "available", judged);
    }
}

static void judge_claim(const json_t *claim, struct judged *judged)
{
    const char *phase = object_text(claim, "/status/phase");

    if (phase && strcmp(phase, "Bound") == 0)
        judged->outcome = ATTEMPT_OK;
    else
        say(judged, ATTEMPT_RETRY, "is %.30s, not Bound", phase ? phase : "without a phase");
}

static bool has_replicas(enum kind_form form)
{
    return form == KIND_DEPLOYMENT || form == KIND_STATEFULSET || form == KIND_DAEMONSET;
}

/* --- all of it --- */

static void judge_by_kind(enum kind_form form, const json_t *object, struct judged *judged)
{
    if (form == KIND_JOB)
        judge_job(object, judged);
    else if (form == KIND_POD)
        judge_pod(object, false, judged);
    else if (has_replicas(form))
        judge_workload(form, object, judged);
    else if (form == KIND_CLAIM)
        judge_claim(object, judged);
    else if (form == KIND_DEFINITION)
        judge_condition("Established", "True", object, judged);
}

void object_judge(enum kind_form form, const struct goal *goal, const json_t *object, struct judged *judged)
{
    *judged = (struct judged){.outcome = ATTEMPT_OK};
    switch (goal->kind) {
    case GOAL_DEFAULT:
        judge_by_kind(form, object, judged);
        break;
    case GOAL_COMPLETE:
        if (form == KIND_JOB)
            judge_job(object, judged);
        else
            judge_pod(object, true, judged);
        break;
    case GOAL_READY:
    case GOAL_AVAILABLE:
        if (has_replicas(form))
            judge_workload(form, object, judged);
        else if (form == KIND_POD)
            judge_pod(object, false, judged);
        else
            judge_condition(goal->kind == GOAL_READY ? "Ready" : "Available", "True", object, judged);
        break;
    case GOAL_EXISTS:
        break;
    case GOAL_DELETED:
        say(judged, ATTEMPT_RETRY, "is still there%s",
            json_pointer_find(object, "/metadata/deletionTimestamp") ? ", being deleted" : "");
        break;
    case GOAL_CONDITION:
        judge_condition(goal->name, goal->value ? goal->value : "True", object, judged);
        break;
    case GOAL_JSON:
        judge_value(goal, object, form == KIND_SECRET, judged);
        break;
    }
}
