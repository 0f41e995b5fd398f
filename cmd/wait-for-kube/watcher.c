#include "cmd/wait-for-kube/watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/wait-for-kube/known.h"
#include "cmd/wait-for-kube/watcher_url.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/http/json_arena.h"
#include "common/http/json_pointer.h"

#include "common/base/banned.h"

enum {
    CHUNKS_MOST = 1000,
    OBJECT_MEMORY = 16 * 1024 * 1024,
    WATCH_LEAST = 300, /* seconds; up to twice as long, so that not all watchers come back at once */
    WATCH_SLACK = 60,  /* seconds that a server has to end a watch by itself */
    LASTED = 5000,     /* milliseconds of a watch that went well */
};

static void watcher_changed(struct watcher *watcher)
{
    watcher->on_change(watcher->owner);
}

static void watcher_release(struct watcher *watcher)
{
    exchange_clear(&watcher->exchange);
    headers_clear(&watcher->headers);
    url_free(&watcher->url);
}

/* All that is known may be out of date. */
static void watcher_list_anew(struct watcher *watcher)
{
    watcher->version[0] = '\0';
    watcher->synced = false;
    watcher->chunks = 0;
    free(watcher->more);
    watcher->more = NULL;
}

/* --- what comes --- */

static const json_t *read_object(const char *bytes, size_t length)
{
    json_error_t error;

    return json_arena_load_bytes(bytes, length, OBJECT_MEMORY, &error);
}

static bool take_version(struct watcher *watcher, const char *version)
{
    if (!version || *version == '\0' || strlen(version) >= WATCHER_VERSION)
        return false;
    snprintf(watcher->version, sizeof watcher->version, "%s", version);
    return true;
}

static bool take_meta(struct watcher *watcher, const json_t *meta)
{
    const char *more = object_text(meta, "/continue");

    free(watcher->more);
    watcher->more = more && *more != '\0' ? xstrdup(more) : NULL;
    return take_version(watcher, object_text(meta, "/resourceVersion"));
}

static bool on_piece(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
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
    return reason_set(why, CODE_FAILED, "the watch ended: %.200s",
                      message ? message : "the API reports an error");
}

/* A BOOKMARK brings nothing but its version, like what a later API may send. */
static bool take_event(struct watcher *watcher, const json_t *event, struct reason *why)
{
    const char *type = object_text(event, "/type");
    const json_t *object = json_pointer_find(event, "/object");
    bool good = true;

    if (type && strcmp(type, "ERROR") == 0)
        return take_error(watcher, object, why);
    if (type && strcmp(type, "DELETED") == 0)
        known_drop(watcher, object);
    else if (type && (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0))
        good = known_put(watcher, object);
    good = good && type && take_version(watcher, object_text(object, "/metadata/resourceVersion"));
    return good || reason_set(why, CODE_FAILED, "the watch brought an event that cannot be read");
}

/* One event a line. */
static bool take_line(struct watcher *watcher, struct reason *why)
{
    const json_t *event = read_object(watcher->line.data, watcher->line.length);
    bool good = event ? take_event(watcher, event, why)
                      : reason_set(why, CODE_FAILED, "the watch brought what is not JSON");

    json_arena_clear();
    buf_clear(&watcher->line);
    return good;
}

static bool take_events(struct watcher *watcher, const char *bytes, size_t length, struct reason *why)
{
    bool good = true, any = false;

    while (good && length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end - bytes) : length;
        good = buf_add(&watcher->line, bytes, part) ||
               reason_set(why, CODE_FAILED, "the watch brought an object of more than %d bytes",
                          PIECES_OBJECT);
        if (good && end && watcher->line.length > 0) {
            good = take_line(watcher, why);
            any = true;
        }
        bytes += part + (end != NULL);
        length -= part + (end != NULL);
    }
    if (any)
        watcher_changed(watcher);
    return good;
}

/* A watch is answered at once, and then has all of its time: what was amiss is over. */
static void on_begin(void *owner)
{
    struct watcher *watcher = owner;
    bool had_trouble = watcher->trouble.text[0] != '\0';

    if (!watcher->watching)
        return;
    watcher->begun = true;
    watcher->trouble.text[0] = '\0';
    exchange_extend(&watcher->exchange,
                    deadline_after(watcher->asked, (int64_t)(watcher->seconds + WATCH_SLACK) * 1000));
    if (had_trouble)
        watcher_changed(watcher);
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct watcher *watcher = owner;

    if (watcher->watching)
        return take_events(watcher, bytes, length, why);
    return pieces_feed(&watcher->pieces, bytes, length) ||
           reason_set(why, CODE_FAILED, "the answer is no list of objects that can be read");
}

