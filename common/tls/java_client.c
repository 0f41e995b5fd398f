#include "common/tls/java_client.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>

#include "common/base/banned.h"

/* A signature scheme, by what it asks of a key (sun.security.ssl.SignatureScheme). */
struct scheme {
    int id;
    const char *kind;  /* of the key, in OpenSSL's words */
    const char *curve; /* of an EC key; NULL: any */
    bool tls13;        /* it may sign a handshake of TLS 1.3 */
};

static const struct scheme schemes[] = {
    {0x0403, "EC", "prime256v1", true}, {0x0503, "EC", "secp384r1", true}, {0x0603, "EC", "secp521r1", true},
    {0x0807, "ED25519", NULL, true},    {0x0808, "ED448", NULL, true},     {0x0804, "RSA", NULL, true},
    {0x0805, "RSA", NULL, true},        {0x0806, "RSA", NULL, true},       {0x0809, "RSA-PSS", NULL, true},
    {0x080A, "RSA-PSS", NULL, true},    {0x080B, "RSA-PSS", NULL, true},   {0x0401, "RSA", NULL, false},
    {0x0501, "RSA", NULL, false},       {0x0601, "RSA", NULL, false},      {0x0303, "EC", NULL, false},
    {0x0301, "RSA", NULL, false},       {0x0203, "EC", NULL, false},       {0x0201, "RSA", NULL, false},
};

enum { SCHEMES = sizeof schemes / sizeof schemes[0], HASH_SHA1 = 2 };

/* The n-th that the server takes, if a JVM does too; NULL: it does not. */
static const struct scheme *nth_scheme(struct java_version version, SSL *ssl, int index)
{
    unsigned char low = 0, high = 0;

    if (SSL_get_sigalgs(ssl, index, NULL, NULL, NULL, &low, &high) <= index)
        return NULL;
    for (size_t i = 0; i < SCHEMES; i++) {
        if (schemes[i].id != (high << 8 | low))
            continue;
        bool signs = schemes[i].tls13 || SSL_version(ssl) < TLS1_3_VERSION;
        bool sha1 = high == HASH_SHA1 && !strstr(java_text(version, JAVA_SCHEMES), "SHA1");
        return signs && !sha1 ? &schemes[i] : NULL;
    }
    return NULL;
}

static bool fits(const struct keystore *client, const struct scheme *scheme, bool by_curve)
{
    char curve[32] = "";

    if (EVP_PKEY_is_a(client->key, scheme->kind) != 1)
        return false;
    if (!by_curve || !scheme->curve)
        return true;
    return EVP_PKEY_get_group_name(client->key, curve, sizeof curve, NULL) == 1 &&
           strcmp(curve, scheme->curve) == 0;
}

static bool is_listed(const STACK_OF(X509_NAME) * names, const X509 *certificate)
{
    for (int i = 0; i < sk_X509_NAME_num(names); i++)
        if (X509_NAME_cmp(X509_get_issuer_name(certificate), sk_X509_NAME_value(names, i)) == 0)
            return true;
    return false;
}

/* Any of its chain's issuers will do; a server that names none takes all. */
static bool is_accepted(const STACK_OF(X509_NAME) * names, const struct keystore *client)
{
    if (sk_X509_NAME_num(names) <= 0 || is_listed(names, client->certificate))
        return true;
    for (int i = 0; i < sk_X509_num(client->chain); i++)
        if (is_listed(names, sk_X509_value(client->chain, i)))
            return true;
    return false;
}

/* Where java.util.HashMap has an alias, among so many slots: of several that fit, the one in the first slot is shown. */
static uint32_t slot_of(const char *alias, uint32_t slots)
{
    uint32_t hash = 0;

    for (; alias && *alias != '\0'; alias++)
        hash = 31 * hash + (uint32_t)tolower((unsigned char)*alias);
    return (hash ^ hash >> 16) & (slots - 1);
}

static uint32_t count_slots(const struct keystore *first)
{
    uint32_t slots = 16, count = 0;

    for (; first; first = first->next)
        if (++count > slots / 4 * 3)
            slots *= 2;
    return slots;
}

const struct keystore *java_client_choose(struct java_version version, const struct keystore *first, SSL *ssl)
{
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
    int count = SSL_get_sigalgs(ssl, -1, NULL, NULL, NULL, NULL, NULL);
    uint32_t slots = count_slots(first);
    const struct keystore *best = NULL;

    for (int i = 0; i < count && !best; i++) {
        const struct scheme *scheme = nth_scheme(version, ssl, i);
        for (const struct keystore *client = first; client && scheme; client = client->next)
            if (fits(client, scheme, false) && is_accepted(names, client) &&
                (!best || slot_of(client->alias, slots) < slot_of(best->alias, slots)))
                best = client;
    }
    for (int i = 0; i < count && best;
         i++) { /* chosen by its kind of key; whether it can sign is seen later */
        const struct scheme *scheme = nth_scheme(version, ssl, i);
        if (scheme && fits(best, scheme, true))
            return best;
    }
    return NULL;
}
