#include "cmd/tls-check/check.h"

#include <stdlib.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum {
    WINDOW = 16,         /* handshakes at the same time, where all addresses count */
    SESSIONS_MOST = 256, /* addresses in one attempt: what is seen of each takes 5 KB */
    SLICE = 5,           /* milliseconds of beginning sessions before others have their turn */
};

static void check_forget_sessions(struct check *check)
{
    for (size_t i = 0; i < check->count; i++)
        session_free(&check->sessions[i]);
    free(check->sessions);
    check->sessions = NULL;
    check->winner = NULL;
    check->count = 0;
}

void check_free(struct check *check)
{
    check_forget_sessions(check);
    free(check->operand.path);
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

/* --- connecting --- */

static bool check_may_start(const struct check *check, int64_t now)
{
    return !check->winner && check->race.started < check->count &&
           race_may_start(&check->race, check->plan->all_addresses, WINDOW, now);
}

static bool check_is_over(const struct check *check, int64_t now)
{
    return now >= check->deadline || check->race.ended == check->count ||
           (check->winner && check->winner->phase == SESSION_ENDED);
}

/* A name may have many addresses that fail at once: they must not keep the loop from the stop signal. */
static void check_start_sessions(struct check *check, int64_t now)
{
    check->starting = true;
    while (now < check->deadline && deadline_now() <= now + SLICE && check_may_start(check, now))
        session_start(&check->sessions[race_start(&check->race, now)], check->deadline);
    check->starting = false;
}

/* When the attempt has to be looked at again, if nothing happens before. */
static int64_t check_turn(const struct check *check, int64_t now)
{
    if (check_may_start(check, now))
        return now;
    if (check->winner || check->race.started == check->count)
        return check->deadline;
    return deadline_earlier(race_next(&check->race, check->plan->all_addresses), check->deadline);
}

/* Goes on with the attempt, and ends it once it is settled. */
static void check_advance(struct check *check)
{
    int64_t now = deadline_now();

    check_start_sessions(check, now);
    if (check_is_over(check, now)) {
        struct reason why;
        race_end(&check->race);
        check_stop(check, true);
        enum outcome outcome = check_judge(check, &why);
        check_end(check, outcome, &why);
        return;
    }
    loop_timer_set(check->plan->session.loop, &check->timer, check_turn(check, now));
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
        race_note_end(&check->race);
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

static void check_connect(struct check *check, struct address *addresses, size_t count)
{
    check_forget_sessions(check);
    race_begin(&check->race, addresses, count);
    check->count = count < SESSIONS_MOST ? count : SESSIONS_MOST; /* the next attempt begins behind them */
    check->sessions = xcalloc(check->count, sizeof *check->sessions);
    for (size_t i = 0; i < check->count; i++) {
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

    check->base.wants_time = check->lookup.status == ANSWER_SILENT;
    if (count > 0) {
        check_connect(check, addresses, count);
        return;
    }
    race_end(&check->race);
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
    lookup_start(&check->lookup, check_host(check), check_port(check), race_patience(&check->race),
                 check->deadline);
}

void check_start(struct wait_target *target, int64_t deadline)
{
    struct check *check = (struct check *)target;
    struct reason why;

    check->deadline = deadline;
    check->running = true;
    check->timer = (struct loop_timer){.on_due = check_on_timer, .owner = check};
    struct credentials *credentials = credentials_get(&check->plan->credentials, &check->plan->current,
                                                      deadline, &why);
    if (!credentials) {
        bool late = why.code != CODE_TRUST_STORE && why.code != CODE_CLIENT_CERTIFICATE;
        check_end(check, late ? ATTEMPT_RETRY : ATTEMPT_FAIL, &why);
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

    for (size_t i = 0; i < check->race.started && i < check->count && !session; i++)
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
