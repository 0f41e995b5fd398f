/* An attempt at one host: resolve, send echo requests to its addresses, judge. */
#ifndef WAIT_FOR_PING_PING_H
#define WAIT_FOR_PING_PING_H

#include "cmd/wait-for-ping/echo.h"
#include "common/dns/lookup.h"
#include "common/net/hostname.h"
#include "common/net/race.h"
#include "common/run/wait.h"

/* The same for all hosts of a run. */
struct ping_plan {
    struct loop *loop;
    struct lookup_plan lookup;
    int socket_type; /* see echo_find_socket_type */
    bool gone;
};

struct ping {
    struct wait_target base;
    const struct ping_plan *plan;
    char host[HOSTNAME_SIZE]; /* a name or an address */

    int64_t deadline;
    int64_t lost;            /* the loop's lost time that it accounts for */
    struct loop_timer timer; /* the attempt's deadline, or the next address's turn */
    struct lookup lookup;
    struct echo *echoes; /* one an address, in the order of trying */
    struct race race;
    bool starting; /* echoes end one another's turn only once */
};

/* The two halves of an attempt, as struct wait calls them. */
void ping_start(struct wait_target *target, int64_t deadline);
void ping_cancel(struct wait_target *target, struct reason *doing);

#endif
