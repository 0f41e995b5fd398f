#include "cmd/wait-for-ping/ping_judge.h"

#include <errno.h>

#include "common/net/connect.h"

#include "common/base/banned.h"

static bool is_without_route(const struct echo *echo)
{
    return echo->state == ECHO_ERROR && connect_classify(echo->error) == CONNECT_UNREACHABLE;
}

static bool is_absent(const struct echo *echo)
{
    return echo->state == ECHO_REPORTED &&
           icmp_explain(echo->request.family, echo->type, echo->code).proves_absence;
}

bool ping_judge_is_settled(const struct echo *echoes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (echoes[i].state == ECHO_ANSWERED)
            return true;
    return false;
}

/* --- what is reported --- */

static void describe_refused(const struct echo *echo, struct reason *why)
{
    static const char *const kinds[] = {
        [ICMP_ANSWER] = "the last one came from another address",
        [ICMP_FOREIGN] = "the last one belongs to another request",
        [ICMP_CUT] = "the last one is too short, too long or damaged",
        [ICMP_ALTERED] = "the last one does not repeat what was sent",
    };

    reason_set(why, CODE_FAILED, "answers came, but none to what was asked of");
    reason_hint(why, "%s: is there a device that answers for others?",
                kinds[echo->refused_source ? ICMP_ANSWER : echo->refused_kind]);
}

static void describe_error(const struct echo *echo, const char *where, struct reason *why)
{
    if (echo->error != EPERM && echo->error != EACCES) {
        connect_reason(echo->error, where, why);
        return;
    }
    reason_set(why, CODE_FAILED, "not permitted to send to");
    reason_hint(why, "a local firewall forbids it, or it is a broadcast address");
    reason_detail(why, " %s", where);
}

static void describe(const struct echo *echo, struct reason *why)
{
    char where[ADDRESS_TEXT], reporter[ADDRESS_TEXT];

    address_format(&echo->address, where);
    if (echo->state == ECHO_ERROR) {
        describe_error(echo, where, why);
        return;
    }
    if (echo->state == ECHO_REPORTED) {
        struct icmp_meaning meaning = icmp_explain(echo->request.family, echo->type, echo->code);
        reason_set(why, CODE_FAILED, "%s", meaning.text);
        reason_hint(why, "%s", meaning.hint);
        if (address_family(&echo->reporter) != AF_UNSPEC)
            reason_detail(why, " %s, reported by %s", where, address_format(&echo->reporter, reporter));
        else
            reason_detail(why, " %s", where);
        return;
    }
    if (echo->refused > 0) {
        describe_refused(echo, why);
    } else {
        reason_set(why, CODE_FAILED, "no answer to the echo request from");
        reason_hint(
            why, "the host is down, or ICMP is dropped on the way: a Service's ClusterIP often answers none. "
                 "wait-for-tcp asks for what the app needs");
    }
    reason_detail(why, " %s", where);
}

/* Which failure tells most: strange answers, a report, an error, silence, a missing route. */
static int weight(const struct echo *echo)
{
    if (echo->state == ECHO_IDLE)
        return 0;
    if (is_without_route(echo))
        return 1;
    if (echo->refused > 0)
        return 5;
    if (echo->state == ECHO_REPORTED)
        return 4;
    return echo->state == ECHO_ERROR ? 3 : 2;
}

static const struct echo *most_telling(const struct echo *echoes, size_t count)
{
    const struct echo *most = &echoes[0];

    for (size_t i = 1; i < count; i++)
        if (weight(&echoes[i]) > weight(most))
            most = &echoes[i];
    return most;
}

static bool is_v6(const struct echo *echo)
{
    return address_family(&echo->address) == AF_INET6;
}

/* Every address has to be known to have nobody behind it; a family of which none has a route from here is not in use. */
static enum outcome judge_gone(const struct echo *echoes, size_t count, struct reason *why)
{
    size_t absent = 0, unused = 0;
    bool in_use[2] = {false, false}; /* IPv4, IPv6 */
    const struct echo *obstacle = NULL;
    char where[ADDRESS_TEXT];

    for (size_t i = 0; i < count; i++)
        in_use[is_v6(&echoes[i])] |= !is_without_route(&echoes[i]);
    for (size_t i = 0; i < count; i++) {
        if (is_absent(&echoes[i]))
            absent++;
        else if (is_without_route(&echoes[i]) && !in_use[is_v6(&echoes[i])])
            unused++;
        else if (!obstacle || echoes[i].state == ECHO_ANSWERED)
            obstacle = &echoes[i];
    }
    if (!obstacle)
        obstacle = &echoes[0];
    if (absent > 0 && absent + unused == count)
        return ATTEMPT_OK;
    if (obstacle->state == ECHO_ANSWERED) {
        reason_set(why, CODE_FAILED, "still answers:");
        reason_detail(why, " %s", address_format(&obstacle->address, where));
        return ATTEMPT_RETRY;
    }
    describe(obstacle, why);
    reason_hint(
        why,
        "only \"host unreachable\" proves that nobody is there: silence may be a slow host, or a firewall");
    return ATTEMPT_RETRY;
}

enum outcome ping_judge(bool gone, const struct echo *echoes, size_t count, struct reason *why)
{
    if (gone)
        return judge_gone(echoes, count, why);
    if (ping_judge_is_settled(echoes, count))
        return ATTEMPT_OK;
    describe(most_telling(echoes, count), why);
    return ATTEMPT_RETRY;
}
