#include "cmd/wait-for-tcp/probe.h"

#include <stdlib.h>

#include "common/connect.h"
#include "common/deadline.h"
#include "common/mem.h"

#include "common/banned.h"

enum { WINDOW = 64 /* connections at the same time, where all addresses are wanted */ };

static void probe_clear(struct probe *probe)
{
    loop_timer_clear(probe->plan->loop, &probe->timer);
    lookup_cancel(&probe->lookup);
    for (size_t i = 0; i < probe->count; i++)
        dial_stop(&probe->dials[i]);
    free(probe->dials);
    probe->dials = NULL;
    probe->count = 0;
}

static void probe_end(struct probe *probe, enum outcome outcome, const struct reason *why)
{
    probe_clear(probe);
    wait_attempt_ended(&probe->base, outcome, why);
}

static const char *probe_path(const struct probe *probe)
{
    return probe->target.kind == TARGET_UNIX ? probe->target.at.socket.sun_path : NULL;
}

static void probe_judge(struct probe *probe)
{
    struct reason why;

    probe->untried = probe->started < probe->count ? probe->untried + probe->started : 0;
    for (size_t i = 0; i < probe->count; i++)
        dial_stop(&probe->dials[i]);
    enum outcome outcome = judge(&probe->plan->rules, probe->dials, probe->count, probe_path(probe),
                                 probe->target.kind == TARGET_NAME, &why);
    probe_end(probe, outcome, &why);
}

/* --- connecting --- */

static bool wants_all(const struct probe *probe)
{
    const struct judge_rules *rules = &probe->plan->rules;

    return rules->gone || rules->all_addresses || rules->min_addresses > 1;
}

/* Whether another address may be tried now: all at once where all count, else one after another, staggered, and
 * none while an open connection is being held. */
static bool probe_may_start(const struct probe *probe, int64_t now)
{
    size_t running = probe->started - probe->ended;

    if (probe->started == probe->count)
        return false;
    if (wants_all(probe))
        return running < WINDOW;
    if (running == 0)
        return true;
    for (size_t i = 0; i < probe->started; i++)
        if (probe->dials[i].state == DIAL_HOLDING || probe->dials[i].state == DIAL_TALKING)
            return false;
    return now - probe->last_start >= CONNECT_STAGGER;
}

static void probe_start_dial(struct probe *probe, int64_t now)
{
    struct dial *dial = &probe->dials[probe->started++];

    probe->last_start = now;
    if (probe->target.kind == TARGET_UNIX)
        dial_start(dial, (const struct sockaddr *)&probe->target.at.socket, sizeof probe->target.at.socket);
    else
        dial_start(dial, &dial->address.socket.any, address_length(&dial->address));
}

/* Starts what may be started, and ends the attempt once it is settled. */
static void probe_advance(struct probe *probe)
{
    int64_t now = deadline_now();

    probe->starting = true;
    while (now < probe->deadline && probe_may_start(probe, now) &&
           !judge_is_settled(&probe->plan->rules, probe->dials, probe->count))
        probe_start_dial(probe, now);
    probe->starting = false;
    if (now >= probe->deadline || probe->ended == probe->count ||
        judge_is_settled(&probe->plan->rules, probe->dials, probe->count)) {
        probe_judge(probe);
        return;
    }
    bool more = probe->started < probe->count && !wants_all(probe);
    int64_t turn = more ? deadline_after(probe->last_start, CONNECT_STAGGER) : DEADLINE_NEVER;
    loop_timer_set(probe->plan->loop, &probe->timer, deadline_earlier(turn, probe->deadline));
}

static void probe_on_dial_end(struct dial *dial)
{
    struct probe *probe = dial->owner;

    probe->ended++;
    probe->last_start = 0; /* its turn is over: the next address need not wait (RFC 8305, section 5) */
    if (!probe->starting)
        probe_advance(probe);
}

static void probe_on_timer(void *owner)
{
    probe_advance(owner);
}

/* With many silent addresses an attempt ends before the last one has its turn: the next attempt begins there. */
static size_t probe_first_address(struct probe *probe, size_t count)
{
    probe->untried %= count;
    return probe->untried;
}

/* `addresses` may be NULL: a unix socket has none. */
static void probe_connect(struct probe *probe, const struct address *addresses, size_t count)
{
    probe->count = count;
    probe->started = 0;
    probe->ended = 0;
    probe->dials = xcalloc(count, sizeof *probe->dials);
    size_t first = probe_first_address(probe, count);
    for (size_t i = 0; i < count; i++) {
        struct dial *dial = &probe->dials[i];
        *dial = (struct dial){
            .loop = probe->plan->loop,
            .script = &probe->plan->script,
            .on_end = probe_on_dial_end,
            .owner = probe,
        };
        if (addresses)
            dial->address = addresses[(first + i) % count];
    }
    probe_advance(probe);
}

/* --- resolving --- */

static void probe_on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct probe *probe = owner;
    bool gone = probe->plan->rules.gone && answer_is_negative(probe->lookup.status);
    int64_t own = probe->base.wait->options->retry.attempt_timeout;

    probe->base.wants_time = probe->lookup.status == ANSWER_SILENT;
    if (own > 0) /* more time is for slow names only: a connection that hangs is better begun anew */
        probe->deadline = deadline_earlier(probe->deadline, deadline_after(deadline_now(), own));
    if (count > 0)
        probe_connect(probe, addresses, count);
    else
        probe_end(probe, gone ? ATTEMPT_OK : ATTEMPT_RETRY, why);
}

/* A family whose answer is late gets more time with each attempt: its addresses may be the only ones that work. */
static int64_t probe_patience(const struct probe *probe)
{
    unsigned attempts = probe->base.retry.attempts;

    return (int64_t)DNS_PATIENCE << (attempts < 4 ? attempts : 4);
}

static void probe_resolve(struct probe *probe)
{
    probe->lookup.plan = &probe->plan->lookup;
    probe->lookup.on_end = probe_on_addresses;
    probe->lookup.owner = probe;
    lookup_start(&probe->lookup, probe->target.at.host, probe->target.port, probe_patience(probe),
                 probe->deadline);
}

void probe_start(struct wait_target *target, int64_t deadline)
{
    struct probe *probe = (struct probe *)target;

    probe->deadline = deadline;
    probe->timer = (struct loop_timer){.on_due = probe_on_timer, .owner = probe};
    switch (probe->target.kind) {
    case TARGET_ADDRESS: {
        struct address address = probe->target.at.address;
        probe_connect(probe, &address, 1);
        break;
    }
    case TARGET_UNIX:
        probe_connect(probe, NULL, 1);
        break;
    case TARGET_NAME:
        probe_resolve(probe);
        break;
    }
}

void probe_cancel(struct wait_target *target, struct reason *doing)
{
    struct probe *probe = (struct probe *)target;
    const char *path = probe_path(probe);
    char address[ADDRESS_TEXT];

    if (probe->count == 0) {
        reason_set(doing, CODE_FAILED, "resolving the name");
    } else {
        const struct dial *last = &probe->dials[probe->started - 1];
        reason_set(doing, CODE_FAILED, "%s",
                   last->state == DIAL_CONNECTING ? "connecting to" : "connected to");
        reason_detail(doing, " %s", path ? path : address_format(&last->address, address));
    }
    probe_clear(probe);
}
