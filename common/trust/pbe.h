/* Password-based encryption: how much work opening a file would be, before it is done. A derivation cannot be interrupted,
 * so all of a file's together are bounded. */
#ifndef COMMON_TRUST_PBE_H
#define COMMON_TRUST_PBE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One to three seconds of work. Java writes 10,000 rounds and OpenSSL 2,048, each two or three times in a file; a file
 * made to keep the tool busy for hours has more. */
enum { PBE_ROUNDS_MOST = 2500000 };

/* What one file has taken so far; begins with zeros. */
struct pbe_work {
    int64_t rounds;
    bool refused; /* it wanted more than PBE_ROUNDS_MOST */
};

/* Takes the rounds of a derivation that is to be done: with the parameters of an encryption algorithm (PBES2 with PBKDF2,
 * RFC 8018, or a PBE of PKCS#5 or PKCS#12) or of a digest (PBMAC1, RFC 9879); or as a number (NULL: one). False: it must
 * not be done. */
bool pbe_take(struct pbe_work *work, const X509_ALGOR *algorithm);
bool pbe_take_rounds(struct pbe_work *work, const ASN1_INTEGER *rounds);

/* The same for all encrypted private keys in a PEM file. */
bool pbe_take_pem(struct pbe_work *work, const char *text, size_t length);

#endif
