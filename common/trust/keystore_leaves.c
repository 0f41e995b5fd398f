#include "common/trust/keystore_leaves.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/trust/java_certificate.h"

#include "common/base/banned.h"

enum { ISSUERS_MOST = 10 };

bool keystore_takes_all(const struct keystore_source *source)
{
    return source->java && !source->alias;
}

/* The certificate of the key is the leaf, wherever in the file it stands; the rest is the chain. */
static bool find_leaf(struct keystore *keystore, const struct keystore_source *source, struct reason *why)
{
    int count = sk_X509_num(keystore->chain);

    for (int i = 0; i < count && !keystore->certificate; i++)
        if (X509_check_private_key(sk_X509_value(keystore->chain, i), keystore->key) == 1)
            keystore->certificate = sk_X509_delete(keystore->chain, i);
    ERR_clear_error();
    if (keystore->certificate)
        return true;
    reason_set(why, CODE_CLIENT_CERTIFICATE,
               "the private key in %.140s does not match the certificate in %.140s",
               source->key ? source->key : source->certificate, source->certificate);
    if (keystore->warning[0] != '\0')
        reason_hint(why, "%s", keystore->warning);
    else
        reason_hint(why,
                    "compare: openssl x509 -noout -pubkey -in CERTIFICATE with openssl pkey -pubout -in KEY");
    return false;
}

/* What stands above the leaf, each below its issuer, as far as the pool has them. */
static void add_issuers(struct keystore *keystore, const STACK_OF(X509) * pool)
{
    const X509 *last = keystore->certificate;

    for (int round = 0; round < ISSUERS_MOST && !java_names_issuer(last, last); round++) {
        X509 *issuer = X509_find_by_subject((STACK_OF(X509) *)(uintptr_t)pool, X509_get_issuer_name(last));
        if (!issuer || !X509_up_ref(issuer))
            return;
        keystore_add_certificate(keystore, issuer);
        last = issuer;
    }
}

/* Gives each key its own certificate and chain, out of all that the file has; a key without one is no entry. */
static void arrange(struct keystore *first, const STACK_OF(X509) * pool)
{
    struct keystore **at = &first;

    for (struct keystore *keystore = first; keystore; keystore = *at) {
        for (int i = 0; i < sk_X509_num(pool) && !keystore->certificate; i++)
            if (X509_check_private_key(sk_X509_value(pool, i), keystore->key) == 1 &&
                X509_up_ref(sk_X509_value(pool, i)))
                keystore->certificate = sk_X509_value(pool, i);
        if (keystore->certificate)
            add_issuers(keystore, pool);
        if (keystore->certificate || keystore == first) {
            at = &keystore->next;
            continue;
        }
        *at = keystore->next;
        keystore->next = NULL;
        keystore_free(keystore);
        free(keystore);
    }
    ERR_clear_error();
}

bool keystore_find_leaves(struct keystore *keystore, const struct keystore_source *source, struct reason *why)
{
    if (!keystore_takes_all(source))
        return find_leaf(keystore, source, why);
    STACK_OF(X509) *pool = keystore->chain;
    keystore->chain = NULL;
    arrange(keystore, pool);
    bool good = keystore->certificate || find_leaf(keystore, source, why);
    sk_X509_pop_free(pool, X509_free);
    return good;
}
