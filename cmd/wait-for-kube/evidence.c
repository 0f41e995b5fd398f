#include "cmd/wait-for-kube/evidence.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-kube/object.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

enum { MESSAGE = 160 /* bytes of a termination message */ };

/* False: it is too long. */
static bool add_selector(const json_t *selector, char out[EVIDENCE_SELECTOR])
{
    void *at = json_object_iter((json_t *)(uintptr_t)selector);
    size_t used = 0;

    for (; at; at = json_object_iter_next((json_t *)(uintptr_t)selector, at)) {
        const char *value = json_string_value(json_object_iter_value(at));
        int length = snprintf(out + used, EVIDENCE_SELECTOR - used, "%s%s=%s", used > 0 ? "," : "",
                              json_object_iter_key(at), value ? value : "");
        if (length < 0 || (size_t)length >= EVIDENCE_SELECTOR - used)
            return false;
        used += (size_t)length;
    }
    return true;
}

void evidence_add_service(struct evidence *evidence, const json_t *service, const char *name)
{
    const char *found = object_text(service, "/metadata/name"), *type = object_text(service, "/spec/type");

    if (!found || strcmp(found, name) != 0)
        return;
    evidence->found = true;
    evidence->is_external = type && strcmp(type, "ExternalName") == 0;
    if (!add_selector(json_pointer_find(service, "/spec/selector"), evidence->selector))
        evidence->found = false; /* nothing can be concluded */
}

void evidence_add_pod(struct evidence *evidence, const json_t *pod)
{
    const struct goal goal = {.kind = GOAL_DEFAULT};
    const char *name = object_text(pod, "/metadata/name");
    struct judged judged;

    object_judge(KIND_POD, &goal, pod, &judged);
    if (judged.outcome != ATTEMPT_OK && evidence->pod[0] == '\0')
        snprintf(evidence->pod, sizeof evidence->pod, "%.60s: %.170s", name ? name : "", judged.text);
    evidence->pods++;
}

/* --- a failed pod --- */

/* One line: the whole of a short message, and of a long one with several lines the last. That is where a log, which may stand in
 * for it, has its error. */
static const char *last_words(const char *message, char out[MESSAGE])
{
    size_t length = strlen(message), used = 0;

    while (length > 0 && strchr(" \t\r\n", message[length - 1]))
        length--;
    const char *last = length >= MESSAGE ? memrchr(message, '\n', length) : NULL;
    for (const char *at = last ? last + 1 : message; at < message + length && used + 1 < MESSAGE; at++)
        out[used++] = *at == '\n' || *at == '\r' || *at == '\t' ? ' ' : *at;
    out[used] = '\0';
    return out;
}

static void add_ended(struct evidence *evidence, const json_t *pod, const json_t *container,
                      const json_t *state)
{
    const char *name = object_text(pod, "/metadata/name"), *which = object_text(container, "/name");
    const char *ended = object_text(state, "/finishedAt"), *reason = object_text(state, "/reason");
    const char *message = object_text(state, "/message");
    const json_t *code = json_pointer_find(state, "/exitCode");
    char said[MESSAGE];

    ended = ended ? ended : "";
    if (!json_is_integer(code) || json_integer_value(code) == 0 ||
        (evidence->pod[0] != '\0' && strcmp(ended, evidence->ended) <= 0))
        return;
    snprintf(evidence->ended, sizeof evidence->ended, "%s", ended);
    snprintf(evidence->pod, sizeof evidence->pod, "%.60s: %.60s ended with exit code %lld%s%.20s%s%s",
             name ? name : "", which ? which : "", (long long)json_integer_value(code),
             reason && strcmp(reason, "Error") != 0 ? ", " : "",
             reason && strcmp(reason, "Error") != 0 ? reason : "", message && *message != '\0' ? ": " : "",
             message ? last_words(message, said) : "");
}

/* A pod that was evicted has no container that ended. */
static void add_status(struct evidence *evidence, const json_t *pod)
{
    const char *name = object_text(pod, "/metadata/name"), *reason = object_text(pod, "/status/reason");
    const char *message = object_text(pod, "/status/message");
    char said[MESSAGE];

    if (reason && evidence->pod[0] == '\0')
        snprintf(evidence->pod, sizeof evidence->pod, "%.60s: %.40s%s%s", name ? name : "", reason,
                 message && *message != '\0' ? ": " : "", message ? last_words(message, said) : "");
}

void evidence_add_failed_pod(struct evidence *evidence, const json_t *pod)
{
    static const char *const lists[] = {"/status/initContainerStatuses", "/status/containerStatuses"};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const json_t *all = json_pointer_find(pod, lists[i]);
        for (size_t j = 0; j < json_array_size(all); j++) {
            const json_t *container = json_array_get(all, j);
            add_ended(evidence, pod, container, json_pointer_find(container, "/lastState/terminated"));
            add_ended(evidence, pod, container, json_pointer_find(container, "/state/terminated"));
        }
    }
    add_status(evidence, pod);
    evidence->pods++;
}

/* --- a Service --- */

void evidence_explain(const struct evidence *evidence, char text[EVIDENCE_TEXT])
{
    const char *selector = evidence->selector;

    text[0] = '\0';
    if (evidence->missing)
        snprintf(text, EVIDENCE_TEXT, "there is no Service of that name");
    else if (!evidence->found)
        return;
    else if (evidence->is_external)
        snprintf(text, EVIDENCE_TEXT, "a Service of type ExternalName has none");
    else if (*selector == '\0')
        snprintf(text, EVIDENCE_TEXT,
                 "the Service has no selector, so somebody else makes its EndpointSlices");
    else if (!evidence->pods_known)
        snprintf(text, EVIDENCE_TEXT, "selector %.100s, and pods cannot be listed", selector);
    else if (evidence->pods == 0)
        snprintf(text, EVIDENCE_TEXT, "selector %.100s matches no pod", selector);
    else if (evidence->pod[0] != '\0')
        snprintf(text, EVIDENCE_TEXT, "selector %.60s matches pods that are not ready: %.130s", selector,
                 evidence->pod);
    else if (!evidence->cut)
        snprintf(text, EVIDENCE_TEXT, "selector %.80s matches pods that are all ready, %u of them", selector,
                 evidence->pods);
}
