/* The name of a host, in text: what may stand in it, and when two are the same. */
#ifndef COMMON_NET_HOSTNAME_H
#define COMMON_NET_HOSTNAME_H

#include <stdbool.h>

#include "common/base/reason.h"

enum {
    HOSTNAME_SIZE = 256,    /* room for a name with a trailing dot and a NUL */
    HOSTNAME_LONGEST = 253, /* bytes without trailing dot (RFC 1035, 2.3.4: 255 on the wire) */
};

/* Copies `text` into `host`, with `pod_namespace` for each %n, and checks it as a host name: labels of 1 to 63 bytes of
 * letters, digits, hyphens and underscores, 253 bytes in all; a trailing dot may stay. */
bool hostname_parse(const char *text, const char *pod_namespace, char host[HOSTNAME_SIZE],
                    struct reason *why);

/* Fills `why` with the reason that this byte cannot be in a name. Returns false. */
bool hostname_refuse_byte(char byte, struct reason *why);

/* Whether two names are the same to DNS: case and a trailing dot make no difference. */
bool hostname_same(const char *a, const char *b);

#endif
