/* Echo requests to one address, until it answers or is reported unreachable. */
#ifndef WAIT_FOR_PING_ECHO_H
#define WAIT_FOR_PING_ECHO_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/wait-for-ping/icmp.h"
#include "common/base/reason.h"
#include "common/net/address.h"
#include "common/run/loop.h"

enum echo_state {
    ECHO_IDLE,
    ECHO_WAITING,
    /* Ended: */
    ECHO_ANSWERED,
    ECHO_REPORTED, /* a router or the host reports that it was not delivered: `type`, `code`, `reporter` */
    ECHO_ERROR,    /* it could not be sent: `error` */
    ECHO_SILENT,   /* the attempt's time is over */
};

struct echo {
    enum echo_state state;
    int error;
    struct address address;
    uint8_t type, code;
    struct address reporter;     /* family 0: not known */
    unsigned refused;            /* answers that are none of ours */
    enum icmp_kind refused_kind; /* of the last of them */
    bool refused_source;         /* it came from another address */

    struct loop *loop;
    int socket_type; /* SOCK_DGRAM, or SOCK_RAW */
    void (*on_end)(struct echo *echo);
    void *owner;
    struct icmp_request request;
    struct loop_watch watch;
    struct loop_timer timer; /* the next request */
};

/* Finds what this process may use: SOCK_DGRAM (net.ipv4.ping_group_range) or SOCK_RAW (CAP_NET_RAW). False fills `why`. */
bool echo_find_socket_type(int *type, struct reason *why);

/* Begins; `echo` has its address, loop, socket type and callback. `on_end` is called when it has ended, perhaps before this
 * returns. */
void echo_start(struct echo *echo);

/* Ends one that has not ended, because its time is over; on_end is not called. */
void echo_stop(struct echo *echo);

bool echo_has_ended(const struct echo *echo);

#endif
