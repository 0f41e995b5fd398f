/* Non-blocking stream connections, and the meaning of their errors. */
#ifndef COMMON_NET_CONNECT_H
#define COMMON_NET_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "common/base/reason.h"
#include "common/net/address.h"

enum {
    CONNECT_STAGGER = 250, /* milliseconds until the next address is tried, too (RFC 8305, section 8) */
};

enum connect_kind {
    CONNECT_OPEN,        /* no error */
    CONNECT_REFUSED,     /* proof that no server listens: refused, or no such socket */
    CONNECT_UNREACHABLE, /* no route in this address family: it proves nothing about the server */
    CONNECT_OTHER,
};

/* Opens a socket and begins to connect. Returns the descriptor, which the caller closes; `*error` is then 0 if it is connected
 * already, else EINPROGRESS. Returns -1, with the errno in `*error`, when connecting failed at once. */
int connect_start(const struct sockaddr *to, socklen_t length, int *error);

/* The result, once the descriptor is writable or has an error: 0, or the errno with which connecting failed. */
int connect_result(int descriptor);

/* Whether both ends have the same address and port: a connection to a closed local port can connect to itself, when the kernel
 * chooses that port as the source. */
bool connect_to_self(int descriptor);

/* Makes close() reset the connection, so that no TIME_WAIT remains that could keep a server from binding the port. */
void connect_forget(int descriptor);

enum connect_kind connect_classify(int error);

/* Fills `why` with the meaning of `error`; `where` ("10.0.0.1", or a path) goes into the detail. */
void connect_reason(int error, const char *where, struct reason *why);

/* Puts addresses into the order in which to try them: families alternate, IPv6 first (RFC 8305, section 4). Within a family the
 * order stays. */
void connect_order(struct address *addresses, size_t count);

#endif
