/* Which addresses a request may go to: a server must not redirect it to addresses that only this node reaches, and credentials
 * of the node must not leave it. */
#ifndef COMMON_REACH_H
#define COMMON_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/net/address.h"

enum reach {
    REACH_ANY,
    REACH_NOT_LOCAL, /* no address of this node, and no metadata of its cloud: see address_is_local */
    REACH_LOOPBACK,  /* only this host */
};

/* Whether all addresses may be used. False fills `why`. */
bool reach_allows(enum reach reach, const struct address *addresses, size_t count, struct reason *why);

/* The same for a host that a proxy resolves: an address, or a name of this host (RFC 6761, 6.3). Other names are allowed,
 * because nothing is known of them; with REACH_LOOPBACK they are not. */
bool reach_allows_host(enum reach reach, const char *host, struct reason *why);

/* Whether such a host is local, as far as its name or address shows. */
bool reach_is_local_host(const char *host);

#endif
