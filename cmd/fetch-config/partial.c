#include "cmd/fetch-config/partial.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

void partial_drop(struct fetch *fetch)
{
    body_file_abort(&fetch->body);
    free(fetch->part.url);
    memset(&fetch->part, 0, sizeof fetch->part);
    fetch->resumed = 0;
}

void partial_ask(const struct fetch *fetch, struct exchange_request *request)
{
    const struct resume *part = &fetch->part;

    if (fetch->phase != FETCH_BODY || !part->url || strcmp(part->url, fetch->at.text) != 0)
        return;
    request->from = fetch->body.size;
    request->part = part;
}

void partial_begin(struct fetch *fetch)
{
    if (fetch->begun)
        return;
    fetch->begun = true;
    if (fetch->exchange.reply.resumed)
        fetch->resumed++;
    else
        partial_drop(fetch);
}

/* Remembers the validator of the first part, which came with 200. */
static void learn(struct fetch *fetch)
{
    const struct resume *seen = &fetch->exchange.reply.seen;

    if (!fetch->plan->resume || fetch->plan->method || fetch->whole_only || seen->total <= fetch->body.size)
        return;
    fetch->part = *seen;
    fetch->part.url = xstrdup(fetch->at.text);
}

void partial_settle(struct fetch *fetch, enum outcome outcome)
{
    const struct reply *reply = &fetch->exchange.reply;

    if (reply->misfits) /* the server answers Range wrongly: do not ask again */
        fetch->whole_only = true;
    if (fetch->begun && !reply->resumed && fetch->body.size > 0)
        learn(fetch);
    if (outcome != ATTEMPT_RETRY || reply->misfits || reply_refuses_range(reply) || !fetch->part.url ||
        fetch->body.size >= fetch->part.total)
        partial_drop(fetch);
}

bool partial_is_whole(const struct fetch *fetch, struct reason *why)
{
    const struct resume *part = &fetch->part;

    if (!part->url || fetch->body.size == part->total)
        return true;
    return reason_set(why, CODE_FAILED, "came as %" PRId64 " bytes, and the server named %" PRId64,
                      fetch->body.size, part->total);
}
