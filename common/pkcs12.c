#include "common/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <string.h>

#include "common/pbe.h"

#include "common/banned.h"

/* Under which words a password was tried. */
struct guess {
    const char *password;
    const char *words;
};

static const struct guess guesses[] = {
    {NULL, "no password"},
    {"", "the empty password"},
    {"changeit", "the password \"changeit\""},
};

enum { GUESSES = sizeof guesses / sizeof guesses[0] };

struct walk {
    const struct pkcs12_request *request;
    struct pkcs12_result *result;
    const char *password;
    bool sealed;  /* something did not open */
    bool absurd;  /* something would take more rounds than PBE_ROUNDS_MOST */
    bool has_key; /* a certificate with a key's identifier is that key's */
    size_t keys;
};

static void take_certificate(struct walk *walk, const PKCS12_SAFEBAG *bag)
{
    struct pkcs12_bag found = {.certificate = PKCS12_SAFEBAG_get1_cert(bag)};

    if (!found.certificate)
        return;
    found.java_sees = PKCS12_SAFEBAG_get0_attr(bag, NID_oracle_jdk_trustedkeyusage) != NULL ||
                      (walk->has_key && PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID) != NULL);
    walk->result->certificates++;
    walk->result->java_sees += found.java_sees;
    if (walk->request->on_certificate)
        walk->request->on_certificate(walk->request->owner, &found);
    X509_free(found.certificate);
}

static bool key_is_sane(struct walk *walk, const PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *algorithm = NULL;

    if (sealed)
        X509_SIG_get0(sealed, &algorithm, NULL);
    bool sane = algorithm && pbe_is_sane(algorithm);
    walk->absurd = walk->absurd || !sane;
    return sane;
}

static void take_key(struct walk *walk, const PKCS12_SAFEBAG *bag)
{
    const struct pkcs12_request *request = walk->request;
    const char *password = request->key_password ? request->key_password : walk->password;
    PKCS8_PRIV_KEY_INFO *opened = NULL;
    const PKCS8_PRIV_KEY_INFO *info = NULL;

    walk->keys++;
    if (!request->key || *request->key)
        return;
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag)
        info = PKCS12_SAFEBAG_get0_p8inf(bag);
    else if (key_is_sane(walk, bag))
        info = opened = PKCS12_decrypt_skey(bag, password, password ? (int)strlen(password) : 0);
    if (info)
        *request->key = EVP_PKCS82PKEY(info);
    walk->sealed = walk->sealed || !*request->key;
    PKCS8_PRIV_KEY_INFO_free(opened);
}

static void walk_bags(struct walk *walk, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        int kind = PKCS12_SAFEBAG_get_nid(bag);
        if (kind == NID_certBag && PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
            take_certificate(walk, bag);
        else if (kind == NID_keyBag || kind == NID_pkcs8ShroudedKeyBag)
            take_key(walk, bag);
        else if (kind == NID_safeContentsBag && depth > 0)
            walk_bags(walk, PKCS12_SAFEBAG_get0_safes(bag), depth - 1);
    }
}

static STACK_OF(PKCS12_SAFEBAG) * open_safe(struct walk *walk, PKCS7 *safe)
{
    if (PKCS7_type_is_data(safe))
        return PKCS12_unpack_p7data(safe);
    if (!PKCS7_type_is_encrypted(safe) || !safe->d.encrypted)
        return NULL;
    if (pbe_is_sane(safe->d.encrypted->enc_data->algorithm))
        return PKCS12_unpack_p7encdata(safe, walk->password,
                                       walk->password ? (int)strlen(walk->password) : 0);
    walk->absurd = true;
    return NULL;
}

static bool safe_has_key(const STACK_OF(PKCS12_SAFEBAG) * bags)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        int kind = PKCS12_SAFEBAG_get_nid(sk_PKCS12_SAFEBAG_value(bags, i));
        if (kind == NID_keyBag || kind == NID_pkcs8ShroudedKeyBag)
            return true;
    }
    return false;
}

