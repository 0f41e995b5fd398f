/* Java key stores, as keytool wrote them before it wrote PKCS#12: JKS and JCEKS. Reading only.
 *
 * Every length in a store is checked against what is left of it before it is used. */
#ifndef COMMON_TRUST_JKS_H
#define COMMON_TRUST_JKS_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/trust/pbe.h"

enum {
    JKS_ENTRIES = 10000, /* the most that is read */
    JKS_CHAIN = 100,     /* certificates behind one key */
    JKS_ALIAS = 256,     /* bytes shown of an alias, its NUL included */
};

/* A run of bytes in the store. */
struct jks_bytes {
    const unsigned char *data;
    size_t length;
};

struct jks_entry {
    char alias[JKS_ALIAS];
    struct jks_bytes key; /* an encrypted private key; its length is 0 for a trusted certificate */
    struct jks_bytes *chain;
    size_t chain_length; /* 1 for a trusted certificate */
};

struct jks {
    bool jceks;
    struct jks_bytes bytes; /* the whole store, which has to outlive this */
    size_t body; /* bytes of it that are digested; the digest stands behind them, and whatever else */
    struct jks_entry *entries;
    size_t count;
    bool cut;       /* there is no whole digest: only a JVM without a password does not mind */
    size_t skipped; /* certificates of another type than X.509: a JVM does not load such a store */
};

/* Whether the bytes begin as such a store does. */
bool jks_recognise(const void *bytes, size_t length);

/* False (CODE_TRUST_STORE) tells what is wrong. jks_free in either case. */
bool jks_parse(const void *bytes, size_t length, struct jks *jks, struct reason *why);
void jks_free(struct jks *jks);

/* Whether `password` (UTF-8) is the one that the store was written with, and nothing was changed since. */
bool jks_check(const struct jks *jks, const char *password);

/* An entry's private key, which the caller frees; NULL fills `why` (CODE_TRUST_STORE): not the password, or a form that
 * is not known, or more work than there is left for the file's keys together. */
EVP_PKEY *jks_key(const struct jks_entry *entry, const char *password, struct pbe_work *work,
                  struct reason *why);

#endif
