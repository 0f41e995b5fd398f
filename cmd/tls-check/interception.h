/* Something between here and the servers that intercepts TLS and signs with its own CA: detected by what several servers of one run
 * have in common. (Products that are known by their issuer's name are named by judge.h for a single server, too.) */
#ifndef TLS_CHECK_INTERCEPTION_H
#define TLS_CHECK_INTERCEPTION_H

#include <stddef.h>

#include "cmd/tls-check/check.h"

/* The one unknown issuer that all of these servers show, for different names with different certificates; NULL: there is none.
 * Those that showed no certificate do not count. */
const char *interception_issuer(const struct tls_facts *const facts[], size_t count);

/* Puts it into the hints of the last attempts, where those of all checks look like that. */
void interception_hint(struct check *checks, size_t count);

#endif
