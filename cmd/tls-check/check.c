#include "cmd/tls-check/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/connect.h"
#include "common/deadline.h"
#include "common/mem.h"

#include "common/banned.h"

enum { WINDOW = 16 /* handshakes at the same time, where all addresses count */, DAY = 86400 };

static void check_forget_sessions(struct check *check)
{
    for (size_t i = 0; i < check->count; i++)
        session_free(&check->sessions[i]);
    free(check->sessions);
    check->sessions = NULL;
    check->winner = NULL;
    check->count = check->started = check->ended = 0;
}

void check_free(struct check *check)
{
    check_forget_sessions(check);
    free(check->operand.path);
    free(check->name);
}

/* The sessions stay: reports are written from them. */
static void check_stop(struct check *check, bool time_is_up)
{
    check->running = false;
    loop_timer_clear(check->plan->session.loop, &check->timer);
    lookup_cancel(&check->lookup);
    for (size_t i = 0; i < check->count; i++)
        session_stop(&check->sessions[i], time_is_up);
}

static void check_end(struct check *check, enum outcome outcome, const struct reason *why)
{
    check_stop(check, false);
    if (outcome == ATTEMPT_FAIL && check->plan->session.wait_for_trust)
        outcome = ATTEMPT_RETRY;
    wait_attempt_ended(&check->base, outcome, why);
}

/* --- judging --- */

static bool is_unreachable(const struct session *session)
{
    return connect_classify(session->connect_error) == CONNECT_UNREACHABLE;
}

/* How much a session tells: a handshake more than a refusal, that more than silence, that more than a missing route. */
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
    check->base.found = check->found;
}

static void check_judge_all(struct check *check)
{
    size_t good = 0, counted = 0;
    char where[ADDRESS_TEXT];
    const struct session *telling = check_telling(check);

    for (size_t i = 0; i < check->count; i++) {
        counted += !is_unreachable(&check->sessions[i]);
        good += check->sessions[i].phase == SESSION_ENDED && check->sessions[i].outcome == ATTEMPT_OK;
    }
    if (counted > 0 && good == counted) {
        for (size_t i = 0; i < check->count; i++)
            if (check->sessions[i].outcome == ATTEMPT_OK && !is_unreachable(&check->sessions[i]))
                check_note_found(check, &check->sessions[i]);
        check_end(check, ATTEMPT_OK, NULL);
        return;
    }
    struct reason why = telling->why;
    if (check->count > 1)
        reason_wrap(&why, "%zu of %zu addresses pass; %s", good, check->count,
                    address_format(&telling->address, where));
    check_end(check, telling->outcome, &why);
}

static void check_judge(struct check *check)
{
    const struct session *telling = check_telling(check);

    if (!telling) {
        struct reason why;
        reason_set(&why, CODE_FAILED, "the attempt's time was over before it could connect");
        reason_hint(&why, "resolving the name, or reading the trust store, took all of --attempt-timeout");
        check_end(check, ATTEMPT_RETRY, &why);
        return;
    }
    if (check->plan->all_addresses) {
        check_judge_all(check);
        return;
    }
    if (telling->outcome == ATTEMPT_OK)
        check_note_found(check, telling);
    check_end(check, telling->outcome, telling->outcome == ATTEMPT_OK ? NULL : &telling->why);
}

/* --- connecting --- */

static bool check_may_start(const struct check *check, int64_t now)
{
    size_t running = check->started - check->ended;

    if (check->started == check->count || check->winner)
        return false;
    if (check->plan->all_addresses)
        return running < WINDOW;
    return running == 0 || now - check->last_start >= CONNECT_STAGGER;
}

static bool check_is_over(const struct check *check, int64_t now)
{
    return now >= check->deadline || check->ended == check->count ||
           (check->winner && check->winner->phase == SESSION_ENDED);
}

