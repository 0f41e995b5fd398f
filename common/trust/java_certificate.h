/* Certificates as a JVM reads them: it stops at what OpenSSL passes over, and looks at an anchor with other eyes. */
#ifndef COMMON_TRUST_JAVA_CERTIFICATE_H
#define COMMON_TRUST_JAVA_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* Why a JVM cannot even parse it, wherever it stands ("its subject is empty, ..."); NULL: it can. */
const char *java_certificate_flaw(X509 *certificate);

/* Reads a certificate out of a store's entry, in DER or PEM, whatever stands behind it. NULL: a JVM reads none there. The
 * caller frees it. */
X509 *java_certificate_read(const void *bytes, size_t length);

/* Why a JVM refuses it in a path, below the anchor; NULL: its extensions are all known. */
const char *java_certificate_unknown(const X509 *certificate);

/* Why a path may not end in this anchor; NULL: it may. */
const char *java_anchor_flaw(X509 *anchor);

/* Whether the second may stand above the first in a path, by name alone. */
bool java_names_issuer(const X509 *certificate, const X509 *issuer);

/* Whether an anchor is tried for a certificate that names it: by the identifier of its key, and the serial number. */
bool java_selects_anchor(X509 *certificate, X509 *anchor);

/* The anchor's name and key alone, as a CA that is always valid: nothing else of an anchor binds. The caller frees it. */
X509 *java_anchor_bare(X509 *anchor);

#endif
