/* How much of a chain is looked at. OpenSSL compares every name with every constraint above it, and reads every name into memory:
 * a server could keep its clients busy for minutes. */
#ifndef COMMON_TLS_TLS_BOUNDS_H
#define COMMON_TLS_TLS_BOUNDS_H

#include <openssl/x509.h>

#include "common/tls/tls_facts.h"

/* Whether names and constraints of what the server sent, and of the anchors that may stand above it, are within their limits. It is
 * told from the certificates' bytes, before any of the names is read. */
enum tls_limit tls_bounds_check(const STACK_OF(X509) * sent, const STACK_OF(X509) * anchors);

#endif