/* Starts what may be started, and ends the attempt once it is settled. */
static void check_advance(struct check *check)
{
    int64_t now = deadline_now();

    check->starting = true;
    while (now < check->deadline && check_may_start(check, now)) {
        check->last_start = now;
        session_start(&check->sessions[check->started++], check->deadline);
    }
    check->starting = false;
    if (check_is_over(check, now)) {
        check_stop(check, true);
        check_judge(check);
        return;
    }
    bool more = check->started < check->count && !check->plan->all_addresses && !check->winner;
    int64_t turn = more ? deadline_after(now, CONNECT_STAGGER) : DEADLINE_NEVER;
    loop_timer_set(check->plan->session.loop, &check->timer, deadline_earlier(turn, check->deadline));
}

static void check_on_timer(void *owner)
{
    check_advance(owner);
}

/* The first that connects is the one that counts: the others are given up. */
static void check_on_progress(struct session *session)
{
    struct check *check = session->owner;

    if (!check->running)
        return;
    if (session->phase == SESSION_ENDED)
        check->ended++;
    else if (!check->plan->all_addresses && !check->winner) {
        check->winner = session;
        for (size_t i = 0; i < check->count; i++)
            if (&check->sessions[i] != session)
                session_stop(&check->sessions[i], false);
    }
    if (!check->starting && session->phase == SESSION_ENDED)
        loop_timer_set(check->plan->session.loop, &check->timer,
                       deadline_now()); /* not from within the session's own calls */
}

static void check_connect(struct check *check, const struct address *addresses, size_t count)
{
    check_forget_sessions(check);
    check->count = count;
    check->sessions = xcalloc(count, sizeof *check->sessions);
    for (size_t i = 0; i < count; i++) {
        struct session *session = &check->sessions[i];
        struct credentials *credentials = check->plan->current;
        credentials->users++;
        *session = (struct session){
            .plan = &check->plan->session,
            .operand = &check->operand,
            .credentials = credentials,
            .address = addresses[i],
            .on_progress = check_on_progress,
            .owner = check,
        };
    }
    check_advance(check);
}

/* --- resolving --- */

static uint16_t check_port(const struct check *check)
{
    if (check->plan->session.proxy)
        return check->plan->session.proxy->port;
    return check->plan->connect ? check->plan->connect->port : check->operand.port;
}

static const char *check_host(const struct check *check)
{
    if (check->plan->session.proxy)
        return check->plan->session.proxy->host;
    return check->plan->connect ? check->plan->connect->host : check->operand.host;
}

static void check_on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct check *check = owner;
    struct reason wrapped;

    if (count > 0) {
        check_connect(check, addresses, count);
        return;
    }
    wrapped = *why;
    if (check->plan->session.proxy)
        proxy_wrap(check->plan->session.proxy, &wrapped);
    check_end(check, ATTEMPT_RETRY, &wrapped);
}

static void check_resolve(struct check *check)
{
    check->lookup.plan = &check->plan->lookup;
    check->lookup.on_end = check_on_addresses;
    check->lookup.owner = check;
    lookup_start(&check->lookup, check_host(check), check_port(check), DNS_PATIENCE, check->deadline);
}

void check_start(struct wait_target *target, int64_t deadline)
{
    struct check *check = (struct check *)target;
    struct reason why;

    check->deadline = deadline;
    check->running = true;
    check->timer = (struct loop_timer){.on_due = check_on_timer, .owner = check};
    struct credentials *credentials = credentials_get(&check->plan->credentials, &check->plan->current, &why);
    if (!credentials) {
        check_end(check, ATTEMPT_FAIL, &why);
        return;
    }
    check_resolve(check);
    credentials_release(credentials);
}

void check_cancel(struct wait_target *target, struct reason *doing)
{
    struct check *check = (struct check *)target;
    const struct session *session = check->winner;
    char address[ADDRESS_TEXT];

    for (size_t i = 0; i < check->started && !session; i++)
        if (check->sessions[i].phase != SESSION_ENDED)
            session = &check->sessions[i];
    if (check->lookup.dns || !session) {
        reason_set(doing, CODE_FAILED, "resolving the name");
    } else {
        reason_set(doing, CODE_FAILED, "%s", session_doing(session));
        reason_detail(doing, " %s", address_format(&session->address, address));
    }
    check_stop(check, false);
}
