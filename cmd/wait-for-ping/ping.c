#include "cmd/wait-for-ping/ping.h"

#include <stdlib.h>

#include "cmd/wait-for-ping/ping_judge.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { SLICE = 5 /* milliseconds of sending before others have their turn */ };

static void ping_clear(struct ping *ping)
{
    loop_timer_clear(ping->plan->loop, &ping->timer);
    lookup_cancel(&ping->lookup);
    for (size_t i = 0; i < ping->race.count; i++)
        echo_stop(&ping->echoes[i]);
    free(ping->echoes);
    ping->echoes = NULL;
    ping->race.count = 0;
}

static void ping_end(struct ping *ping, enum outcome outcome, const struct reason *why)
{
    race_end(&ping->race);
    ping_clear(ping);
    wait_attempt_ended(&ping->base, outcome, why);
}

static void ping_conclude(struct ping *ping)
{
    struct reason why;

    for (size_t i = 0; i < ping->race.count; i++)
        echo_stop(&ping->echoes[i]);
    enum outcome outcome = ping_judge(ping->plan->gone, ping->echoes, ping->race.count, &why);
    ping_end(ping, outcome, &why);
}

/* --- asking --- */

static bool ping_may_start(const struct ping *ping, int64_t now)
{
    return race_may_start(&ping->race, ping->plan->gone, RACE_WINDOW, now);
}

/* Starts what may be started, as far as a slice of time goes. True when the attempt is settled. */
static bool ping_start_echoes(struct ping *ping, int64_t now)
{
    bool settled = ping_judge_is_settled(ping->echoes, ping->race.count);

    ping->starting = true;
    while (!settled && now < ping->deadline && deadline_now() <= now + SLICE && ping_may_start(ping, now)) {
        struct echo *echo = &ping->echoes[race_start(&ping->race, now)];
        echo_start(echo);
        settled = echo->state == ECHO_ANSWERED;
    }
    ping->starting = false;
    return settled;
}

/* Goes on with the attempt, and ends it once it is settled. */
static void ping_advance(struct ping *ping)
{
    int64_t now = deadline_now();

    ping->deadline = loop_extend(ping->plan->loop, ping->deadline, &ping->lost);
    bool settled = ping_start_echoes(ping, now);
    if (settled || now >= ping->deadline || ping->race.ended == ping->race.count) {
        ping_conclude(ping);
        return;
    }
    int64_t turn = ping_may_start(ping, now) ? now : race_next(&ping->race, ping->plan->gone);
    loop_timer_set(ping->plan->loop, &ping->timer, deadline_earlier(turn, ping->deadline));
}

static void ping_on_echo_end(struct echo *echo)
{
    struct ping *ping = echo->owner;

    race_note_end(&ping->race);
    if (!ping->starting)
        ping_advance(ping);
}

static void ping_on_timer(void *owner)
{
    ping_advance(owner);
}

static void ping_ask(struct ping *ping, struct address *addresses, size_t count)
{
    race_begin(&ping->race, addresses, count);
    ping->echoes = xcalloc(count, sizeof *ping->echoes);
    for (size_t i = 0; i < count; i++)
        ping->echoes[i] = (struct echo){
            .address = addresses[i],
            .loop = ping->plan->loop,
            .socket_type = ping->plan->socket_type,
            .on_end = ping_on_echo_end,
            .owner = ping,
        };
    ping_advance(ping);
}

/* --- resolving --- */

/* More time is for slow names only, as in wait-for-tcp. */
static void ping_clip_deadline(struct ping *ping)
{
    int64_t own = ping->base.wait->options->retry.attempt_timeout;

    if (own > 0)
        ping->deadline = deadline_earlier(ping->deadline, deadline_after(deadline_now(), own));
}

static void ping_on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct ping *ping = owner;
    bool gone = ping->plan->gone && answer_is_negative(ping->lookup.status);

    ping->base.wants_time = ping->lookup.status == ANSWER_SILENT;
    if (count > 0) {
        ping_clip_deadline(ping);
        ping_ask(ping, addresses, count);
    } else {
        ping_end(ping, gone ? ATTEMPT_OK : ATTEMPT_RETRY, why);
    }
}

void ping_start(struct wait_target *target, int64_t deadline)
{
    struct ping *ping = (struct ping *)target;

    ping->deadline = deadline;
    ping->lost = loop_lost(ping->plan->loop);
    ping->timer = (struct loop_timer){.on_due = ping_on_timer, .owner = ping};
    ping->lookup.plan = &ping->plan->lookup;
    ping->lookup.on_end = ping_on_addresses;
    ping->lookup.owner = ping;
    lookup_start(&ping->lookup, ping->host, 0, race_patience(&ping->race), deadline);
}

void ping_cancel(struct wait_target *target, struct reason *doing)
{
    struct ping *ping = (struct ping *)target;
    char address[ADDRESS_TEXT];

    if (!ping->echoes) {
        reason_set(doing, CODE_FAILED, "resolving the name");
    } else {
        reason_set(doing, CODE_FAILED, "waiting for an answer from");
        reason_detail(
            doing, " %s",
            address_format(&ping->echoes[ping->race.started > 0 ? ping->race.started - 1 : 0].address,
                           address));
    }
    ping_clear(ping);
}
