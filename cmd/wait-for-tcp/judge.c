#include "cmd/wait-for-tcp/judge.h"

#include <errno.h>

#include "cmd/wait-for-tcp/describe.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

/* How many connections ended in which way. An address without a route counts as `unreachable` only where its whole family has none:
 * a family that is not in use here is no verdict, a route that is missing is. */
struct tally {
    size_t accepted, refused, unreachable, other;
};

static bool is_unreachable(const struct dial *dial)
{
    return dial->state == DIAL_ERROR && connect_classify(dial->error) == CONNECT_UNREACHABLE;
}

/* A connection that met itself proves that nobody listens: the port was free to be taken as its own source. */
static bool is_refused(const struct dial *dial)
{
    return dial->state == DIAL_SELF ||
           (dial->state == DIAL_ERROR && connect_classify(dial->error) == CONNECT_REFUSED);
}

static bool is_v6(const struct dial *dial)
{
    return address_family(&dial->address) == AF_INET6;
}

static struct tally count_up(const struct dial *dials, size_t count)
{
    struct tally tally = {0};
    bool in_use[2] = {false, false}; /* IPv4 (and unix), IPv6 */

    for (size_t i = 0; i < count; i++)
        in_use[is_v6(&dials[i])] |= !is_unreachable(&dials[i]);
    for (size_t i = 0; i < count; i++) {
        if (dials[i].state == DIAL_ACCEPTED)
            tally.accepted++;
        else if (is_refused(&dials[i]))
            tally.refused++;
        else if (is_unreachable(&dials[i]) && !in_use[is_v6(&dials[i])])
            tally.unreachable++;
        else
            tally.other++;
    }
    return tally;
}

/* An address family without a route here is no verdict, as long as another address gives one. */
static size_t needed(const struct judge_rules *rules, const struct tally *tally, size_t count)
{
    size_t all = tally->unreachable < count ? count - tally->unreachable : count;

    if (rules->all_addresses)
        return all > rules->min_addresses ? all : rules->min_addresses;
    return rules->min_addresses > 0 ? rules->min_addresses : 1;
}

/* Where something ended the connection, although it had been made. */
static bool was_accepted(const struct dial *dial)
{
    return dial->state == DIAL_ACCEPTED || dial->state == DIAL_DROPPED || dial->state == DIAL_UNEXPECTED ||
           dial->state == DIAL_UNPROVEN || dial->state == DIAL_NOT_YET || dial->state == DIAL_NEVER;
}

bool judge_is_settled(const struct judge_rules *rules, const struct dial *dials, size_t count)
{
    struct tally tally = count_up(dials, count);

    if (!rules->gone)
        return !rules->all_addresses && tally.accepted >= needed(rules, &tally, count);
    for (size_t i = 0; i < count; i++)
        if (was_accepted(&dials[i]))
            return true;
    return false;
}

/* Which failure tells most: what the server said, what happened after a connection, a refusal, silence, a missing route. */
static int weight(const struct dial *dial)
{
    if (dial->state == DIAL_ACCEPTED || dial->state == DIAL_IDLE)
        return 0;
    if (is_unreachable(dial))
        return 1;
    if (dial->state == DIAL_TIMED_OUT)
        return 2;
    if (dial->state == DIAL_ERROR || dial->state == DIAL_SELF)
        return 3;
    return dial->state == DIAL_NOT_YET || dial->state == DIAL_NEVER ? 5 : 4;
}

static const struct dial *most_telling(const struct dial *dials, size_t count)
{
    const struct dial *most = &dials[0];

    for (size_t i = 1; i < count; i++)
        if (weight(&dials[i]) > weight(most))
            most = &dials[i];
    return most;
}

static void describe_gone(const struct dial *dial, const char *where, struct reason *why)
{
    if (was_accepted(dial)) {
        reason_set(why, CODE_FAILED, "still accepts connections:");
        reason_detail(why, " %s", where);
        return;
    }
    describe_dial(dial, where, JUDGE_LITERAL, why);
    reason_hint(why, "only a refusal proves that nobody listens");
}

/* The one that keeps the port from counting as gone. */
static const struct dial *gone_obstacle(const struct dial *dials, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (was_accepted(&dials[i]))
            return &dials[i];
    for (size_t i = 0; i < count; i++)
        if (!is_refused(&dials[i]) && !is_unreachable(&dials[i]))
            return &dials[i];
    for (size_t i = 0; i < count; i++)
        if (!is_refused(&dials[i]))
            return &dials[i];
    return &dials[0];
}

/* Of two addresses that fail in the same way both are named: "localhost" has one in each family. */
static void add_second(const struct dial *dials, size_t count, const struct dial *told, struct reason *why)
{
    const struct dial *other = &dials[told == &dials[0]];
    char first[ADDRESS_TEXT], second[ADDRESS_TEXT];

    if (count == 2 && told->state == DIAL_ERROR && other->state == DIAL_ERROR && other->error == told->error)
        reason_detail(why, " %s and %s", address_format(&dials[0].address, first),
                      address_format(&dials[1].address, second));
}

/* Whether waiting is of no use: each server that was reached said so. */
static bool is_permanent(const struct dial *dials, size_t count)
{
    bool found = false;

    for (size_t i = 0; i < count; i++) {
        if (was_accepted(&dials[i]) && dials[i].state != DIAL_NEVER)
            return false;
        found = found || dials[i].state == DIAL_NEVER;
    }
    return found;
}

enum outcome judge(const struct judge_rules *rules, const struct dial *dials, size_t count, const char *where,
                   enum judge_source source, struct reason *why)
{
    struct tally tally = count_up(dials, count);
    const struct dial *dial = rules->gone ? gone_obstacle(dials, count) : most_telling(dials, count);
    char address[ADDRESS_TEXT];

    if (!where)
        where = address_format(&dial->address, address);
    if (rules->gone) {
        if (tally.refused > 0 && tally.accepted + tally.other == 0)
            return ATTEMPT_OK;
        describe_gone(dial, where, why);
        return ATTEMPT_RETRY;
    }
    size_t wanted = needed(rules, &tally, count);
    if (tally.accepted >= wanted)
        return ATTEMPT_OK;
    if (tally.accepted == count) {
        reason_set(why, CODE_FAILED, "only %zu address%s, %zu wanted", count, count == 1 ? "" : "es", wanted);
        reason_hint(why, "are there fewer ready pods behind the name than --min-addresses asks for?");
        return ATTEMPT_RETRY;
    }
    describe_dial(dial, where, source, why);
    add_second(dials, count, dial, why);
    if (wanted > 1)
        reason_wrap(why, "%zu of %zu addresses accept", tally.accepted, count);
    return is_permanent(dials, count) ? ATTEMPT_FAIL : ATTEMPT_RETRY;
}
