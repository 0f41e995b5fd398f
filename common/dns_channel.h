/* One DNS server, asked through a c-ares channel of its own, on the loop.
 *
 * A channel has one server because c-ares puts servers that failed last and probes them rarely, and it lives for one
 * lookup because c-ares's time-outs drift with what it has seen. */
#ifndef COMMON_DNS_CHANNEL_H
#define COMMON_DNS_CHANNEL_H

#include <ares.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/address.h"
#include "common/loop.h"
#include "common/resolvconf.h"

struct socket_watch; /* a descriptor of c-ares's */

/* Zeroed but for the first three, it is closed. */
struct dns_channel {
    struct loop *loop;
    void (*on_activity)(void *owner); /* c-ares has handled something; the channel may be closed in there */
    void *owner;
    ares_channel_t *ares; /* to ask; NULL: closed */
    struct socket_watch *watches;
};

/* `conf` gives the options on time-outs; where it has none, `time`, the milliseconds that there are for the
 * answer, does. False when there can be no socket or c-ares does not take the address; it is to be closed all the same. */
bool dns_channel_open(struct dns_channel *channel, const struct address *server,
                      const struct resolvconf *conf, int64_t time, bool tcp);
void dns_channel_close(struct dns_channel *channel);

/* Lets c-ares look at its time-outs; on_activity is not called. */
void dns_channel_process(struct dns_channel *channel);

/* When it wants to; DEADLINE_NEVER when it does not. */
int64_t dns_channel_next_timeout(const struct dns_channel *channel, int64_t now);

#endif
