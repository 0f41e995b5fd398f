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
};

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
    for (size_t i = 0; i < probe->tour.race.count; i++)
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
    for (size_t i = 0; i < probe->tour.race.count; i++)
        if (probe->dials[i].talk && probe->dials[i].state == DIAL_ACCEPTED)
            probe->base.found = probe->dials[i].talk->found;
}

static enum judge_source probe_source(const struct probe *probe)
{
    const char *host = probe->target.at.host;
    char own[HOSTNAME_SIZE] = "";

    if (probe->target.kind != TARGET_NAME)
        return JUDGE_LITERAL;
    if (probe->tour.lookup.from_hosts && gethostname(own, sizeof own - 1) == 0 && hostname_same(own, host))
        return JUDGE_OWN_NAME;
    return strcasecmp(host, "localhost") == 0 ? JUDGE_LITERAL : JUDGE_NAMED;
}

static enum outcome probe_judge(struct wait_target *target, struct reason *why)
{
    struct probe *probe = (struct probe *)target;
    size_t count = probe->tour.race.count;

    for (size_t i = 0; i < count; i++)
        dial_stop(&probe->dials[i]);
    enum outcome outcome = judge(&probe->plan->rules, probe->dials, count, probe_path(probe),
                                 probe_source(probe), why);
    outcome = probe_take_hold(probe, outcome, why);
    probe_take_found(probe);
    return outcome;
}

/* --- connecting --- */

static void probe_on_dial_end(struct dial *dial)
{
    struct probe *probe = dial->owner;

    tour_note_end(&probe->tour);
}

/* `addresses` is NULL for a unix socket. */
static void probe_make_dials(struct wait_target *target, const struct address *addresses, size_t count)
{
    struct probe *probe = (struct probe *)target;

    probe->dials = xcalloc(count, sizeof *probe->dials);
    for (size_t i = 0; i < count; i++) {
        struct dial *dial = &probe->dials[i];
        *dial = (struct dial){
            .loop = probe->plan->tour.loop,
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
}

/* No other address is tried while an open connection is being held, unless all count. */
static bool probe_may_start(const struct wait_target *target)
{
    const struct probe *probe = (const struct probe *)target;

    for (size_t i = 0; i < probe->tour.race.started && !probe->plan->tour.all; i++)
        if (probe->dials[i].state == DIAL_HOLDING || probe->dials[i].state == DIAL_TALKING)
            return false;
    return true;
}

static bool probe_start_dial(struct wait_target *target, size_t index)
{
    struct probe *probe = (struct probe *)target;
    struct dial *dial = &probe->dials[index];

    if (probe->target.kind == TARGET_UNIX)
        dial_start(dial, (const struct sockaddr *)&probe->target.at.socket, sizeof probe->target.at.socket);
    else
        dial_start(dial, &dial->address.socket.any, address_length(&dial->address));
    return dial_has_ended(dial) && dial->state != DIAL_ERROR;
}

static bool probe_is_settled(const struct wait_target *target)
{
    const struct probe *probe = (const struct probe *)target;

    return judge_is_settled(&probe->plan->rules, probe->dials, probe->tour.race.count);
}

static void probe_clear(struct wait_target *target)
{
    struct probe *probe = (struct probe *)target;

    for (size_t i = 0; i < probe->tour.race.count; i++)
        dial_clear(&probe->dials[i]);
    free(probe->dials);
    probe->dials = NULL;
    opening_wipe(&probe->opening);
}

/* --- the attempt --- */

static void probe_begin(struct probe *probe, int64_t deadline)
{
    static const struct tour_calls calls = {
        .make = probe_make_dials,
        .may_start = probe_may_start,
        .start = probe_start_dial,
        .is_settled = probe_is_settled,
        .judge = probe_judge,
        .clear = probe_clear,
    };
    int64_t longer = probe_hold(probe) - probe->plan->hold;

    probe->tour.plan = &probe->plan->tour;
    probe->tour.calls = &calls;
    probe->tour.target = &probe->base;
    if (longer > 0)
        deadline = deadline_earlier(deadline_after(deadline, longer), probe->base.retry.deadline);
    tour_begin(&probe->tour, deadline, longer);
}

/* False when the attempt has ended, since a file cannot be read now: it was there when the run began. */
static bool probe_open(struct probe *probe)
{
    struct reason why;

    buf_init(&probe->opening, OPENING_MOST);
    if (opening_read(&probe->plan->opening, probe->plan->protocol, &probe->opening, &why))
        return true;
    why.code = CODE_FAILED;
    tour_end(&probe->tour, ATTEMPT_RETRY, &why);
    return false;
}

void probe_start(struct wait_target *target, int64_t deadline)
{
    struct probe *probe = (struct probe *)target;

    probe_begin(probe, deadline);
    if (!probe_open(probe))
        return;
    switch (probe->target.kind) {
    case TARGET_ADDRESS: {
        struct address address = probe->target.at.address;
        tour_try(&probe->tour, &address, 1);
        break;
    }
    case TARGET_UNIX:
        tour_try(&probe->tour, NULL, 1);
        break;
    case TARGET_NAME:
        tour_resolve(&probe->tour, probe->target.at.host, probe->target.port);
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
        const struct dial *last = &probe->dials[probe->tour.race.started - 1];
        reason_set(doing, CODE_FAILED, "%s",
                   last->state == DIAL_CONNECTING ? "connecting to" : "connected to");
        reason_detail(doing, " %s", path ? path : address_format(&last->address, address));
    }
    tour_cancel(&probe->tour);
}
