/* What a tool is pointed at: a host and a port, or a unix socket; and the rules that every host name obeys. */
#ifndef COMMON_NET_TARGET_H
#define COMMON_NET_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>

#include "common/base/reason.h"
#include "common/net/address.h"
#include "common/net/hostname.h"

enum target_kind {
    TARGET_NAME,    /* `host` and `port`; the name is to be resolved */
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

/* Parses "HOST:PORT", "[IPV6]:PORT", "tcp://HOST:PORT" and "unix:PATH". `pod_namespace` stands in for %n; it may be
 * empty when it is not known. False (CODE_USAGE) tells what was expected. */
bool target_parse(const char *text, const char *pod_namespace, struct target *target, struct reason *why);

/* What people bring along from elsewhere, told as that: a URL, a password, a list with commas. False (CODE_USAGE): it is one;
 * nothing of it is in the text. */
bool target_refuse_foreign(const char *text, const char *expected, struct reason *why);

/* False (CODE_USAGE) when an operand holds an "@", so that what is before it may be a user and password: nothing of it is
 * repeated. A unix socket's path may hold one. */
bool target_check_user(const char *operand, struct reason *why);

/* An operand as far as it may be shown, for the caller to free: no query, and nothing between "//" (without one, the
 * beginning) and the last "@", since that may be a user and password with any bytes in it. Where it held a "/", "..." stands
 * for it: "https://.../host/x"; where it held a "?" or "#", the rest may be a query and is left out, too. An @ in a path is
 * shown when it is written as %40. */
char *target_show(const char *operand);

/* So many bytes of a part of an operand that makes no sense may be repeated: no query, and not all of a long one. */
int target_shown_length(const char *part);

/* "HOST:PORT", an IPv6 address in brackets, into `place`, which it returns. */
enum { TARGET_PLACE = HOSTNAME_SIZE + 9 };
const char *target_place(const char *host, uint16_t port, char place[TARGET_PLACE]);

#endif
