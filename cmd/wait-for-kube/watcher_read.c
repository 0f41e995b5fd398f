#include "cmd/wait-for-kube/watcher_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-kube/known.h"
#include "common/base/mem.h"
#include "common/http/json_arena.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

enum { OBJECT_MEMORY = 16 * 1024 * 1024 };

static const json_t *read_object(const char *bytes, size_t length)
{
    json_error_t error;

    return json_arena_load_bytes(bytes, length, OBJECT_MEMORY, &error);
}

bool watcher_refuse(const struct watcher *watcher, const char *text, struct reason *why)
{
    if (watcher->count < WATCHER_OBJECTS)
        return reason_set(why, CODE_FAILED, "%s", text);
    reason_set(why, CODE_FAILED, "there are more than %d objects", WATCHER_OBJECTS);
    reason_hint(why, "a narrower selector (-l) would do");
    return false;
}

static bool take_version(struct watcher *watcher, const char *version)
{
    if (!version || *version == '\0' || strlen(version) >= WATCHER_VERSION)
        return false;
    snprintf(watcher->version, sizeof watcher->version, "%s", version);
    return true;
}

/* A list that goes on where it began would never end; one that has more and does not say where is cut; and all of its chunks are of
 * one version. */
static bool take_meta(struct watcher *watcher, const json_t *meta)
{
    const char *more = object_text(meta, "/continue");
    const char *version = object_text(meta, "/resourceVersion");

    if (more && watcher->more && strcmp(more, watcher->more) == 0)
        return false;
    if ((!more || *more == '\0') && json_integer_value(json_pointer_find(meta, "/remainingItemCount")) > 0)
        return false;
    if (watcher->chunks > 0 && (!version || strcmp(version, watcher->version) != 0))
        return false;
    free(watcher->more);
    watcher->more = more && *more != '\0' ? xstrdup(more) : NULL;
    return take_version(watcher, version);
}

bool watcher_read_piece(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
{
    struct watcher *watcher = owner;
    const json_t *object = read_object(bytes, length);
    bool good = object && (kind == PIECES_META ? take_meta(watcher, object) : known_put(watcher, object));

    json_arena_clear();
    return good;
}

/* 410 says that the version is too old to go on from: all is listed anew. Others are the server's trouble. */
static bool take_error(struct watcher *watcher, const json_t *status, struct reason *why)
{
    const json_t *code = json_pointer_find(status, "/code");
    const char *message = object_text(status, "/message");

    if (json_is_integer(code) && json_integer_value(code) == 410)
        watcher->version[0] = '\0';
    if (!message || reply_repeats(message, strlen(message), &watcher->headers))
        message = "the API reports an error";
    return reason_set(why, CODE_FAILED, "the watch ended: %.200s", message);
}

/* A BOOKMARK brings nothing but its version, like what a later API may send. */
static bool take_event(struct watcher *watcher, const json_t *event, bool *news, struct reason *why)
{
    const char *type = object_text(event, "/type");
    const json_t *object = json_pointer_find(event, "/object");
    bool good = true;

    *news = *news || (type && strcmp(type, "BOOKMARK") != 0);
    if (type && strcmp(type, "ERROR") == 0)
        return take_error(watcher, object, why);
    if (type && strcmp(type, "DELETED") == 0)
        good = known_drop(watcher, object);
    else if (type && (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0))
        good = known_put(watcher, object);
    good = good && type && take_version(watcher, object_text(object, "/metadata/resourceVersion"));
    return good || watcher_refuse(watcher, "the watch brought an event that cannot be read", why);
}

/* One event a line. */
static bool take_line(struct watcher *watcher, bool *news, struct reason *why)
{
    const json_t *event = read_object(watcher->line.data, watcher->line.length);
    bool good = event ? take_event(watcher, event, news, why)
                      : reason_set(why, CODE_FAILED, "the watch brought what is not JSON");

    json_arena_clear();
    buf_clear(&watcher->line);
    return good;
}

bool watcher_read_events(struct watcher *watcher, const char *bytes, size_t length, struct reason *why)
{
    bool good = true, news = false;

    while (good && length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end - bytes) : length;
        good = buf_add(&watcher->line, bytes, part) ||
               reason_set(why, CODE_FAILED, "the watch brought an object of more than %d bytes",
                          PIECES_OBJECT);
        if (good && end && watcher->line.length > 0)
            good = take_line(watcher, &news, why);
        bytes += part + (end != NULL);
        length -= part + (end != NULL);
    }
    if (news)
        watcher->on_change(watcher->owner);
    return good;
}
