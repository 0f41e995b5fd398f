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

enum {
    GUESSES = sizeof guesses / sizeof guesses[0],
    SAFES_MOST = 16, /* parts of a file: keys, certificates; real ones have two */
};

struct walk {
    const struct pkcs12_request *request;
    struct pkcs12_result *result;
    const char *password;
    struct pbe_work work;
    bool sealed;  /* something did not open */
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

static bool take_work(struct walk *walk, const PKCS12_SAFEBAG *bag)
{
    const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const X509_ALGOR *algorithm = NULL;

    if (sealed)
        X509_SIG_get0(sealed, &algorithm, NULL);
    return algorithm && pbe_take(&walk->work, algorithm);
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
    else if (take_work(walk, bag))
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
    if (!pbe_take(&walk->work, safe->d.encrypted->enc_data->algorithm))
        return NULL;
    return PKCS12_unpack_p7encdata(safe, walk->password, walk->password ? (int)strlen(walk->password) : 0);
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
    STACK_OF(PKCS12_SAFEBAG) * opened[SAFES_MOST] = {NULL};
    int count = sk_PKCS7_num(safes);

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

/* Whether the file's digest was made with that password. */
static bool is_password(struct walk *walk, PKCS12 *file, const char *password)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;
    const ASN1_INTEGER *rounds = NULL;

    PKCS12_get0_mac(NULL, &algorithm, NULL, &rounds, file);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    bool taken = OBJ_obj2nid(object) == NID_pbmac1 ? pbe_take(&walk->work, algorithm)
                                                   : pbe_take_rounds(&walk->work, rounds);
    return taken && PKCS12_verify_mac(file, password, password ? -1 : 0) == 1;
}

/* Finds the password that the file's digest was made with. A file without a digest opens with any. */
static bool find_password(struct walk *walk, PKCS12 *file)
{
    const struct pkcs12_request *request = walk->request;

    walk->password = request->password;
    walk->result->undigested = !PKCS12_mac_present(file);
    if (!PKCS12_mac_present(file) || (!request->password && !request->guess))
        return true;
    if (!request->guess)
        return is_password(walk, file, request->password);
    for (size_t i = 0; i < GUESSES; i++) {
        walk->password = guesses[i].password;
        walk->result->guessed = guesses[i].words;
        if (is_password(walk, file, walk->password))
            return true;
    }
    return false;
}

static bool refuse(const struct walk *walk, struct reason *why)
{
    const struct pkcs12_request *request = walk->request;

    if (walk->work.refused) {
        reason_set(why, CODE_TRUST_STORE, "asks for more than %d rounds of key derivation (PKCS#12)",
                   PBE_ROUNDS_MOST);
        reason_hint(why, "write it again with a usual number, such as keytool's 10000");
    } else if (request->password) {
        reason_set(why, CODE_TRUST_STORE, "the password is wrong, or the file was changed (PKCS#12)");
        reason_hint(why, "show with: openssl pkcs12 -info -nokeys -in FILE -passin file:PASSWORD_FILE");
    } else {
        reason_set(why, CODE_TRUST_STORE, "needs a password (PKCS#12)");
        reason_hint(why, "name the file that holds the password%s",
                    request->guess ? "" : ": Java opens nothing that is encrypted without one");
    }
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
    STACK_OF(PKCS7) *safes = file ? PKCS12_unpack_authsafes(file) : NULL;
    bool good = safes != NULL || reason_set(why, CODE_TRUST_STORE, "truncated or corrupt (PKCS#12)");
    if (good && sk_PKCS7_num(safes) > SAFES_MOST)
        good = reason_set(why, CODE_TRUST_STORE, "has more than %d parts (PKCS#12)", SAFES_MOST);
    good = good && ((find_password(&walk, file) && walk_safes(&walk, safes)) || refuse(&walk, why));
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(file);
    if (legacy)
        OSSL_PROVIDER_unload(legacy);
    ERR_clear_error();
    return good;
}
