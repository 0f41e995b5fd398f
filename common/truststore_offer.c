/* Which anchors a chain needs: truststore_offer of truststore.h. */
#include <openssl/err.h>
#include <string.h>

#include "common/anchors.h"

#include "common/banned.h"

static void offer_name(struct truststore *store, X509_STORE *to, const X509_NAME *name);

/* Issuers of issuers: an intermediate as anchor may have its root in the store as well. */
static void offer_anchor(struct truststore *store, X509_STORE *to, struct anchor *anchor)
{
    const unsigned char *der = anchor->der;
    X509 *x509 = d2i_X509(NULL, &der, (long)anchor->length);

    anchor->offered = true;
    if (!x509)
        return;
    X509_STORE_add_cert(to, x509);
    offer_name(store, to, X509_get_issuer_name(x509));
    X509_free(x509);
}

/* Adds the anchors of that name. Nearly always a CA writes its name with the same bytes everywhere; only when no anchor
 * has those are names compared as they have to be (RFC 5280, 7.1), which takes long. */
static void offer_name(struct truststore *store, X509_STORE *to, const X509_NAME *name)
{
    const unsigned char *der = NULL;
    size_t length = 0;
    bool found = false;

    if (X509_NAME_get0_der(name, &der, &length) != 1)
        return;
    for (size_t i = 0; i < store->count; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (anchor->subject_length != length || memcmp(anchor->der + anchor->subject, der, length) != 0)
            continue;
        found = true;
        if (!anchor->offered)
            offer_anchor(store, to, anchor);
    }
    uint32_t fold = found ? 0 : anchors_fold_name(der, length);
    for (size_t i = 0; i < store->count && !found; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (!anchor->offered && anchors_fold(anchor) == fold && anchors_name(anchor) &&
            X509_NAME_cmp(anchors_name(anchor), name) == 0)
            offer_anchor(store, to, anchor);
    }
}

static void offer_for(struct truststore *store, X509_STORE *to, const X509 *x509)
{
    offer_name(store, to, X509_get_subject_name(x509));
    offer_name(store, to, X509_get_issuer_name(x509));
}

void truststore_offer(struct truststore *store, X509_STORE *to, X509 *leaf, STACK_OF(X509) * chain)
{
    for (size_t i = 0; i < store->count; i++)
        store->anchors[i].offered = false;
    if (leaf)
        offer_for(store, to, leaf);
    for (int i = 0; i < sk_X509_num(chain); i++)
        offer_for(store, to, sk_X509_value(chain, i));
    ERR_clear_error();
}
