#include "cmd/wait-for-tcp/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum {
    HOLD_AFTER_DROP = 500, /* milliseconds, at least, once a connection was closed again */
    HOLD_AFTER_DROPS = 4000,
    SLICE = 5, /* milliseconds of beginning connections before others have their turn */
};

static void probe_clear(struct probe *probe)
{
    loop_timer_clear(probe->plan->loop, &probe->timer);
    lookup_cancel(&probe->lookup);
    for (size_t i = 0; i < probe->race.count; i++)
        dial_clear(&probe->dials[i]);
    free(probe->dials);
    probe->dials = NULL;
    probe->race.count = 0;
    opening_wipe(&probe->opening);
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

/* --- the hold --- */

/* A balancer that tries its backends for seconds, or a sidecar short of CPU, closes late: one attempt of many would be lucky. So
 * once a connection was closed again, it is held longer, for the rest of the run. */
static int64_t probe_hold(const struct probe *probe)
{
    int64_t least = probe->drops == 0 ? 0 : probe->drops == 1 ? HOLD_AFTER_DROP : HOLD_AFTER_DROPS;

    return probe->plan->hold > 0 && probe->plan->hold < least ? least : probe->plan->hold;
}

static bool probe_was_dropped(const struct probe *probe)
{
    for (size_t i = 0; i < probe->race.count; i++)
        if (probe->dials[i].state == DIAL_DROPPED ||
            (probe->dials[i].state == DIAL_ERROR && probe->dials[i].error == ECONNRESET))
            return true; /* a reset may come before it is seen that the connection was made */
    return false;
}

/* What the attempt means for the next ones, and whether it counts. */
static enum outcome probe_take_hold(struct probe *probe, enum outcome outcome, struct reason *why)
{
    bool proven = probe->plan->hold == 0 || probe->plan->needle.length > 0 || probe->plan->protocol;
    bool first = probe->drops > 0 && !probe->confirmed;

    probe->confirmed = outcome == ATTEMPT_OK;
    if (outcome != ATTEMPT_OK && probe_was_dropped(probe))
        probe->drops++;
    if (outcome != ATTEMPT_OK || !first || proven)
        return outcome;
    reason_set(why, CODE_FAILED, "accepted and held now, but closed before: asked once more");
    reason_hint(why, "a balancer or sidecar that closes late? --hold makes the first attempt wait, too");
    return ATTEMPT_RETRY;
}

/* On what grounds a server was ready, for the last line. */
static void probe_take_found(struct probe *probe)
{
    for (size_t i = 0; i < probe->race.count; i++)
        if (probe->dials[i].talk && probe->dials[i].state == DIAL_ACCEPTED)
            probe->base.found = probe->dials[i].talk->found;
}

static enum judge_source probe_source(const struct probe *probe)
{
    const char *host = probe->target.at.host;
    char own[HOSTNAME_SIZE] = "";

    if (probe->target.kind != TARGET_NAME)
        return JUDGE_LITERAL;
    if (probe->lookup.from_hosts && gethostname(own, sizeof own - 1) == 0 && hostname_same(own, host))
        return JUDGE_OWN_NAME;
    return strcasecmp(host, "localhost") == 0 ? JUDGE_LITERAL : JUDGE_NAMED;
}

static void probe_judge(struct probe *probe)
{
    struct reason why;

    race_end(&probe->race);
    for (size_t i = 0; i < probe->race.count; i++)
        dial_stop(&probe->dials[i]);
    enum outcome outcome = judge(&probe->plan->rules, probe->dials, probe->race.count, probe_path(probe),
                                 probe_source(probe), &why);
    outcome = probe_take_hold(probe, outcome, &why);
    probe_take_found(probe);
    probe_end(probe, outcome, &why);
}

/* --- connecting --- */

static bool wants_all(const struct probe *probe)
{
    const struct judge_rules *rules = &probe->plan->rules;

    return rules->gone || rules->all_addresses || rules->min_addresses > 1;
}

/* None is tried while an open connection is being held, unless all count. */
static bool probe_may_start(const struct probe *probe, int64_t now)
{
    bool all = wants_all(probe);

    if (!race_may_start(&probe->race, all, RACE_WINDOW, now))
        return false;
    for (size_t i = 0; i < probe->race.started && !all; i++)
        if (probe->dials[i].state == DIAL_HOLDING || probe->dials[i].state == DIAL_TALKING)
            return false;
    return true;
}

static struct dial *probe_start_dial(struct probe *probe, int64_t now)
{
    struct dial *dial = &probe->dials[race_start(&probe->race, now)];

    if (probe->target.kind == TARGET_UNIX)
        dial_start(dial, (const struct sockaddr *)&probe->target.at.socket, sizeof probe->target.at.socket);
    else
        dial_start(dial, &dial->address.socket.any, address_length(&dial->address));
    return dial;
}

static bool probe_is_settled(const struct probe *probe)
{
    return judge_is_settled(&probe->plan->rules, probe->dials, probe->race.count);
}

/* Starts what may be started, as far as a slice of time goes: a name may have thousands of addresses that fail at once, and they
 * must not keep the loop from the stop signal. True when the attempt is settled. */
static bool probe_start_dials(struct probe *probe, int64_t now)
{
    bool settled = probe_is_settled(probe);

    probe->starting = true;
    while (!settled && now < probe->deadline && deadline_now() <= now + SLICE &&
           probe_may_start(probe, now)) {
        const struct dial *dial = probe_start_dial(probe, now);
        settled = dial_has_ended(dial) && dial->state != DIAL_ERROR && probe_is_settled(probe);
    }
    probe->starting = false;
    return settled;
}

/* Goes on with the attempt, and ends it once it is settled. */
static void probe_advance(struct probe *probe)
{
    int64_t now = deadline_now();

    probe->deadline = loop_extend(probe->plan->loop, probe->deadline, &probe->lost);
    bool settled = probe_start_dials(probe, now);
    if (settled || now >= probe->deadline || probe->race.ended == probe->race.count) {
        probe_judge(probe);
        return;
    }
    bool more = probe_may_start(probe, now);
    int64_t turn = more ? now : race_next(&probe->race, wants_all(probe));
    loop_timer_set(probe->plan->loop, &probe->timer, deadline_earlier(turn, probe->deadline));
}

static void probe_on_dial_end(struct dial *dial)
{
    struct probe *probe = dial->owner;

    race_note_end(&probe->race);
    if (!probe->starting)
        probe_advance(probe);
}

static void probe_on_timer(void *owner)
{
    probe_advance(owner);
}

/* `addresses` may be NULL: a unix socket has none. */
static void probe_connect(struct probe *probe, struct address *addresses, size_t count)
{
    race_begin(&probe->race, addresses, count);
    probe->dials = xcalloc(count, sizeof *probe->dials);
    for (size_t i = 0; i < count; i++) {
        struct dial *dial = &probe->dials[i];
        *dial = (struct dial){
            .loop = probe->plan->loop,
            .needle = &probe->plan->needle,
            .protocol = probe->plan->protocol,
            .send = probe->opening.data,
            .send_length = probe->opening.length,
            .secret = opening_is_secret(&probe->plan->opening),
            .hold = probe_hold(probe),
            .on_end = probe_on_dial_end,
            .owner = probe,
        };
        if (addresses)
            dial->address = addresses[i];
    }
    probe_advance(probe);
}

/* --- resolving --- */

/* More time is for slow names only: a connection that hangs is better begun anew. */
static void probe_clip_deadline(struct probe *probe)
{
    int64_t own = probe->base.wait->options->retry.attempt_timeout;

    if (own > 0)
        probe->deadline = deadline_earlier(
            probe->deadline, deadline_after(deadline_now(), own + probe_hold(probe) - probe->plan->hold));
}

static void probe_on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct probe *probe = owner;
    bool gone = probe->plan->rules.gone && answer_is_negative(probe->lookup.status);

    probe->base.wants_time = probe->lookup.status == ANSWER_SILENT;
    if (count > 0) {
        probe_clip_deadline(probe);
        probe_connect(probe, addresses, count);
    } else {
        race_end(&probe->race);
        probe_end(probe, gone ? ATTEMPT_OK : ATTEMPT_RETRY, why);
    }
}

