#include "common/dns/tour.h"

#include "common/base/deadline.h"

#include "common/base/banned.h"

enum { SLICE = 5 /* milliseconds of starting tries before others have their turn */ };

void tour_cancel(struct tour *tour)
{
    loop_timer_clear(tour->plan->loop, &tour->timer);
    lookup_cancel(&tour->lookup);
    tour->calls->clear(tour->target);
    tour->race.count = 0;
}

void tour_end(struct tour *tour, enum outcome outcome, const struct reason *why)
{
    race_end(&tour->race);
    tour_cancel(tour);
    wait_attempt_ended(tour->target, outcome, why);
}

/* --- trying --- */

static bool tour_may_start(const struct tour *tour, int64_t now)
{
    return race_may_start(&tour->race, tour->plan->all, RACE_WINDOW, now) &&
           (!tour->calls->may_start || tour->calls->may_start(tour->target));
}

/* Starts what may be started, as far as a slice of time goes: a name may have thousands of addresses that fail at once, and they
 * must not keep the loop from the stop signal. True when the attempt is settled. */
static bool tour_start_tries(struct tour *tour, int64_t now)
{
    const struct tour_calls *calls = tour->calls;
    bool settled = calls->is_settled(tour->target);

    tour->starting = true;
    while (!settled && now < tour->deadline && deadline_now() <= now + SLICE && tour_may_start(tour, now))
        settled = calls->start(tour->target, race_start(&tour->race, now)) && calls->is_settled(tour->target);
    tour->starting = false;
    return settled;
}

/* Goes on with the attempt, and ends it once it is settled. */
static void tour_advance(struct tour *tour)
{
    int64_t now = deadline_now();
    struct reason why;

    tour->deadline = loop_extend(tour->plan->loop, tour->deadline, &tour->lost);
    bool settled = tour_start_tries(tour, now);
    if (settled || now >= tour->deadline || tour->race.ended == tour->race.count) {
        enum outcome outcome = tour->calls->judge(tour->target, &why);
        tour_end(tour, outcome, &why);
        return;
    }
    int64_t turn = tour_may_start(tour, now) ? now : race_next(&tour->race, tour->plan->all);
    loop_timer_set(tour->plan->loop, &tour->timer, deadline_earlier(turn, tour->deadline));
}

void tour_note_end(struct tour *tour)
{
    race_note_end(&tour->race);
    if (!tour->starting)
        tour_advance(tour);
}

static void tour_on_timer(void *owner)
{
    tour_advance(owner);
}

void tour_try(struct tour *tour, struct address *addresses, size_t count)
{
    race_begin(&tour->race, addresses, count);
    tour->calls->make(tour->target, addresses, count);
    tour_advance(tour);
}

/* --- resolving --- */

/* More time (wants_time) is for slow names only: a connection that hangs is better begun anew. */
static void tour_clip_deadline(struct tour *tour)
{
    int64_t own = tour->target->wait->options->retry.attempt_timeout;

    if (own > 0)
        tour->deadline = deadline_earlier(tour->deadline, deadline_after(deadline_now(), own + tour->extra));
}

static void tour_on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct tour *tour = owner;
    bool gone = tour->plan->lookup.gone && answer_is_negative(tour->lookup.status);

    tour->target->wants_time = tour->lookup.status == ANSWER_SILENT;
    if (count > 0) {
        tour_clip_deadline(tour);
        tour_try(tour, addresses, count);
    } else {
        tour_end(tour, gone ? ATTEMPT_OK : ATTEMPT_RETRY, why);
    }
}

void tour_resolve(struct tour *tour, const char *host, uint16_t port)
{
    tour->lookup.plan = &tour->plan->lookup;
    tour->lookup.on_end = tour_on_addresses;
    tour->lookup.owner = tour;
    lookup_start(&tour->lookup, host, port, race_patience(&tour->race), tour->deadline);
}

void tour_begin(struct tour *tour, int64_t deadline, int64_t extra)
{
    tour->deadline = deadline;
    tour->extra = extra;
    tour->lost = loop_lost(tour->plan->loop);
    tour->timer = (struct loop_timer){.on_due = tour_on_timer, .owner = tour};
}
