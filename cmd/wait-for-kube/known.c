#include "cmd/wait-for-kube/known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/mem.h"
#include "common/http/reply.h"

#include "common/base/banned.h"

static bool is_wanted(const struct watcher *watcher, const char *name)
{
    return !watcher->of || strings_have(watcher->of, name);
}

/* Where the object is, or belongs. */
static size_t place_of(const struct watcher *watcher, const char *name, bool *is_there)
{
    size_t low = 0, high = watcher->count;

    *is_there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(watcher->objects[middle]->name, name);
        if (order == 0) {
            *is_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void object_free(struct watched_object *object)
{
    free(object->name);
    free(object->service);
    free(object->text);
    endpoints_free(&object->endpoints);
    free(object);
}

static struct watched_object *insert(struct watcher *watcher, size_t at, const char *name)
{
    struct watched_object *object = xcalloc(1, sizeof *object);

    if (watcher->count == watcher->capacity) {
        watcher->capacity = watcher->capacity > 0 ? watcher->capacity * 2 : 4;
        watcher->objects = xrealloc(watcher->objects, watcher->capacity * sizeof(struct watched_object *));
    }
    memmove(&watcher->objects[at + 1], &watcher->objects[at],
            (watcher->count - at) * sizeof(struct watched_object *));
    watcher->count++;
    watcher->objects[at] = object;
    object->name = xstrdup(name);
    return object;
}

static void forget(struct watcher *watcher, size_t at)
{
    object_free(watcher->objects[at]);
    watcher->count--;
    memmove(&watcher->objects[at], &watcher->objects[at + 1],
            (watcher->count - at) * sizeof(struct watched_object *));
}

/* An EndpointSlice counts for its service. */
static void judge(const struct watcher *watcher, const json_t *object, struct watched_object *known)
{
    struct judged judged = {.outcome = ATTEMPT_OK};

    if (watcher->kind->form == KIND_SERVICE)
        endpoints_read(object, &known->endpoints);
    else
        object_judge(watcher->kind->form, &watcher->plan->goal, object, &judged);
    if (reply_repeats(judged.text, strlen(judged.text), &watcher->headers))
        snprintf(judged.text, sizeof judged.text, "is not as it should be: what it says repeats a secret");
    free(known->text);
    known->outcome = judged.outcome;
    known->text = judged.outcome == ATTEMPT_OK ? NULL : xstrdup(judged.text);
    known->round = watcher->round;
}

/* What the server sends although it was not asked for: objects of another namespace, or of another kind. A list does not say of its
 * objects which kind they are. */
static bool is_of(const struct watcher *watcher, const json_t *object)
{
    const char *namespace = object_text(object, "/metadata/namespace"), *kind = object_text(object, "/kind");
    const char *expected = watcher->kind->form == KIND_SERVICE ? "EndpointSlice" : watcher->kind->name;
    bool is_custom = strcmp(watcher->kind->name, watcher->kind->plural) == 0; /* only its plural is known */

    return (!namespace || (watcher->namespace && strcmp(namespace, watcher->namespace) == 0)) &&
           (!kind || is_custom || strcasecmp(kind, expected) == 0);
}

/* The object's name; NULL: it is not what was asked for. */
static const char *name_of(const struct watcher *watcher, const json_t *object)
{
    const char *name = object_text(object, "/metadata/name");
    bool good = name && strlen(name) < WATCHER_NAME && is_of(watcher, object) &&
                !reply_repeats(name, strlen(name), &watcher->headers);

    return good ? name : NULL;
}

bool known_put(struct watcher *watcher, const json_t *object)
{
    const char *name = name_of(watcher, object);
    bool is_slice = watcher->kind->form == KIND_SERVICE, is_there;
    const char *service = is_slice ? object_text(object, "/metadata/labels/kubernetes.io~1service-name")
                                   : NULL;

    if (!name)
        return false;
    size_t at = place_of(watcher, name, &is_there);
    if ((is_slice && !service) || !is_wanted(watcher, is_slice ? service : name)) {
        if (is_there) /* it was another service's, or still is */
            forget(watcher, at);
        return true;
    }
    if (!is_there && watcher->count == WATCHER_OBJECTS)
        return false;
    struct watched_object *known = is_there ? watcher->objects[at] : insert(watcher, at, name);
    free(known->service);
    known->service = service ? xstrdup(service) : NULL;
    judge(watcher, object, known);
    return true;
}

/* A Job that was seen complete was ready, even if it is removed at once (ttlSecondsAfterFinished). */
static bool remembers(const struct watcher *watcher)
{
    enum goal_kind goal = watcher->plan->goal.kind;

    return watcher->kind->form == KIND_JOB && (goal == GOAL_DEFAULT || goal == GOAL_COMPLETE);
}

bool known_drop(struct watcher *watcher, const json_t *object)
{
    const char *name = name_of(watcher, object);
    bool is_there;

    if (!name)
        return false;
    if (remembers(watcher))
        known_put(watcher, object); /* as it was at its end */
    size_t at = place_of(watcher, name, &is_there);
    if (!is_there || (remembers(watcher) && !watcher->objects[at]->text))
        return true;
    forget(watcher, at);
    return true;
}

void known_sweep(struct watcher *watcher)
{
    size_t kept = 0;

    for (size_t i = 0; i < watcher->count; i++) {
        struct watched_object *object = watcher->objects[i];
        if (object->round == watcher->round || (remembers(watcher) && !object->text))
            watcher->objects[kept++] = object;
        else
            object_free(object);
    }
    watcher->count = kept;
}

const struct watched_object *known_find(const struct watcher *watcher, const char *name)
{
    bool is_there;
    size_t at = place_of(watcher, name, &is_there);

    return is_there ? watcher->objects[at] : NULL;
}

void known_free(struct watcher *watcher)
{
    for (size_t i = 0; i < watcher->count; i++)
        object_free(watcher->objects[i]);
    free(watcher->objects);
}
