/* What the sessions of an attempt came to together. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/tls-check/check.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum { DAY = 86400 };

static bool is_unreachable(const struct session *session)
{
    return connect_classify(session->connect_error) == CONNECT_UNREACHABLE;
}

/* How informative a session is: a handshake more than a refused connection, then a timeout, then a missing route. */
static int weight(const struct session *session)
{
    if (session->phase != SESSION_ENDED)
        return -1;
    if (session->outcome == ATTEMPT_OK)
        return 0;
    if (session->connected)
        return session->outcome == ATTEMPT_FAIL ? 5 : 4;
    if (is_unreachable(session))
        return 1;
    return connect_classify(session->connect_error) == CONNECT_REFUSED ? 3 : 2;
}

const struct session *check_telling(const struct check *check)
{
    const struct session *most = NULL;

    if (check->winner)
        return check->winner;
    for (size_t i = 0; i < check->count; i++)
        if (check->sessions[i].phase == SESSION_ENDED &&
            (!most || weight(&check->sessions[i]) > weight(most)))
            most = &check->sessions[i];
    return most;
}

bool check_counts(const struct check *check, const struct session *session)
{
    return session->phase == SESSION_ENDED && (!check->winner || check->winner == session);
}

static void check_note_found(struct check *check, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;
    int64_t until = INT64_MAX;

    for (size_t i = 0; i < facts->chain_count && (i < facts->chain_sent || i == 0); i++)
        until = facts->chain[i].not_after < until ? facts->chain[i].not_after : until;
    snprintf(check->found, sizeof check->found, "%s, %s, %.120s, valid for %lld more days", facts->protocol,
             facts->cipher, facts->sent_count > 0 ? facts->sent[0].subject : "?",
             (long long)((until - facts->time) / DAY));
    size_t used = strlen(check->found);
    if (facts->http_status > 0)
        snprintf(check->found + used, sizeof check->found - used, ", HTTP %d%s%s", facts->http_status,
                 session->location[0] != '\0' ? " to " : "", session->location);
    reason_defuse(check->found);
    check->base.found = check->found;
}

/* A family that this machine cannot reach at all (IPv6 where there is none) does not count. An address without a route beside
 * others of its family that have one does, and so does an IPv4 address for which no local port is left. */
static bool has_no_route(const struct session *session)
{
    return session->connect_error == ENETUNREACH || session->connect_error == EAFNOSUPPORT ||
           (session->connect_error == EADDRNOTAVAIL && address_family(&session->address) == AF_INET6);
}

static bool is_left_out(const struct check *check, const struct session *session)
{
    for (size_t i = 0; i < check->count; i++)
        if (address_family(&check->sessions[i].address) == address_family(&session->address) &&
            !has_no_route(&check->sessions[i]))
            return false;
    return true;
}

static void check_note_left_out(struct check *check, size_t count)
{
    size_t used = strlen(check->found);

    if (count > 0)
        snprintf(check->found + used, sizeof check->found - used,
                 "; %zu address%s of a family without a route left out", count, count == 1 ? "" : "es");
}

/* No session came to a result, or only some did, all of them good. */
static enum outcome say_no_time(const char *others, struct reason *why)
{
    reason_set(why, CODE_FAILED, "the attempt's time was over before it could connect%s", others);
    reason_hint(
        why, "resolving the name, reading the trust store, or many addresses took all of --attempt-timeout");
    return ATTEMPT_RETRY;
}

static enum outcome check_judge_all(struct check *check, struct reason *why)
{
    size_t good = 0, counted = 0;
    char where[ADDRESS_TEXT];
    const struct session *telling = check_telling(check);

    for (size_t i = 0; i < check->count; i++) {
        counted += !is_left_out(check, &check->sessions[i]);
        good += check->sessions[i].phase == SESSION_ENDED && check->sessions[i].outcome == ATTEMPT_OK;
    }
    if (counted > 0 && good == counted && check->count == check->race.count) {
        for (size_t i = 0; i < check->count; i++)
            if (!is_left_out(check, &check->sessions[i]))
                check_note_found(check, &check->sessions[i]);
        check_note_left_out(check, check->count - counted);
        return ATTEMPT_OK;
    }
    if (telling->outcome == ATTEMPT_OK && check->count < check->race.count) {
        reason_set(why, CODE_FAILED, "%zu addresses, and no more than %zu of a name are looked at",
                   check->race.count, check->count);
        reason_hint(why, "leave out --all-addresses, or give addresses as targets");
        return ATTEMPT_RETRY;
    }
    if (telling->outcome == ATTEMPT_OK) {
        say_no_time(" to the others", why);
        reason_wrap(why, "%zu of %zu addresses pass", good, check->count);
        return ATTEMPT_RETRY;
    }
    *why = telling->why;
    if (check->count > 1)
        reason_wrap(why, "%zu of %zu addresses pass; %s", good, check->count,
                    address_format(&telling->address, where));
    return telling->outcome;
}

enum outcome check_judge(struct check *check, struct reason *why)
{
    const struct session *telling = check_telling(check);

    if (!telling)
        return say_no_time("", why);
    if (check->plan->all_addresses)
        return check_judge_all(check, why);
    if (telling->outcome == ATTEMPT_OK)
        check_note_found(check, telling);
    *why = telling->why;
    return telling->outcome;
}
