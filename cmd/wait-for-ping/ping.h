/* An attempt at one host: resolve, send echo requests to its addresses, judge. */
#ifndef WAIT_FOR_PING_PING_H
#define WAIT_FOR_PING_PING_H

#include "cmd/wait-for-ping/echo.h"
#include "common/dns/tour.h"
#include "common/net/hostname.h"

/* The same for all hosts of a run. */
struct ping_plan {
    struct tour_plan tour;
    int socket_type; /* see echo_find_socket_type */
    bool gone;
};

struct ping {
    struct wait_target base;
    const struct ping_plan *plan;
    char host[HOSTNAME_SIZE]; /* a name or an address */

    struct tour tour;
    struct echo *echoes; /* one an address, in the order of trying */
};

/* The two halves of an attempt, as struct wait calls them. */
void ping_start(struct wait_target *target, int64_t deadline);
void ping_cancel(struct wait_target *target, struct reason *doing);

#endif
