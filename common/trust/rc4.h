/* Opens what was encrypted with RC4 under a password (PKCS#12, RFC 7292, appendix C), which a JVM still does and the TLS library no
 * longer can. Reading only: nothing is ever encrypted so. */
#ifndef COMMON_TRUST_RC4_H
#define COMMON_TRUST_RC4_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct rc4_plain {
    unsigned char *data; /* NULL: it cannot be opened */
    size_t length;
};

bool rc4_is_used(const X509_ALGOR *algorithm);

/* The work of it must have been taken (pbe_take). Whether the password was right shows in what comes out. */
struct rc4_plain rc4_open(const X509_ALGOR *algorithm, const char *password, const ASN1_OCTET_STRING *sealed);
void rc4_forget(struct rc4_plain *plain);

#endif
