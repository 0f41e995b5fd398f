/* An attempt at one operand: resolve, connect to its addresses, and put together what the sessions came to. */
#ifndef TLS_CHECK_CHECK_H
#define TLS_CHECK_CHECK_H

#include "cmd/tls-check/operand.h"
#include "cmd/tls-check/session.h"
#include "common/dns/lookup.h"
#include "common/net/race.h"
#include "common/run/wait.h"

/* The same for all operands of a run. */
struct check_plan {
    struct session_plan session;
    struct lookup_plan lookup;
    const struct operand *connect; /* go there instead; NULL: to the operand itself, or its proxy */
    bool all_addresses;
    struct credentials_source credentials;
    struct credentials *current; /* what was read last */
};

enum { CHECK_FOUND = 480 };

struct check {
    struct wait_target base;
    struct check_plan *plan;
    struct operand operand;

    int64_t deadline;
    struct loop_timer timer; /* the attempt's deadline, or the next address's turn */
    struct lookup lookup;
    struct session
        *sessions; /* of the last attempt that came so far; one an address, in the order of trying */
    size_t count;
    struct race race;
    bool running, starting;
    struct session *winner; /* that has connected first, unless all addresses count */
    char found[CHECK_FOUND];
};

/* The two halves of an attempt, as struct wait calls them. */
void check_start(struct wait_target *target, int64_t deadline);
void check_cancel(struct wait_target *target, struct reason *doing);

/* What the sessions came to together, once all are over: how the attempt ended. Fills `why`, which counts unless it is ATTEMPT_OK,
 * and what the ready line tells. */
enum outcome check_judge(struct check *check, struct reason *why);

/* The session that tells how the last attempt ended; NULL when it came to none. */
const struct session *check_telling(const struct check *check);

/* Whether this session had a part in that: it ended, and was not given up for one that connected before. */
bool check_counts(const struct check *check, const struct session *session);

void check_free(struct check *check);

#endif
