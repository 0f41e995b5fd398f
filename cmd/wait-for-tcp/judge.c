#include "cmd/wait-for-tcp/judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/net/connect.h"

#include "common/base/banned.h"

enum { SHOWN = 4 * DIAL_SEEN + 1 };

/* How many connections ended in which way. */
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

static struct tally count_up(const struct dial *dials, size_t count)
{
    struct tally tally = {0};

    for (size_t i = 0; i < count; i++) {
        if (dials[i].state == DIAL_ACCEPTED)
            tally.accepted++;
        else if (is_refused(&dials[i]))
            tally.refused++;
        else if (is_unreachable(&dials[i]))
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
           dial->state == DIAL_UNPROVEN;
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

/* Which failure tells most: what happened after a connection, a refusal, silence, a missing route. */
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
    return 4;
}

static const struct dial *most_telling(const struct dial *dials, size_t count)
{
    const struct dial *most = &dials[0];

    for (size_t i = 1; i < count; i++)
        if (weight(&dials[i]) > weight(most))
            most = &dials[i];
    return most;
}

/* "-ERR max number of clients reached\\r\\n": what can be printed as it is, the rest as escapes of C. */
static void show_seen(const struct dial *dial, char shown[SHOWN])
{
    static const char letters[] = "\n\r\t\\\"";
    size_t length = 0;

    shown[0] = '\0';
    for (size_t i = 0; i < dial->seen_length; i++) {
        unsigned char byte = (unsigned char)dial->seen[i];
        const char *letter = byte != 0 ? strchr(letters, byte) : NULL;
        if (letter)
            length += (size_t)snprintf(shown + length, SHOWN - length, "\\%c", "nrt\\\""[letter - letters]);
        else
            length += (size_t)snprintf(shown + length, SHOWN - length,
                                       byte >= 0x20 && byte < 0x7F ? "%c" : "\\x%02x", byte);
    }
}

static void hint_dropped(const struct dial *dial, struct reason *why)
{
    char shown[SHOWN];

    show_seen(dial, shown);
    if (dial->seen_length > 0)
        reason_hint(why, "before that it sent \"%s\": does the server turn this client away?", shown);
    else
        reason_hint(why, "something accepts for a server that is not there: a sidecar or balancer without a "
                         "backend?");
}

static void hint_unexpected(const struct dial *dial, struct reason *why)
{
    char shown[SHOWN];

    show_seen(dial, shown);
    if (dial->seen_length > 0)
        reason_hint(why, "\"%s\" came instead: another protocol, or a proxy?", shown);
    else
        reason_hint(why, "the port is open, but nothing came: does the server wait for something else than "
                         "--send, or a proxy for its backend?");
}

static bool is_loopback(const struct address *address)
{
    if (address_family(address) == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->socket.v6.sin6_addr);
    return address_family(address) == AF_INET &&
           ntohl(address->socket.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static void hint_refused(const struct dial *dial, enum judge_source source, struct reason *why)
{
    if (is_loopback(&dial->address) && source == JUDGE_LITERAL)
        reason_hint(why,
                    "nothing listens in this pod yet; an init container cannot wait for a container that "
                    "starts after it (native sidecars excepted)");
    else if (source == JUDGE_OWN_NAME)
        reason_hint(why, "/etc/hosts gives this name to this pod itself: for a Service of that name use its "
                         "full name, such as NAME.%%n.svc.cluster.local");
    else if (source == JUDGE_NAMED)
        reason_hint(why, "resolves but refuses: has the Service ready endpoints?");
}

static void describe(const struct dial *dial, const char *where, enum judge_source source, struct reason *why)
{
    switch (dial->state) {
    case DIAL_DROPPED:
        reason_set(why, CODE_FAILED, "accepted, then %s by",
                   dial->error == 0            ? "closed"
                   : dial->error == ECONNRESET ? "reset"
                                               : strerror(dial->error));
        hint_dropped(dial, why);
        break;
    case DIAL_UNEXPECTED:
        reason_set(why, CODE_FAILED, "%s, but not the expected answer from",
                   dial->error == 0           ? "accepted, then closed"
                   : dial->error == ETIMEDOUT ? "accepted"
                                              : "more than 1 MiB");
        hint_unexpected(dial, why);
        break;
    case DIAL_UNPROVEN:
        reason_set(why, CODE_FAILED, "accepted, but the time was over before --hold was, by");
        reason_hint(why, "give more --timeout, or less --hold");
        break;
    case DIAL_SELF:
        connect_reason(ECONNREFUSED, where, why);
        return;
    case DIAL_ERROR:
        connect_reason(dial->error, where, why);
        if (dial->error == ECONNREFUSED)
            hint_refused(dial, source, why);
        return;
    case DIAL_IDLE:
    case DIAL_CONNECTING:
    case DIAL_TALKING:
    case DIAL_HOLDING:
    case DIAL_ACCEPTED:
    case DIAL_TIMED_OUT:
        connect_reason(ETIMEDOUT, where, why);
        break;
    }
    reason_detail(why, " %s", where);
}

static void describe_gone(const struct dial *dial, const char *where, struct reason *why)
{
    if (was_accepted(dial)) {
        reason_set(why, CODE_FAILED, "still accepts connections:");
        reason_detail(why, " %s", where);
        return;
    }
    describe(dial, where, JUDGE_LITERAL, why);
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
    describe(dial, where, source, why);
    add_second(dials, count, dial, why);
    if (wanted > 1)
        reason_wrap(why, "%zu of %zu addresses accept", tally.accepted, count);
    return ATTEMPT_RETRY;
}
