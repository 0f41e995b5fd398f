#include "cmd/wait-for-kube/inquiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/wait-for-kube/query.h"
#include "common/base/deadline.h"
#include "common/http/json_arena.h"

#include "common/base/banned.h"

enum { OBJECT_MEMORY = 16 * 1024 * 1024 };

/* How many objects each step asks for, and reads. */
static const unsigned limits[] = {[INQUIRY_SERVICE] = 1, [INQUIRY_PODS] = 5, [INQUIRY_JOB] = 20};

static void inquiry_release(struct inquiry *inquiry)
{
    exchange_clear(&inquiry->exchange);
    headers_clear(&inquiry->headers);
    url_free(&inquiry->url);
    pieces_free(&inquiry->pieces);
}

static void take_object(struct inquiry *inquiry, enum pieces_kind kind, const json_t *object)
{
    if (kind == PIECES_META) {
        const char *more = object_text(object, "/continue");
        inquiry->evidence.cut = inquiry->evidence.cut || (more && *more != '\0');
    } else if (inquiry->step == INQUIRY_SERVICE) {
        evidence_add_service(&inquiry->evidence, object, inquiry->name);
    } else if (inquiry->step == INQUIRY_PODS) {
        evidence_add_pod(&inquiry->evidence, object);
    } else {
        evidence_add_failed_pod(&inquiry->evidence, object);
    }
}

/* More objects than were asked for are not read. */
static bool on_piece(void *owner, enum pieces_kind kind, const char *bytes, size_t length)
{
    struct inquiry *inquiry = owner;
    json_error_t error;

    inquiry->exchange.enough = kind == PIECES_ITEM && ++inquiry->objects > limits[inquiry->step];
    if (inquiry->exchange.enough)
        return false;
    const json_t *object = json_arena_load_bytes(bytes, length, OBJECT_MEMORY, &error);
    if (object)
        take_object(inquiry, kind, object);
    json_arena_clear();
    return object != NULL;
}

static bool on_body(void *owner, const char *bytes, size_t length, struct reason *why)
{
    struct inquiry *inquiry = owner;

    return pieces_feed(&inquiry->pieces, bytes, length) || reason_set(why, CODE_FAILED, "this is no list");
}

/* What is found is shown, and may not repeat the token. */
static void inquiry_end(struct inquiry *inquiry, bool good)
{
    const struct evidence *evidence = &inquiry->evidence;

    if (inquiry->step == INQUIRY_JOB)
        snprintf(inquiry->text, sizeof inquiry->text, "%s", good ? evidence->pod : "");
    else
        evidence_explain(evidence, inquiry->text);
    if (reply_repeats(inquiry->text, strlen(inquiry->text), &inquiry->headers))
        inquiry->text[0] = '\0';
    inquiry_release(inquiry);
    inquiry->step = INQUIRY_NOTHING;
    inquiry->on_end(inquiry->owner);
}

static void on_end(void *owner)
{
    struct inquiry *inquiry = owner;
    struct evidence *evidence = &inquiry->evidence;
    const struct reply *reply = &inquiry->exchange.reply;
    bool answered = !inquiry->exchange.failed && !reply->tls_failed && reply->code == CURLE_OK;
    bool good = answered && reply->status == 200 &&
                (inquiry->exchange.enough || pieces_are_list(&inquiry->pieces));

    inquiry->forbidden = answered && reply->status == 403;
    if (inquiry->step == INQUIRY_PODS)
        evidence->pods_known = good;
    else if (inquiry->step == INQUIRY_SERVICE)
        evidence->missing = good && inquiry->objects == 0;
    evidence->found = evidence->found && (good || inquiry->forbidden);
    if (inquiry->step != INQUIRY_SERVICE || !evidence->found || evidence->is_external ||
        evidence->selector[0] == '\0') {
        inquiry_end(inquiry, good);
        return;
    }
    inquiry_release(inquiry);
    inquiry->step = INQUIRY_PODS;
    evidence->cut = false;
    loop_timer_set(inquiry->plan->exchange.loop, &inquiry->timer, deadline_now());
}

/* "/api/v1/namespaces/shop/pods?limit=20&labelSelector=job-name%3Dmigrate". False: it is too long. */
static bool set_url(struct inquiry *inquiry, struct reason *why)
{
    bool is_service = inquiry->step == INQUIRY_SERVICE, is_job = inquiry->step == INQUIRY_JOB;
    char *path = query_path("v1", inquiry->namespace, is_service ? "services" : "pods");
    char selector[sizeof "metadata.name=" + EVIDENCE_SELECTOR];
    struct buf text;

    snprintf(selector, sizeof selector, "%s%s",
             is_service ? "metadata.name="
             : is_job   ? "job-name="
                        : "",
             is_service || is_job ? inquiry->name : inquiry->evidence.selector);
    buf_init(&text, QUERY_MOST);
    bool good = buf_add_format(&text, "%s%s?limit=%u&", inquiry->plan->server, path, limits[inquiry->step]) &&
                query_add(&text, is_service ? "fieldSelector" : "labelSelector", selector) &&
                url_parse(text.data, "", &inquiry->url, why);
    buf_free(&text);
    free(path);
    return good;
}

static void inquiry_ask(void *owner)
{
    struct inquiry *inquiry = owner;
    const struct watcher_plan *plan = inquiry->plan;
    struct reason why;

    inquiry->objects = 0;
    if (!set_url(inquiry, &why) ||
        !headers_read(&plan->headers, &inquiry->url, true, &inquiry->headers, &why)) {
        inquiry_end(inquiry, false);
        return;
    }
    pieces_begin(&inquiry->pieces);
    const struct exchange_request request = {
        .url = &inquiry->url,
        .headers = &inquiry->headers,
        .upload = -1,
        .deadline = inquiry->deadline,
        .wall_time = time(NULL),
    };
    exchange_start(&inquiry->exchange, &request);
}

void inquiry_start(struct inquiry *inquiry, enum inquiry_step step, const char *name, int64_t deadline)
{
    inquiry->text[0] = '\0';
    inquiry->forbidden = false;
    inquiry->step = step;
    inquiry->deadline = deadline;
    inquiry->evidence = (struct evidence){0};
    snprintf(inquiry->name, sizeof inquiry->name, "%s", name);
    inquiry->exchange.plan = &inquiry->plan->exchange;
    inquiry->exchange.on_body = on_body;
    inquiry->exchange.on_end = on_end;
    inquiry->exchange.owner = inquiry;
    inquiry->pieces.on_object = on_piece;
    inquiry->pieces.owner = inquiry;
    inquiry->timer = (struct loop_timer){.on_due = inquiry_ask, .owner = inquiry};
    loop_timer_set(inquiry->plan->exchange.loop, &inquiry->timer, deadline_now());
}

void inquiry_cancel(struct inquiry *inquiry)
{
    if (inquiry->step == INQUIRY_NOTHING)
        return;
    inquiry_release(inquiry);
    loop_timer_clear(inquiry->plan->exchange.loop, &inquiry->timer);
    inquiry->step = INQUIRY_NOTHING;
}
