/* An attempt at one target: resolve, connect to its addresses, judge. */
#ifndef WAIT_FOR_TCP_PROBE_H
#define WAIT_FOR_TCP_PROBE_H

#include "cmd/wait-for-tcp/dial.h"
#include "cmd/wait-for-tcp/judge.h"
#include "cmd/wait-for-tcp/opening.h"
#include "common/dns/lookup.h"
#include "common/net/race.h"
#include "common/net/target.h"
#include "common/run/wait.h"

/* The same for all targets of a run. */
struct probe_plan {
    struct loop *loop;
    struct lookup_plan lookup;
    struct needle needle;
    struct opening opening;
    const struct protocol *protocol; /* or NULL */
    int64_t hold;                    /* milliseconds that a connection must stay open; 0: off */
    struct judge_rules rules;
};

struct probe {
    struct wait_target base;
    const struct probe_plan *plan;
    struct target target;

    const struct protocol
        *otherwise;     /* in place of the plan's, once the server did not allow that; else NULL */
    struct buf opening; /* of the present attempt */
    int64_t deadline;
    int64_t lost;            /* the loop's lost time that it accounts for */
    struct loop_timer timer; /* the attempt's deadline, or the next address's turn */
    struct lookup lookup;
    struct dial *dials; /* one an address, in the order of trying */
    struct race race;
    bool starting;  /* dials end one another's turn only once */
    unsigned drops; /* attempts that ended in "accepted, then closed": from the first on, the hold grows */
    bool confirmed; /* since the last of them an attempt was accepted; the next one counts */
};

/* The two halves of an attempt, as struct wait calls them. */
void probe_start(struct wait_target *target, int64_t deadline);
void probe_cancel(struct wait_target *target, struct reason *doing);

#endif
