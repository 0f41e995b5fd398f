#include "common/trust/pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/deadline.h"
#include "common/trust/pbe.h"
#include "common/trust/rc4.h"

#include "common/base/banned.h"

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
    KEYS_MOST = 50,  /* that are opened */
    SAFES_MOST = 16, /* parts of a file: keys, certificates; real ones have two */
};

struct walk {
    const struct pkcs12_request *request;
    struct pkcs12_result *result;
    const char *password;
    struct pbe_work work;
    char digest[32]; /* one that a JVM does not know; empty: it does */
    bool sealed;     /* something did not open */
    bool unreadable; /* a certificate for which the whole file is refused */
    bool has_key;    /* a certificate with a key's identifier is that key's */
    size_t keys;
};

/* JKS and PKCS#12 call it an alias. The caller frees it with OPENSSL_free. */
static char *alias_of(const PKCS12_SAFEBAG *bag)
{
    return PKCS12_get_friendlyname((PKCS12_SAFEBAG *)(uintptr_t)bag);
}

static void take_certificate(struct walk *walk, const PKCS12_SAFEBAG *bag)
{
    struct pkcs12_bag found = {.certificate = PKCS12_SAFEBAG_get1_cert(bag)};

    if (!found.certificate) { /* a JVM stops at it, others pass over it */
        walk->unreadable = walk->unreadable || walk->request->java;
        return;
    }
    char *alias = alias_of(bag);
    found.alias = alias;
    found.java_sees = PKCS12_SAFEBAG_get0_attr(bag, NID_oracle_jdk_trustedkeyusage) != NULL ||
                      (walk->has_key && PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID) != NULL);
    walk->result->certificates++;
    walk->result->java_sees += found.java_sees;
    if (walk->request->on_certificate && !walk->request->on_certificate(walk->request->owner, &found))
        walk->unreadable = true;
    OPENSSL_free(alias);
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

    if (!request->on_key || ++walk->keys > KEYS_MOST)
        return;
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag)
        info = PKCS12_SAFEBAG_get0_p8inf(bag);
    else if (take_work(walk, bag))
        info = opened = PKCS12_decrypt_skey(bag, password, password ? (int)strlen(password) : 0);
    EVP_PKEY *key = info ? EVP_PKCS82PKEY(info) : NULL;
    char *alias = alias_of(bag);
    walk->sealed = walk->sealed || !key;
    if (key)
        request->on_key(request->owner, key, alias);
    OPENSSL_free(alias);
    PKCS8_PRIV_KEY_INFO_free(opened);
}

static void walk_bags(struct walk *walk, const STACK_OF(PKCS12_SAFEBAG) * bags, int depth)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && deadline_goes_on(walk->request->deadline); i++) {
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

/* Without a password, a JVM passes over what is encrypted. */
static bool is_passed_over(const struct walk *walk, PKCS7 *safe)
{
    return walk->request->java && !walk->request->password && PKCS7_type_is_encrypted(safe);
}

static STACK_OF(PKCS12_SAFEBAG) * open_safe(struct walk *walk, PKCS7 *safe)
{
    int length = walk->password ? (int)strlen(walk->password) : 0;

    if (PKCS7_type_is_data(safe))
        return PKCS12_unpack_p7data(safe);
    if (is_passed_over(walk, safe)) {
        walk->result->passed_over = true;
        return sk_PKCS12_SAFEBAG_new_null();
    }
    if (!PKCS7_type_is_encrypted(safe) || !safe->d.encrypted)
        return NULL;
    PKCS7_ENC_CONTENT *content = safe->d.encrypted->enc_data;
    if (!pbe_take(&walk->work, content->algorithm))
        return NULL;
    if (rc4_is_used(content->algorithm)) {
        struct rc4_plain plain = rc4_open(content->algorithm, walk->password, content->enc_data);
        const unsigned char *at = plain.data;
        STACK_OF(PKCS12_SAFEBAG) *bags = (STACK_OF(PKCS12_SAFEBAG) *)ASN1_item_d2i(
            NULL, &at, (long)plain.length, ASN1_ITEM_rptr(PKCS12_SAFEBAGS));
        rc4_forget(&plain);
        return bags;
    }
    return PKCS12_unpack_p7encdata(safe, walk->password, length);
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
    return !walk->sealed && !walk->unreadable;
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

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

static const char *mac_name(PKCS12 *file)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;

    PKCS12_get0_mac(NULL, &algorithm, NULL, NULL, file);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_nid2sn(OBJ_obj2nid(object));
}

/* A JVM knows some digests only, and derives nothing from a password that is not ASCII; the empty one it tries as none, too. */
static bool find_java_password(struct walk *walk, PKCS12 *file)
{
    const struct pkcs12_request *request = walk->request;

    if (request->password && !is_ascii(request->password))
        return false;
    if (!request->password || !PKCS12_mac_present(file))
        return true;
    const char *name = mac_name(file);
    if (!java_lists(*request->java, JAVA_STORE_DIGESTS, strcasecmp(name, "pbmac1") == 0 ? "PBMAC1" : name)) {
        snprintf(walk->digest, sizeof walk->digest, "%s", name);
        return false;
    }
    if (is_password(walk, file, request->password))
        return true;
    walk->password = NULL;
    return *request->password == '\0' && is_password(walk, file, NULL);
}

/* Finds the password that the file's digest was made with. A file without a digest opens with any. */
static bool find_password(struct walk *walk, PKCS12 *file)
{
    const struct pkcs12_request *request = walk->request;

    walk->password = request->password;
    walk->result->undigested = !PKCS12_mac_present(file);
    if (request->java)
        return find_java_password(walk, file);
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
        reason_hint(why, "write the file again with a usual number, such as keytool's 10000");
    } else if (walk->unreadable) {
        reason_set(why, CODE_TRUST_STORE, "it has a certificate that Java cannot read (PKCS#12)");
        reason_hint(why, "Java then does not load the store at all: remove that entry");
    } else if (walk->digest[0] != '\0') {
        reason_set(why, CODE_TRUST_STORE, "its digest is %s, which this Java does not know (PKCS#12)",
                   walk->digest);
        reason_hint(
            why, "write the file again: openssl pkcs12 -export -macalg sha256, or keytool -importkeystore");
    } else if (request->java && request->password && !is_ascii(request->password)) {
        reason_set(why, CODE_TRUST_STORE, "its password is not ASCII, which Java does not accept (PKCS#12)");
        reason_hint(why, "write the file again with another password");
    } else if (request->password) {
        reason_set(why, CODE_TRUST_STORE, "the password is wrong, or the file was changed (PKCS#12)");
        reason_hint(why, "show with: openssl pkcs12 -info -nokeys -in FILE -passin file:PASSWORD_FILE");
    } else {
        reason_set(why, CODE_TRUST_STORE, "needs a password (PKCS#12)");
        reason_hint(why, "name the file that holds the password%s",
                    request->guess ? "" : ": Java decrypts nothing without one");
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
