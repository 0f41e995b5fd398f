#include "cmd/wait-for-ping/ping.h"

#include <stdlib.h>

#include "cmd/wait-for-ping/ping_judge.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

static void ping_on_echo_end(struct echo *echo)
{
    struct ping *ping = echo->owner;

    tour_note_end(&ping->tour);
}

static void ping_make_echoes(struct wait_target *target, const struct address *addresses, size_t count)
{
    struct ping *ping = (struct ping *)target;

    ping->echoes = xcalloc(count, sizeof *ping->echoes);
    for (size_t i = 0; i < count; i++)
        ping->echoes[i] = (struct echo){
            .address = addresses[i],
            .loop = ping->plan->tour.loop,
            .socket_type = ping->plan->socket_type,
            .on_end = ping_on_echo_end,
            .owner = ping,
        };
}

static bool ping_start_echo(struct wait_target *target, size_t index)
{
    struct echo *echo = &((struct ping *)target)->echoes[index];

    echo_start(echo);
    return echo->state == ECHO_ANSWERED;
}

static bool ping_is_settled(const struct wait_target *target)
{
    const struct ping *ping = (const struct ping *)target;

    return ping_judge_is_settled(ping->echoes, ping->tour.race.count);
}

static enum outcome ping_conclude(struct wait_target *target, struct reason *why)
{
    struct ping *ping = (struct ping *)target;

    for (size_t i = 0; i < ping->tour.race.count; i++)
        echo_stop(&ping->echoes[i]);
    return ping_judge(ping->plan->gone, ping->echoes, ping->tour.race.count, why);
}

static void ping_clear(struct wait_target *target)
{
    struct ping *ping = (struct ping *)target;

    for (size_t i = 0; i < ping->tour.race.count; i++)
        echo_stop(&ping->echoes[i]);
    free(ping->echoes);
    ping->echoes = NULL;
}

void ping_start(struct wait_target *target, int64_t deadline)
{
    static const struct tour_calls calls = {
        .make = ping_make_echoes,
        .start = ping_start_echo,
        .is_settled = ping_is_settled,
        .judge = ping_conclude,
        .clear = ping_clear,
    };
    struct ping *ping = (struct ping *)target;

    ping->tour.plan = &ping->plan->tour;
    ping->tour.calls = &calls;
    ping->tour.target = target;
    tour_begin(&ping->tour, deadline, 0);
    tour_resolve(&ping->tour, ping->host, 0);
}

void ping_cancel(struct wait_target *target, struct reason *doing)
{
    struct ping *ping = (struct ping *)target;
    size_t started = ping->tour.race.started;
    char address[ADDRESS_TEXT];

    if (!ping->echoes) {
        reason_set(doing, CODE_FAILED, "resolving the name");
    } else {
        reason_set(doing, CODE_FAILED, "waiting for an answer from");
        reason_detail(doing, " %s",
                      address_format(&ping->echoes[started > 0 ? started - 1 : 0].address, address));
    }
    tour_cancel(&ping->tour);
}
