/* Decrypts what JKS ("JavaSoft proprietary key-protection", a keystream of SHA-1) and JCEKS (triple DES under a key
 * that MD5_LENGTH made of the password) keep private keys in; jks_key of jks.h. */
#include "common/trust/jks_key.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/visible.h"
#include "common/trust/jks.h"
#include "common/trust/pbe.h"

#include "common/base/banned.h"

enum {
    SALT = 20,
    SHA1_LENGTH = 20,
    MD5_LENGTH = 16,
    JCEKS_SALT = 8,
    DES3_KEY = 24,
    KEY_MOST = 64 * 1024,
};

static void add_unit(struct jks_password *password, uint32_t unit)
{
    password->bytes[password->length++] = (unsigned char)(unit >> 8);
    password->bytes[password->length++] = (unsigned char)unit;
}

void jks_password_init(struct jks_password *password, const char *utf8)
{
    password->bytes = xcalloc(2 * strlen(utf8) + 4, 1);
    password->length = 0;
    while (*utf8 != '\0') {
        struct visible_char next = visible_next(utf8);
        if (next.point >= 0x10000) {
            add_unit(password, 0xD800 + ((next.point - 0x10000) >> 10));
            add_unit(password, 0xDC00 + ((next.point - 0x10000) & 0x3FF));
        } else {
            add_unit(password, next.point);
        }
        utf8 += next.length;
    }
}

void jks_password_free(struct jks_password *password)
{
    if (password->bytes)
        OPENSSL_cleanse(password->bytes, password->length);
    free(password->bytes);
    password->bytes = NULL;
}

/* A digest of two pieces, one after the other. The context was begun with the digest once, and is begun anew here: that is
 * done very often. */
static bool digest_two(EVP_MD_CTX *context, const void *a, size_t a_length, const void *b, size_t b_length,
                       unsigned char *out)
{
    return EVP_DigestInit_ex2(context, NULL, NULL) == 1 && EVP_DigestUpdate(context, a, a_length) == 1 &&
           EVP_DigestUpdate(context, b, b_length) == 1 && EVP_DigestFinal_ex(context, out, NULL) == 1;
}

static EVP_MD_CTX *digest_begin(const EVP_MD *digest)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context || EVP_DigestInit_ex2(context, digest, NULL) != 1)
        mem_exhausted();
    return context;
}

/* Salt, ciphertext, check. The keystream begins with the salt, each block is SHA-1(password, the block before). */
static bool decrypt_jks(const unsigned char *in, size_t length, const char *password, unsigned char *out)
{
    struct jks_password utf16;
    unsigned char block[SHA1_LENGTH], check[SHA1_LENGTH];
    EVP_MD_CTX *sha1 = digest_begin(EVP_sha1());
    bool good = true;

    jks_password_init(&utf16, password);
    memcpy(block, in, SALT);
    for (size_t i = 0; i < length && good; i++) {
        if (i % SHA1_LENGTH == 0)
            good = digest_two(sha1, utf16.bytes, utf16.length, block, SHA1_LENGTH, block);
        out[i] = in[SALT + i] ^ block[i % SHA1_LENGTH];
    }
    good = good && digest_two(sha1, utf16.bytes, utf16.length, out, length, check) &&
           memcmp(check, in + SALT + length, SHA1_LENGTH) == 0;
    EVP_MD_CTX_free(sha1);
    jks_password_free(&utf16);
    OPENSSL_cleanse(block, sizeof block);
    return good;
}

/* PBEWithMD5AndTripleDES: each half of the salt is digested with the password, again and again, for half of key and vector. */
static bool derive_jceks(const unsigned char *salt, int64_t rounds, const char *password,
                         unsigned char made[2 * MD5_LENGTH])
{
    unsigned char halves[JCEKS_SALT];
    EVP_MD_CTX *md5 = digest_begin(EVP_md5());
    bool good = true;

    memcpy(halves, salt, JCEKS_SALT);
    if (memcmp(halves, halves + 4, 4) == 0) { /* as Java does it, slip included */
        for (int i = 0; i < 2; i++) {
            unsigned char byte = halves[i];
            halves[i] = halves[3 - i];
            halves[2] = byte;
        }
    }
    for (int half = 0; half < 2; half++) {
        unsigned char *out = made + (ptrdiff_t)half * MD5_LENGTH;
        good = good && digest_two(md5, halves + (ptrdiff_t)half * 4, 4, password, strlen(password), out);
        for (int64_t i = 1; i < rounds && good; i++)
            good = digest_two(md5, out, MD5_LENGTH, password, strlen(password), out);
    }
    EVP_MD_CTX_free(md5);
    return good;
}

