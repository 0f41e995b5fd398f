/* Which addresses a request may go to: a server must not lead it to what only this node reaches, and credentials stay on it. */
#ifndef COMMON_REACH_H
#define COMMON_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/net/address.h"

enum reach {
    REACH_ANY,
    REACH_NOT_LOCAL, /* nothing of this node's or of its cloud's metadata: see address_is_local */
    REACH_LOOPBACK,  /* this host alone */
};

/* Whether all addresses may be asked. False fills `why`. */
bool reach_allows(enum reach reach, const struct address *addresses, size_t count, struct reason *why);

/* The same of a host whose addresses are a proxy's to find: an address, or a name that stands for this host (RFC 6761, 6.3). Of
 * other names nothing is known, and they pass, but for REACH_LOOPBACK. */
bool reach_allows_host(enum reach reach, const char *host, struct reason *why);

/* Whether such a host is local by what is known of it. */
bool reach_is_local_host(const char *host);

#endif
