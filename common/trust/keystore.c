#include "common/trust/keystore.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/trust/keystore_leaves.h"

#include "common/base/banned.h"

enum { CHAIN_MOST = 100 };

void keystore_free(struct keystore *keystore)
{
    X509_free(keystore->certificate);
    sk_X509_pop_free(keystore->chain, X509_free);
    EVP_PKEY_free(keystore->key);
    free(keystore->alias);
    if (keystore->next)
        keystore_free(keystore->next); /* NOLINT(misc-no-recursion): KEYS_MOST deep */
    free(keystore->next);
    memset(keystore, 0, sizeof *keystore);
}

void keystore_add_certificate(struct keystore *keystore, X509 *certificate)
{
    if (!keystore->chain && !(keystore->chain = sk_X509_new_null()))
        mem_exhausted();
    if (sk_X509_num(keystore->chain) >= CHAIN_MOST || !sk_X509_push(keystore->chain, certificate))
        X509_free(certificate);
}
