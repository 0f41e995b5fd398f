/* A client's own certificate, its chain and its private key, out of PEM, DER, PKCS#12, JKS and JCEKS files, told apart by
 * their content. */
#ifndef COMMON_TRUST_KEYSTORE_H
#define COMMON_TRUST_KEYSTORE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "common/base/reason.h"
#include "common/trust/java_rules.h"

struct keystore_source {
    const char *certificate;   /* path */
    const char *key;           /* path; NULL: in the same file */
    const char *password_file; /* opens the key, and the file it is in; NULL: none */
    const char *password;      /* of the file; beats password_file; NULL: none */
    const char *key_password;  /* of the key alone; NULL: the same */
    const char *alias;         /* of the entry in a JKS file; NULL: the first key */
    bool java; /* as a JVM: guess no password, and take all keys, of which the handshake chooses one */
    struct java_version java_version;
    int64_t deadline; /* of reading (deadline.h); 0: none */
};

struct keystore {
    X509 *certificate;
    STACK_OF(X509) * chain; /* what stands above it, as far as the file has it; may be NULL */
    EVP_PKEY *key;
    char *alias;           /* NULL: none */
    struct keystore *next; /* another one of the same file; NULL: there is none */
    char warning[320];     /* what could not be made sure of; empty: nothing */
};

/* Reads certificate and key, and sees that they belong together. False fills `why`: CODE_TRUST_STORE where a file
 * cannot be read, CODE_CLIENT_CERTIFICATE where the two do not match. keystore_free in either case. */
bool keystore_load(const struct keystore_source *source, struct keystore *keystore, struct reason *why);
void keystore_free(struct keystore *keystore);

#endif
