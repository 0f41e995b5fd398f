/* Host names as text: which are valid, and when two are the same. */
#ifndef COMMON_NET_HOSTNAME_H
#define COMMON_NET_HOSTNAME_H

#include <stdbool.h>

#include "common/base/reason.h"

enum {
    HOSTNAME_SIZE = 256,    /* room for a name with a trailing dot and a NUL */
    HOSTNAME_LONGEST = 253, /* bytes without trailing dot (RFC 1035, 2.3.4: 255 on the wire) */
};

/* Copies `text` to `host`, with each %n replaced by `pod_namespace`, and checks that it is a host name: labels of 1 to 63
 * letters, digits, hyphens and underscores, 253 bytes in total, with or without a trailing dot. False (CODE_USAGE) fills
 * `why`. */
bool hostname_parse(const char *text, const char *pod_namespace, char host[HOSTNAME_SIZE],
                    struct reason *why);

/* Fills `why`: this byte is not allowed in a host name. Returns false. */
bool hostname_refuse_byte(char byte, struct reason *why);

/* Whether DNS treats two names as the same: case and a trailing dot do not matter. */
bool hostname_same(const char *a, const char *b);

#endif
