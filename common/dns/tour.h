/* An attempt at a host: its addresses are looked up, and tried in the order and at the pace of race.h, until the attempt is
 * settled. The tool supplies the tries. */
#ifndef COMMON_DNS_TOUR_H
#define COMMON_DNS_TOUR_H

#include "common/dns/lookup.h"
#include "common/net/race.h"
#include "common/run/wait.h"

/* The same for all targets of a run. */
struct tour_plan {
    struct loop *loop;
    struct lookup_plan lookup;
    bool all; /* all addresses are tried, up to RACE_WINDOW in parallel */
};

/* What the tool does. A try that has ended calls tour_note_end, also from within `start`. */
struct tour_calls {
    /* Makes `count` tries, in the order of the addresses. */
    void (*make)(struct wait_target *target, const struct address *addresses, size_t count);
    /* Whether another try makes sense now; NULL: always. */
    bool (*may_start)(const struct wait_target *target);
    /* Starts a try. True: it may have settled the attempt. */
    bool (*start)(struct wait_target *target, size_t index);
    /* Whether the tries so far are enough for a verdict. */
    bool (*is_settled)(const struct wait_target *target);
    /* Stops all tries, and judges what they came to. */
    enum outcome (*judge)(struct wait_target *target, struct reason *why);
    /* Releases the tries, whatever they are doing; there may be none. */
    void (*clear)(struct wait_target *target);
};

/* All zero before the first attempt. */
struct tour {
    const struct tour_plan *plan;
    const struct tour_calls *calls;
    struct wait_target *target;
    int64_t deadline;
    int64_t extra;           /* see tour_begin */
    int64_t lost;            /* the loop's lost time that `deadline` accounts for */
    struct loop_timer timer; /* the deadline, or the next address's turn */
    struct lookup lookup;
    struct race race; /* whose members count and started the tool may read */
    bool starting;    /* tries that end now do not go on with the attempt */
};

/* Begins an attempt. `tour` has its plan, calls and target. `extra`: milliseconds that the tries may take beyond
 * --attempt-timeout; `deadline` has them, too. Then comes tour_resolve or tour_try. */
void tour_begin(struct tour *tour, int64_t deadline, int64_t extra);

/* Looks up the host, and tries its addresses. */
void tour_resolve(struct tour *tour, const char *host, uint16_t port);

/* Tries these addresses. NULL: what is tried has none, as a unix socket. */
void tour_try(struct tour *tour, struct address *addresses, size_t count);

/* A try has ended. */
void tour_note_end(struct tour *tour);

/* Ends the attempt with this result, before anything was tried. */
void tour_end(struct tour *tour, enum outcome outcome, const struct reason *why);

/* Ends the attempt without a result. */
void tour_cancel(struct tour *tour);

#endif
