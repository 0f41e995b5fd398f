#include "cmd/wait-for-kube/watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/wait-for-kube/known.h"
#include "cmd/wait-for-kube/watcher_read.h"
#include "cmd/wait-for-kube/watcher_url.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum {
    CHUNKS_MOST = 200,
    WATCH_LEAST = 300,     /* seconds; up to twice as long, so that not all watchers come back at once */
    WATCH_SLACK = 60,      /* seconds that a server has to end a watch by itself */
    LASTED = 5000,         /* milliseconds of a watch that went well */
    PATIENCE_MOST = 60000, /* milliseconds: no Retry-After is obeyed for longer */
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

/* A watch is answered at once, and then has all of its time: what was amiss is over. */
static void on_begin(void *owner)
{
    struct watcher *watcher = owner;
    bool can_judge = watcher->trouble.text[0] == '\0' && !watcher->behind;

    if (!watcher->watching)
        return;
    watcher->begun = true;
    watcher->behind = false;
    watcher->trouble.text[0] = '\0';
    exchange_extend(&watcher->exchange,
                    deadline_after(watcher->asked, (int64_t)(watcher->seconds + WATCH_SLACK) * 1000));
    if (!can_judge)
        watcher_changed(watcher);
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct watcher *watcher = owner;

    if (watcher->watching)
        return watcher_read_events(watcher, bytes, length, why);
    return pieces_feed(&watcher->pieces, bytes, length) || watcher_refuse(watcher, WATCHER_NO_LIST, why);
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
    watcher->not_before = deadline_after(rules.now, deadline_earlier(reply->retry_after, PATIENCE_MOST));
    return outcome;
}

/* A list, or a chunk of it, is here. What a whole one does not have is no more. */
static void list_ended(struct watcher *watcher)
{
    struct reason why;

    if (!pieces_are_list(&watcher->pieces) || watcher->version[0] == '\0' ||
        ++watcher->chunks > CHUNKS_MOST) {
        watcher_refuse(watcher, WATCHER_NO_LIST, &why);
        watcher_fails(watcher, false, &why);
        return;
    }
    if (!watcher->more) {
        known_sweep(watcher);
        watcher->synced = true;
        watcher->behind = false;
        watcher->trouble.text[0] = '\0';
    }
    watcher_ask_at(watcher, deadline_now());
    if (watcher->synced)
        watcher_changed(watcher);
}

/* The version is too old, or makes no sense to the server: 400 that it cannot be read, 504 that it is too new, as after a restore
 * of etcd. */
static bool refuses_version(int status)
{
    return status == 400 || status == 410 || status == 504;
}

/* A watch ends when its time is over; when it breaks, the next goes on where it was. Only what cannot be read, and a server that
 * does not answer the next one, is trouble. */
static void watch_ended(struct watcher *watcher, enum outcome outcome, const struct reason *why)
{
    bool unreadable = watcher->exchange.reply.body_failed;
    bool expired = refuses_version(watcher->exchange.reply.status) || watcher->version[0] == '\0';

    watcher->behind = true;
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
    watcher->pieces.on_object = watcher_read_piece;
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
