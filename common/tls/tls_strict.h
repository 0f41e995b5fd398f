/* RFC 5280 to the letter: what OpenSSL's verification, its strict flags included, does not look at. */
#ifndef COMMON_TLS_TLS_STRICT_H
#define COMMON_TLS_TLS_STRICT_H

#include <openssl/x509.h>

#include "common/tls/tls_facts.h"

/* What is wrong first in a verified chain, and where; an error of X509_V_OK: nothing.
 *
 * X509_V_ERR_UNSUPPORTED_NAME_SYNTAX: a name of the server's that is not allowed (4.2.1.6: letters, digits and hyphens alone, a
 * wildcard for the whole first label; addresses of 4 or 16 bytes). X509_V_ERR_EXCLUDED_VIOLATION: a wildcard that stands for a
 * name which a CA excludes. X509_V_ERR_INVALID_EXTENSION: name constraints without any, or in a certificate that is no CA's
 * (4.2.1.10). X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, _NOT_AFTER_FIELD: GeneralizedTime before 2050 (4.1.2.5). */
struct tls_error tls_strict_check(const STACK_OF(X509) * chain);

#endif
