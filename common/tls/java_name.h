/* Names as a JVM compares them with certificates (sun.security.util.HostnameChecker, and the name constraints of its own). */
#ifndef COMMON_TLS_JAVA_NAME_H
#define COMMON_TLS_JAVA_NAME_H

#include <stdbool.h>

#include "common/tls/java_path.h"
#include "common/trust/certificate.h"
#include "common/trust/java_rules.h"

/* Why no certificate can be for that name, whatever is in it ("it has an underscore"); NULL: one can. Addresses are good. */
const char *java_name_flaw(const char *name);

/* Whether the certificate is for that name or address. Its wildcards may stand for a part of a label, and the last common name
 * counts where there is no DNS name among the alternative names. */
bool java_name_fits(struct java_version version, const struct certificate *certificate, const char *name);

/* Why the name constraints of a path's CAs do not allow the wildcards of its first certificate; NULL: they do. OpenSSL compares
 * all the other names. */
const char *java_name_limits(struct java_version version, const struct java_path *path);

#endif