/* Keys mostly stand in another safe than their certificates, so all are opened before any is walked. */
static bool walk_safes(struct walk *walk, const STACK_OF(PKCS7) * safes)
{
    enum { SAFES = 16 };
    STACK_OF(PKCS12_SAFEBAG) * opened[SAFES] = {NULL};
    int count = sk_PKCS7_num(safes) < SAFES ? sk_PKCS7_num(safes) : SAFES;

    for (int i = 0; i < count; i++) {
        opened[i] = open_safe(walk, sk_PKCS7_value(safes, i));
        walk->sealed = walk->sealed || !opened[i];
        walk->has_key = walk->has_key || safe_has_key(opened[i]);
    }
    for (int i = 0; i < count; i++) {
        walk_bags(walk, opened[i], 4);
        sk_PKCS12_SAFEBAG_pop_free(opened[i], PKCS12_SAFEBAG_free);
    }
    return !walk->sealed;
}

/* A digest made with an absurd number of rounds would keep the tool busy for hours. */
static bool rounds_are_sane(const PKCS12 *file)
{
    const ASN1_INTEGER *rounds = NULL;

    PKCS12_get0_mac(NULL, NULL, NULL, &rounds, file);
    return pbe_rounds_are_sane(rounds);
}

/* Finds the password that the file's digest was made with. A file without a digest opens with any. */
static bool find_password(PKCS12 *file, const struct pkcs12_request *request, struct pkcs12_result *result,
                          const char **password)
{
    *password = request->password;
    if (!PKCS12_mac_present(file) || (!request->password && !request->guess))
        return true;
    if (!request->guess)
        return PKCS12_verify_mac(file, request->password, -1) == 1;
    for (size_t i = 0; i < GUESSES; i++) {
        *password = guesses[i].password;
        result->guessed = guesses[i].words;
        if (PKCS12_verify_mac(file, *password, *password ? -1 : 0) == 1)
            return true;
    }
    return false;
}

static bool refuse(const struct pkcs12_request *request, struct reason *why)
{
    if (request->password) {
        reason_set(why, CODE_TRUST_STORE, "the password is wrong, or the file was changed (PKCS#12)");
        reason_hint(why, "show with: openssl pkcs12 -info -nokeys -in FILE -passin file:PASSWORD_FILE");
    } else {
        reason_set(why, CODE_TRUST_STORE, "needs a password (PKCS#12)");
        reason_hint(why, "name the file that holds the password%s",
                    request->guess ? "" : ": Java opens nothing that is encrypted without one");
    }
    return false;
}

static bool refuse_absurd(struct reason *why)
{
    reason_set(why, CODE_TRUST_STORE, "asks for more than %d rounds of key derivation (PKCS#12)",
               PBE_ROUNDS_MOST);
    reason_hint(why, "write it again with a usual number, such as keytool's 10000");
    return false;
}

/* It begins with its version, a certificate with a sequence (RFC 7292, section 4; RFC 5280, 4.1). */
bool pkcs12_recognise(const void *bytes, size_t length)
{
    const unsigned char *at = bytes, *end = at + length;
    long content;
    int tag, class;

    if (length < 8 || at[0] != 0x30)
        return false;
    ASN1_get_object(&at, &content, &tag, &class, (long)length); /* a truncated one is to be told as such */
    ERR_clear_error();
    return end - at >= 3 && at[0] == 0x02 && at[1] == 0x01 && at[2] == 0x03;
}

bool pkcs12_walk(const void *bytes, size_t length, const struct pkcs12_request *request,
                 struct pkcs12_result *result, struct reason *why)
{
    const unsigned char *at = bytes;
    struct walk walk = {.request = request, .result = result};

    memset(result, 0, sizeof *result);
    ERR_clear_error();
    /* Old JDKs, and what cert-manager writes for them, use RC2. */
    OSSL_PROVIDER *legacy = OSSL_PROVIDER_try_load(NULL, "legacy", 1);
    PKCS12 *file = d2i_PKCS12(NULL, &at, (long)length);
    STACK_OF(PKCS7) *safes = file && rounds_are_sane(file) ? PKCS12_unpack_authsafes(file) : NULL;
    bool good = safes != NULL || (file && !rounds_are_sane(file)
                                      ? refuse_absurd(why)
                                      : reason_set(why, CODE_TRUST_STORE, "truncated or corrupt (PKCS#12)"));
    if (good)
        good = find_password(file, request, result, &walk.password) || refuse(request, why);
    if (good)
        good = walk_safes(&walk, safes) || (walk.absurd ? refuse_absurd(why) : refuse(request, why));
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(file);
    if (legacy)
        OSSL_PROVIDER_unload(legacy);
    ERR_clear_error();
    return good;
}
