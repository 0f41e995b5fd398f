/* What a JVM does not trust, whatever its trust store holds: roots from a date on, and single certificates. */
#ifndef COMMON_TRUST_JAVA_DISTRUST_H
#define COMMON_TRUST_JAVA_DISTRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/trust/java_rules.h"

/* A root that may certify nothing new, or nothing at all. */
struct java_distrusted {
    const char *sha256, *name;
    int64_t last;  /* seconds since 1970: what was issued from then on is refused */
    int64_t until; /* from then on everything is */
};

/* The row for which a JVM refuses a server's certificate, of which the anchor has that fingerprint; NULL: there is none. */
const struct java_distrusted *java_distrusts(struct java_version version, const char *sha256, int64_t issued,
                                             int64_t now);

/* Whether a JVM takes no chain with that certificate, its anchor included (lib/security/blocked.certs): known from attacks. */
bool java_blocks(struct java_version version, const char *sha256);

#endif
