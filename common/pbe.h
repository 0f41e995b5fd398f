/* Password-based encryption: how much work opening something would be, before it is done. */
#ifndef COMMON_PBE_H
#define COMMON_PBE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

/* Some seconds of work. Java and OpenSSL write 10,000 and 2,048; a file made to keep the tool busy for hours has more. */
enum { PBE_ROUNDS_MOST = 5000000 };

/* Whether `rounds` (NULL: none) is a number within PBE_ROUNDS_MOST. */
bool pbe_rounds_are_sane(const ASN1_INTEGER *rounds);

/* The same of an encryption algorithm's parameters: PBES2 with PBKDF2 (RFC 8018), or a PBE of PKCS#5 or PKCS#12. */
bool pbe_is_sane(const X509_ALGOR *algorithm);

#endif
