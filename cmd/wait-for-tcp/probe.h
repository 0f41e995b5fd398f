/* An attempt at one target: resolve, connect to its addresses, judge. */
#ifndef WAIT_FOR_TCP_PROBE_H
#define WAIT_FOR_TCP_PROBE_H

#include "cmd/wait-for-tcp/dial.h"
#include "cmd/wait-for-tcp/judge.h"
#include "cmd/wait-for-tcp/opening.h"
#include "common/dns/tour.h"
#include "common/net/target.h"

/* The same for all targets of a run. */
struct probe_plan {
    struct tour_plan tour;
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

    struct tour tour;
    struct buf opening; /* of the present attempt */
    struct dial *dials; /* one an address, in the order of trying */
    unsigned drops; /* attempts that ended in "accepted, then closed": from the first on, the hold grows */
    bool confirmed; /* since the last of them an attempt was accepted; the next one counts */
};

/* The two halves of an attempt, as struct wait calls them. */
void probe_start(struct wait_target *target, int64_t deadline);
void probe_cancel(struct wait_target *target, struct reason *doing);

#endif