static bool decrypt_jceks(const X509_ALGOR *algorithm, const unsigned char *in, size_t length,
                          const char *password, struct pbe_work *work, unsigned char *out, size_t *out_length)
{
    const void *parameters;
    int type, made_length = 0, rest = 0;
    unsigned char made[2 * MD5_LENGTH];

    X509_ALGOR_get0(NULL, &type, &parameters, algorithm);
    PBEPARAM *pbe = type == V_ASN1_SEQUENCE
                        ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter)
                        : NULL;
    int64_t before = work->rounds;
    bool good = pbe && ASN1_STRING_length(pbe->salt) == JCEKS_SALT && pbe_take_rounds(work, pbe->iter) &&
                derive_jceks(ASN1_STRING_get0_data(pbe->salt), work->rounds - before, password, made);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    good = good && context &&
           EVP_DecryptInit_ex(context, EVP_des_ede3_cbc(), NULL, made, made + DES3_KEY) == 1 &&
           EVP_DecryptUpdate(context, out, &made_length, in, (int)length) == 1 &&
           EVP_DecryptFinal_ex(context, out + made_length, &rest) == 1;
    *out_length = (size_t)made_length;
    *out_length += (size_t)rest;
    EVP_CIPHER_CTX_free(context);
    PBEPARAM_free(pbe);
    OPENSSL_cleanse(made, sizeof made);
    return good;
}

static EVP_PKEY *read_plain(const unsigned char *plain, size_t length)
{
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &plain, (long)length);
    EVP_PKEY *key = info ? EVP_PKCS82PKEY(info) : NULL;

    PKCS8_PRIV_KEY_INFO_free(info);
    return key;
}

EVP_PKEY *jks_key(const struct jks_entry *entry, const char *password, struct pbe_work *work,
                  struct reason *why)
{
    const unsigned char *at = entry->key.data;
    X509_SIG *sealed = entry->key.length <= KEY_MOST ? d2i_X509_SIG(NULL, &at, (long)entry->key.length)
                                                     : NULL;
    const X509_ALGOR *algorithm;
    const ASN1_OBJECT *object;
    const ASN1_OCTET_STRING *octets;
    char oid[64] = "";
    EVP_PKEY *key = NULL;

    if (!sealed) {
        reason_set(why, CODE_TRUST_STORE, "the key of entry \"%.60s\" is corrupt", entry->alias);
        return NULL;
    }
    X509_SIG_get0(sealed, &algorithm, &octets);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    OBJ_obj2txt(oid, sizeof oid, object, 1);
    size_t length = (size_t)ASN1_STRING_length(octets), plain_length = 0;
    const unsigned char *in = ASN1_STRING_get0_data(octets);
    unsigned char *plain = xcalloc(length + EVP_MAX_BLOCK_LENGTH, 1);
    bool good = false;
    if (strcmp(oid, "1.3.6.1.4.1.42.2.17.1.1") == 0 && length > SALT + SHA1_LENGTH) {
        plain_length = length - SALT - SHA1_LENGTH;
        good = decrypt_jks(in, plain_length, password, plain);
    } else if (strcmp(oid, "1.3.6.1.4.1.42.2.19.1") == 0) {
        good = decrypt_jceks(algorithm, in, length, password, work, plain, &plain_length);
    }
    key = good ? read_plain(plain, plain_length) : NULL;
    if (work->refused) {
        reason_set(why, CODE_TRUST_STORE, "its keys ask for more than %d rounds of key derivation",
                   PBE_ROUNDS_MOST);
        reason_hint(
            why, "write the file again with a usual number: keytool -importkeystore -deststoretype PKCS12");
    } else if (!key)
        reason_set(why, CODE_TRUST_STORE, "the key of entry \"%.60s\" cannot be decrypted with that password",
                   entry->alias);
    OPENSSL_cleanse(plain, length);
    free(plain);
    X509_SIG_free(sealed);
    return key;
}
