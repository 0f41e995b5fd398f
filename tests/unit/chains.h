/* Chains made of any bytes, and what OpenSSL by itself thinks of them: nothing may be trusted here that is not trusted there. */
#ifndef UNIT_CHAINS_H
#define UNIT_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/tls/tls_facts.h"

enum {
    CHAINS_HEAD = 3, /* bytes: the profile, the name that is wanted, how many certificates there are */
    CHAINS_RECORD =
        4, /* bytes for each certificate, the server's first; none or zeros: nothing is wrong with it */
};

/* Makes the chain, verifies it both ways, and ends the process where they differ. True: both trust it. */
bool chains_compare(const uint8_t *bytes, size_t length);

/* What keeps a good chain from being verified by a deadline (0: none); TLS_LIMIT_NONE: nothing, it is trusted. */
enum tls_limit chains_limit(int64_t deadline);

#endif
