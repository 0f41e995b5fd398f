/* Host names beside the rules for the names in a chain, where OpenSSL's verification leaves gaps. */
#ifndef COMMON_TLS_NAME_H
#define COMMON_TLS_NAME_H

#include <openssl/x509.h>
#include <stdbool.h>

/* Whether each CA among the first `count` certificates of a chain may sign for this host name, by its name constraints: X509_V_OK,
 * X509_V_ERR_PERMITTED_VIOLATION or X509_V_ERR_EXCLUDED_VIOLATION. X509_verify_cert compares the names in the certificate, but no
 * common name that has a wildcard or only one label, and no wildcard with what is excluded below it: it is the name that
 * a client asks for which has to be allowed. */
int tls_name_constrained(const char *name, const STACK_OF(X509) * chain, int count);

/* The first of the server's DNS names that RFC 5280 does not allow: X509_V_OK, X509_V_ERR_UNSUPPORTED_NAME_SYNTAX (4.2.1.6: letters,
 * digits and hyphens alone, and a wildcard for the whole first label), or X509_V_ERR_EXCLUDED_VIOLATION for a wildcard that
 * stands for a name which a CA of the chain excludes. */
int tls_name_check_strict(const STACK_OF(X509) * chain);

#endif
