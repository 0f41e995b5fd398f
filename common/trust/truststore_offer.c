/* Which anchors a chain needs: truststore_offer of truststore.h. */
#include <openssl/err.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/trust/anchors.h"

#include "common/base/banned.h"

/* Far more than a chain has. Whoever fills a store with more that lead to each other gets no more time for them. */
enum { OFFERED_MOST = 200 };

/* Those offered so far: their issuers are to be offered, too. */
struct offer {
    struct truststore *store;
    X509_STORE *to;
    STACK_OF(X509) * offered;
};

static void offer_anchor(struct offer *offer, struct anchor *anchor)
{
    const unsigned char *der = anchor->der;

    if (anchor->offered || sk_X509_num(offer->offered) >= OFFERED_MOST)
        return;
    anchor->offered = true;
    X509 *x509 = d2i_X509(NULL, &der, (long)anchor->length);
    if (!x509)
        return;
    X509_STORE_add_cert(offer->to, x509);
    if (sk_X509_push(offer->offered, x509) == 0)
        mem_exhausted();
}

/* Adds the anchors whose subject is the same to the byte. */
static bool offer_same(struct offer *offer, const X509_NAME *name)
{
    struct truststore *store = offer->store;
    const unsigned char *der = NULL;
    size_t length = 0;
    bool found = false;

    if (X509_NAME_get0_der(name, &der, &length) != 1)
        return false;
    for (size_t i = 0; i < store->count; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (anchor->subject_length != length || memcmp(anchor->der + anchor->subject, der, length) != 0)
            continue;
        found = true;
        offer_anchor(offer, anchor);
    }
    return found;
}

/* Adds the anchors of that name. Nearly always a CA writes its name with the same bytes everywhere; only when no anchor
 * has those are names compared as they have to be (RFC 5280, 7.1), which takes long. */
static void offer_name(struct offer *offer, const X509_NAME *name)
{
    struct truststore *store = offer->store;
    const unsigned char *der = NULL;
    size_t length = 0;

    if (offer_same(offer, name) || X509_NAME_get0_der(name, &der, &length) != 1)
        return;
    uint32_t fold = anchors_fold_name(der, length);
    for (size_t i = 0; i < store->count; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (!anchor->offered && anchors_fold(anchor) == fold && anchors_name(anchor) &&
            X509_NAME_cmp(anchors_name(anchor), name) == 0)
            offer_anchor(offer, anchor);
    }
}

/* An intermediate as anchor may have its root in the store as well: issuers of issuers, until there is no other. */
void truststore_offer(struct truststore *store, X509_STORE *to, const STACK_OF(X509) * chain)
{
    struct offer offer = {.store = store, .to = to, .offered = sk_X509_new_null()};

    if (!offer.offered)
        mem_exhausted();
    for (size_t i = 0; i < store->count; i++)
        store->anchors[i].offered = false;
    if (sk_X509_num(chain) > 0) /* it signs nobody: only the very certificate counts as its anchor */
        offer_same(&offer, X509_get_subject_name(sk_X509_value(chain, 0)));
    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (i > 0)
            offer_name(&offer, X509_get_subject_name(sk_X509_value(chain, i)));
        offer_name(&offer, X509_get_issuer_name(sk_X509_value(chain, i)));
    }
    for (int i = 0; i < sk_X509_num(offer.offered); i++)
        offer_name(&offer, X509_get_issuer_name(sk_X509_value(offer.offered, i)));
    sk_X509_pop_free(offer.offered, X509_free);
    ERR_clear_error();
}