/* --- what becomes of a request --- */

static void watcher_ask_at(struct watcher *watcher, int64_t at)
{
    watcher_release(watcher);
    loop_timer_set(watcher->plan->exchange.loop, &watcher->timer,
                   at > watcher->not_before ? at : watcher->not_before);
}

/* Delays grow, and are any part of that: a thousand waiters lose the same server at once, and must not come back together. */
static void watcher_ask_later(struct watcher *watcher)
{
    double most = watcher->delay, cap = (double)watcher->plan->max_interval;

    watcher->random = watcher->random * 1664525u + 1013904223u;
    watcher->delay = most * 1.5 < cap ? most * 1.5 : cap;
    int64_t delay = 1 + (int64_t)(most * (double)(watcher->random >> 8) / (double)(1u << 24));
    watcher_ask_at(watcher, deadline_after(deadline_now(), delay));
}

static void watcher_fails(struct watcher *watcher, bool is_lost, const struct reason *why)
{
    watcher->trouble = *why;
    watcher->is_lost = is_lost;
    if (!watcher->watching)
        watcher_list_anew(watcher);
    if (is_lost)
        watcher_release(watcher);
    else
        watcher_ask_later(watcher);
    watcher_changed(watcher);
}

static void hint_at_status(const struct watcher *watcher, int status, struct reason *why)
{
    const char *plural = watcher->kind->form == KIND_SERVICE ? "endpointslices" : watcher->kind->plural;

    if (status == 401)
        reason_hint(
            why,
            "is the service account's token mounted (automountServiceAccountToken), and of this cluster?");
    else if (status == 403)
        reason_hint(
            why,
            "the pod's service account needs a Role that allows list and watch of %.60s, and a RoleBinding: "
            "examples/17-kubernetes-objects.yaml has them",
            plural);
    else if (status == 404)
        reason_hint(why,
                    "does this cluster have %.60s in %.60s? a custom resource's definition may come later",
                    plural, watcher->kind->version);
}

/* What waiting does not change: certificates, keys, the proxy. */
static bool is_permanent(enum outcome outcome, const struct reason *why)
{
    return outcome == ATTEMPT_FAIL && why->code >= CODE_UNTRUSTED && why->code <= CODE_PROXY &&
           why->code != CODE_HTTP_STATUS;
}

static enum outcome watcher_judge(struct watcher *watcher, struct reason *why)
{
    static const int retried[] = {429};
    const struct exchange *exchange = &watcher->exchange;
    const struct reply *reply = &exchange->reply;
    const struct reply_rules rules = {
        .retry_statuses = retried,
        .retry_status_count = 1,
        .proxy = exchange->proxy.used ? exchange->proxy.url.shown : NULL,
        .proxy_source = exchange->proxy.source,
        .proxy_auth = exchange->had_proxy_auth,
        .encrypted = watcher->url.scheme == URL_HTTPS,
        .max_size = INT64_MAX,
        .max_unpacked_size = INT64_MAX,
        .now = deadline_now(),
        .deadline = DEADLINE_NEVER,
    };

    if (exchange->failed) {
        *why = exchange->why;
        return exchange->outcome;
    }
    enum outcome outcome = reply_judge(reply, &rules, why);
    if (outcome == ATTEMPT_OK)
        return outcome;
    if (reply->status >= 400) {
        reply_add_words(reply->status, rules.encrypted, exchange->request.headers, exchange->refusal,
                        exchange->refused, why);
        hint_at_status(watcher, reply->status, why);
    }
    watcher->not_before = reply->retry_after > 0 ? deadline_after(rules.now, reply->retry_after) : 0;
    return outcome;
}