static void probe_resolve(struct probe *probe)
{
    probe->lookup.plan = &probe->plan->lookup;
    probe->lookup.on_end = probe_on_addresses;
    probe->lookup.owner = probe;
    lookup_start(&probe->lookup, probe->target.at.host, probe->target.port, race_patience(&probe->race),
                 probe->deadline);
}

/* False when the attempt has ended, since a file cannot be read now: it was there when the run began. */
static bool probe_open(struct probe *probe)
{
    struct reason why;

    buf_init(&probe->opening, OPENING_MOST);
    if (opening_read(&probe->plan->opening, probe->plan->protocol, &probe->opening, &why))
        return true;
    why.code = CODE_FAILED;
    race_end(&probe->race);
    probe_end(probe, ATTEMPT_RETRY, &why);
    return false;
}

void probe_start(struct wait_target *target, int64_t deadline)
{
    struct probe *probe = (struct probe *)target;
    int64_t longer = probe_hold(probe) - probe->plan->hold;

    probe->deadline = deadline;
    probe->lost = loop_lost(probe->plan->loop);
    if (longer > 0)
        probe->deadline = deadline_earlier(deadline_after(deadline, longer), target->retry.deadline);
    probe->timer = (struct loop_timer){.on_due = probe_on_timer, .owner = probe};
    if (!probe_open(probe))
        return;
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

    if (!probe->dials) {
        reason_set(doing, CODE_FAILED, "resolving the name");
    } else {
        const struct dial *last = &probe->dials[probe->race.started - 1];
        reason_set(doing, CODE_FAILED, "%s",
                   last->state == DIAL_CONNECTING ? "connecting to" : "connected to");
        reason_detail(doing, " %s", path ? path : address_format(&last->address, address));
    }
    probe_clear(probe);
}
