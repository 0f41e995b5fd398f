/* Which of its certificates a JVM shows to a server that asks for one: SunX509, its usual key manager. */
#ifndef COMMON_TLS_JAVA_CLIENT_H
#define COMMON_TLS_JAVA_CLIENT_H

#include <openssl/ssl.h>

#include "common/trust/java_rules.h"
#include "common/trust/keystore.h"

/* By the issuers and the signatures that the server takes (its CertificateRequest, which must have come). NULL: none of them. */
const struct keystore *java_client_choose(struct java_version version, const struct keystore *first,
                                          SSL *ssl);

#endif
