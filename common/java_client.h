/* Which of its certificates a JVM shows to a server that asks for one: SunX509, its usual key manager. */
#ifndef COMMON_JAVA_CLIENT_H
#define COMMON_JAVA_CLIENT_H

#include <openssl/ssl.h>

#include "common/java_rules.h"
#include "common/keystore.h"

/* By the issuers and the signatures that the server takes (its CertificateRequest, which must have come). NULL: none of them. */
const struct keystore *java_client_choose(struct java_version version, const struct keystore *first,
                                          SSL *ssl);

#endif
