#include "cmd/fetch-config/part.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

void part_drop(struct fetch *fetch)
{
    spool_abort(&fetch->spool);
    free(fetch->part.url);
    memset(&fetch->part, 0, sizeof fetch->part);
    fetch->resumed = 0;
}

void part_ask(const struct fetch *fetch, struct exchange_request *request)
{
    const struct resume *part = &fetch->part;

    if (fetch->phase != FETCH_BODY || !part->url || strcmp(part->url, fetch->at.text) != 0)
        return;
    request->from = fetch->spool.size;
    request->part = part;
}

void part_begin(struct fetch *fetch)
{
    if (fetch->begun)
        return;
    fetch->begun = true;
    if (fetch->exchange.reply.resumed)
        fetch->resumed++;
    else
        part_drop(fetch);
}

/* The first part, of a 200. */
static void learn(struct fetch *fetch)
{
    const struct resume *seen = &fetch->exchange.reply.seen;

    if (!fetch->plan->resume || fetch->plan->method || fetch->whole_only || seen->total <= fetch->spool.size)
        return;
    fetch->part = *seen;
    fetch->part.url = xstrdup(fetch->at.text);
}

void part_settle(struct fetch *fetch, enum outcome outcome)
{
    const struct reply *reply = &fetch->exchange.reply;

    if (reply->misfits) /* who lies once is not asked again */
        fetch->whole_only = true;
    if (fetch->begun && !reply->resumed && fetch->spool.size > 0)
        learn(fetch);
    if (outcome != ATTEMPT_RETRY || reply->misfits || reply_refuses_range(reply) || !fetch->part.url ||
        fetch->spool.size >= fetch->part.total)
        part_drop(fetch);
}

bool part_is_whole(const struct fetch *fetch, struct reason *why)
{
    const struct resume *part = &fetch->part;

    if (!part->url || fetch->spool.size == part->total)
        return true;
    return reason_set(why, CODE_FAILED, "came as %" PRId64 " bytes, and the server named %" PRId64,
                      fetch->spool.size, part->total);
}
