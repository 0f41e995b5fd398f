/* Host names beside the name constraints in a chain, where OpenSSL's verification leaves gaps. */
#ifndef COMMON_TLS_TLS_NAME_H
#define COMMON_TLS_TLS_NAME_H

#include <openssl/x509v3.h>

/* Whether each CA among the first `count` certificates of a chain may sign for this host name, by its name constraints: X509_V_OK,
 * X509_V_ERR_PERMITTED_VIOLATION or X509_V_ERR_EXCLUDED_VIOLATION. X509_verify_cert compares the names in the certificate, but no
 * common name that has a wildcard or only one label, and no wildcard with what is excluded below it: it is the name that
 * a client asks for which has to be allowed. */
int tls_name_constrained(const char *name, const STACK_OF(X509) * chain, int count);

/* Calls `check` with the constraints of each CA, as long as nothing is wrong: X509_V_OK, or the error. Constraints that cannot
 * be read are X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX. */
int tls_name_check_each(const char *name, const STACK_OF(X509) * chain, int count,
                        int (*check)(const char *name, const NAME_CONSTRAINTS *constraints));

#endif
