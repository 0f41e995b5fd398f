/* PKCS#12 files: every certificate in them, and whether Java takes it for trusted; a private key. */
#ifndef COMMON_TRUST_PKCS12_H
#define COMMON_TRUST_PKCS12_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/trust/java_rules.h"

struct pkcs12_bag {
    X509 *certificate; /* the walk's */
    bool java_sees;    /* it has the attribute that makes it a trusted entry for Java, or belongs to a key */
    const char *alias; /* the walk's: its friendly name; NULL: none */
};

struct pkcs12_request {
    const char *password;            /* UTF-8; NULL: none */
    const char *key_password;        /* NULL: the same */
    bool guess;                      /* try what keytool and others use by default */
    const struct java_version *java; /* open only what such a JVM opens; NULL: all that can be */
    bool (*on_certificate)(void *owner,
                           const struct pkcs12_bag *bag); /* may be NULL; false: refuse the file */
    void (*on_key)(void *owner, EVP_PKEY *key,
                   const char *alias); /* gets the key, to free it; NULL: none is wanted */
    void *owner;
    int64_t deadline; /* of reading (deadline.h); 0: none */
};

struct pkcs12_result {
    size_t certificates, java_sees;
    const char *guessed; /* in words: the password "changeit"; NULL: none was guessed */
    bool passed_over;    /* a JVM passes over a part of it, which is encrypted, as there is no password */
    bool undigested;     /* it has no digest, so its integrity cannot be checked */
};

/* Whether the bytes begin as such a file does. */
bool pkcs12_recognise(const void *bytes, size_t length);

/* False (CODE_TRUST_STORE) tells why it does not open. Once the deadline is over, certificates are passed over: the caller asks
 * store_file_is_late at the end. Old files' RC2 and triple DES are understood. */
bool pkcs12_walk(const void *bytes, size_t length, const struct pkcs12_request *request,
                 struct pkcs12_result *result, struct reason *why);

#endif
