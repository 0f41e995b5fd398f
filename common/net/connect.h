/* Stream connections that never block, and what an error of theirs means. */
#ifndef COMMON_NET_CONNECT_H
#define COMMON_NET_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/base/reason.h"
#include "common/net/address.h"

enum {
    CONNECT_STAGGER = 250, /* milliseconds before the next address is tried as well (RFC 8305, section 8) */
};

enum connect_kind {
    CONNECT_OPEN,        /* no error */
    CONNECT_REFUSED,     /* proof that nobody listens: refused, no such socket */
    CONNECT_UNREACHABLE, /* no route in this address family: no verdict */
    CONNECT_OTHER,
};

/* Opens a socket and begins to connect. Returns the descriptor, which the caller closes, with *error 0 when it is
 * connected already, else EINPROGRESS; or -1 with another *error. */
int connect_start(const struct sockaddr *to, socklen_t length, int *error);

/* Once the descriptor became writable or told of an error: 0, or the errno that connecting ended with. */
int connect_result(int descriptor);

/* Whether both ends are the same address: a connect to a closed local port can meet itself, when the kernel picks
 * that very port as the source. */
bool connect_to_self(int descriptor);

/* Makes the coming close leave nothing behind: no TIME_WAIT that would keep a server from binding the port. */
void connect_forget(int descriptor);

enum connect_kind connect_classify(int error);

/* What `error` means; `where` ("10.0.0.1", or a path) goes into the detail. */
void connect_reason(int error, const char *where, struct reason *why);

/* Orders addresses for trying: the families by turns, IPv6 first (RFC 8305, section 4), each in the order it came. */
void connect_order(struct address *addresses, size_t count);

#endif