/* A list, or a chunk of it, is here. What a whole one does not have is no more. */
static void list_ended(struct watcher *watcher)
{
    struct reason why;

    if (!pieces_are_whole(&watcher->pieces) || watcher->version[0] == '\0' ||
        ++watcher->chunks > CHUNKS_MOST) {
        reason_set(&why, CODE_FAILED, "the answer is no list of objects that can be read");
        watcher_fails(watcher, false, &why);
        return;
    }
    if (!watcher->more) {
        known_sweep(watcher);
        watcher->synced = true;
        watcher->trouble.text[0] = '\0';
        watcher->delay = (double)watcher->plan->interval;
    }
    watcher_ask_at(watcher, deadline_now());
    if (watcher->synced)
        watcher_changed(watcher);
}

/* A watch ends when its time is over; when it breaks, the next goes on where it was. Only what cannot be read, and a server that
 * does not answer the next one, is trouble. */
static void watch_ended(struct watcher *watcher, enum outcome outcome, const struct reason *why)
{
    bool unreadable = watcher->exchange.reply.body_failed;
    bool expired = watcher->exchange.reply.status == 410 || watcher->version[0] == '\0';

    if (deadline_now() - watcher->asked >= LASTED)
        watcher->delay = (double)watcher->plan->interval;
    if (expired || unreadable)
        watcher_list_anew(watcher);
    if (!expired && outcome != ATTEMPT_OK && (!watcher->begun || unreadable))
        watcher_fails(watcher, is_permanent(outcome, why), why);
    else
        watcher_ask_later(watcher);
}

static void on_end(void *owner)
{
    struct watcher *watcher = owner;
    struct reason why;
    enum outcome outcome = watcher_judge(watcher, &why);

    if (watcher->watching) {
        watch_ended(watcher, outcome, &why);
    } else if (outcome == ATTEMPT_OK) {
        list_ended(watcher);
    } else if (watcher->more &&
               watcher->exchange.reply.status == 410) { /* the list's beginning is too old by now */
        watcher_list_anew(watcher);
        watcher_ask_later(watcher);
    } else {
        watcher_fails(watcher, is_permanent(outcome, &why), &why);
    }
}

/* --- requests --- */

static void watcher_ask(struct watcher *watcher)
{
    const struct watcher_plan *plan = watcher->plan;
    struct reason why;

    watcher->asked = deadline_now();
    watcher->watching = watcher->synced;
    watcher->begun = false;
    watcher->not_before = 0;
    watcher->seconds = WATCH_LEAST + watcher->random % WATCH_LEAST;
    if (!watcher->watching && !watcher->more)
        watcher->round++;
    if (!watcher_set_url(watcher, &why) ||
        !headers_read(&plan->headers, &watcher->url, true, &watcher->headers, &why)) {
        why.code = CODE_FAILED; /* the token could be read when the run began: it is being rotated */
        watcher_fails(watcher, false, &why);
        return;
    }
    pieces_begin(&watcher->pieces);
    buf_clear(&watcher->line);
    const struct exchange_request request = {
        .url = &watcher->url,
        .headers = &watcher->headers,
        .upload = -1,
        .keep_alive = watcher->watching,
        .deadline = plan->attempt_timeout > 0 ? deadline_after(watcher->asked, plan->attempt_timeout)
                                              : DEADLINE_NEVER,
        .wall_time = time(NULL),
    };
    exchange_start(&watcher->exchange, &request);
}

static void on_due(void *owner)
{
    watcher_ask(owner);
}

void watcher_start(struct watcher *watcher, uint32_t seed)
{
    watcher->exchange.plan = &watcher->plan->exchange;
    watcher->exchange.on_begin = on_begin;
    watcher->exchange.on_body = on_body;
    watcher->exchange.on_end = on_end;
    watcher->exchange.owner = watcher;
    watcher->pieces.on_object = on_piece;
    watcher->pieces.owner = watcher;
    watcher->timer = (struct loop_timer){.on_due = on_due, .owner = watcher};
    watcher->delay = (double)watcher->plan->interval;
    watcher->random = seed;
    buf_init(&watcher->line, PIECES_OBJECT);
    watcher_ask_at(watcher, deadline_now());
}

void watcher_free(struct watcher *watcher)
{
    if (watcher->exchange.plan) {
        watcher_release(watcher);
        loop_timer_clear(watcher->plan->exchange.loop, &watcher->timer);
    }
    pieces_free(&watcher->pieces);
    buf_free(&watcher->line);
    known_free(watcher);
    free(watcher->more);
    free(watcher->path);
    free(watcher->selectors);
}
