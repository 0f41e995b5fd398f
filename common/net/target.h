/* Operands of the tools: a host and a port, or a unix socket; and which parts of an operand may be printed. */
#ifndef COMMON_NET_TARGET_H
#define COMMON_NET_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include "common/base/reason.h"
#include "common/net/address.h"
#include "common/net/hostname.h"

enum target_kind {
    TARGET_NAME,    /* `host` and `port`; the name has to be resolved */
    TARGET_ADDRESS, /* `address`, its port included */
    TARGET_UNIX,    /* `socket` */
};

struct target {
    enum target_kind kind;
    uint16_t port;
    union {
        char host[HOSTNAME_SIZE];
        struct address address;
        struct sockaddr_un socket;
    } at;
};

/* Parses "HOST:PORT", "[IPV6]:PORT", "tcp://HOST:PORT" and "unix:PATH". `pod_namespace` replaces %n; it may be empty when it is
 * unknown. False (CODE_USAGE) fills `why` with what was expected. */
bool target_parse(const char *text, const char *pod_namespace, struct target *target, struct reason *why);

/* Refuses operands of the forms that other tools take: a URL, a user and password, a list with commas. False (CODE_USAGE) fills
 * `why`, which does not repeat the operand. */
bool target_refuse_foreign(const char *text, const char *expected, struct reason *why);

/* False (CODE_USAGE) when an operand contains "@", since a user and password may precede it. `why` does not repeat the operand.
 * The path of a unix socket may contain "@". */
bool target_check_user(const char *operand, struct reason *why);

/* Returns a copy of an operand without what may be secret, for the caller to free. It leaves out the query, and everything
 * between "//" (or the beginning) and the last "@", which may be a user and password with any bytes in it. If that part
 * contains a "/", "..." stands for it: "https://.../host/x". If it contains a "?" or "#", the rest may be a query and is left
 * out, too. An "@" in a path is printed if it is written as %40. */
char *target_show(const char *operand);

/* How many bytes of an invalid part of an operand may be printed: no query, and not all of a long part. */
int target_shown_length(const char *part);

/* Writes "HOST:PORT" to `place`, with an IPv6 address in brackets. Returns `place`. */
enum { TARGET_PLACE = HOSTNAME_SIZE + 9 };
const char *target_place(const char *host, uint16_t port, char place[TARGET_PLACE]);

#endif
