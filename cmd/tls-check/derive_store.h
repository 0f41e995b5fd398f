/* Whom an agent trusts. Only derive*.c call these. */
#ifndef TLS_CHECK_DERIVE_STORE_H
#define TLS_CHECK_DERIVE_STORE_H

#include "cmd/tls-check/derive.h"

/* The AppDynamics agent's own trust store, or what it does without one. False fills `why`. */
bool derive_store(struct derived *derived, struct settings *settings, struct reason *why);

/* What the JVM is told to trust, or what comes with it: the first of lib/security/jssecacerts and cacerts. Adds nothing where
 * neither is known. False: it is told something that is not read here. */
bool derive_java_store(struct derived *derived, struct settings *settings, struct reason *why);

/* Which store that is, for a log line. */
const char *derive_java_store_name(const struct settings *settings);

#endif
