#include "common/trust/jks.h"

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "common/base/buf.h"

#include "tests/unit/suite.h"

static struct buf store;
static struct jks jks;
static struct reason why;

static void add_number(unsigned number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        unsigned char byte = (unsigned char)(number >> (8 * i));
        buf_add(&store, &byte, 1);
    }
}

static void add_head(unsigned magic, unsigned version, unsigned count)
{
    buf_init(&store, 1024 * 1024);
    add_number(magic, 4);
    add_number(version, 4);
    add_number(count, 4);
}

static void add_entry(unsigned tag, const char *alias)
{
    add_number(tag, 4);
    add_number((unsigned)strlen(alias), 2);
    buf_add_text(&store, alias);
    add_number(0, 4);
    add_number(0, 4);
}

static void add_certificate(const char *der)
{
    add_number(5, 2);
    buf_add_text(&store, "X.509");
    add_number((unsigned)strlen(der), 4);
    buf_add_text(&store, der);
}

static void add_digest(void)
{
    buf_add(&store, "dddddddddddddddddddd", 20);
}

static void reject(const char *expects)
{
    ck_assert(!jks_parse(store.data, store.length, &jks, &why));
    ck_assert_int_eq(why.code, CODE_TRUST_STORE);
    expect_contains(why.text, expects);
    jks_free(&jks);
    buf_free(&store);
}

START_TEST(entries_are_found)
{
    add_head(0xFEEDFEED, 2, 2);
    add_entry(2, "first");
    add_certificate("one");
    add_entry(1, "key");
    add_number(4, 4);
    buf_add_text(&store, "seal");
    add_number(2, 4);
    add_certificate("leaf");
    add_certificate("issuer");
    add_digest();
    ck_assert_msg(jks_parse(store.data, store.length, &jks, &why), "%s", why.text);
    ck_assert_uint_eq(jks.count, 2);
    ck_assert_str_eq(jks.entries[0].alias, "first");
    ck_assert_uint_eq(jks.entries[0].key.length, 0);
    ck_assert_uint_eq(jks.entries[1].key.length, 4);
    ck_assert_uint_eq(jks.entries[1].chain_length, 2);
    ck_assert(memcmp(jks.entries[1].chain[1].data, "issuer", 6) == 0);
    ck_assert(!jks_check(&jks, "changeit"));
    jks_free(&jks);
    buf_free(&store);
}
END_TEST

START_TEST(every_truncation_is_told)
{
    add_head(0xFEEDFEED, 2, 1);
    add_entry(2, "first");
    add_certificate("one");
    add_digest();
    for (size_t length = 4; length < store.length; length++) {
        char *copy = malloc(length); /* so that a read behind it is seen */
        memcpy(copy, store.data, length);
        bool parsed = jks_parse(copy, length, &jks, &why);
        ck_assert_msg(!parsed || jks.cut, "%zu bytes are taken", length);
        ck_assert(parsed || why.code == CODE_TRUST_STORE);
        ck_assert(!parsed || !jks_check(&jks, "changeit"));
        jks_free(&jks);
        free(copy);
    }
    buf_free(&store);
}
END_TEST

START_TEST(lengths_that_lie_are_told)
{
    add_head(0xFEEDFEED, 2, 0xFFFFFFFF);
    add_digest();
    reject("cannot be in");
    add_head(0xFEEDFEED, 2, 1);
    add_entry(1, "key");
    add_number(0xFFFFFFFF, 4);
    add_digest();
    reject("does not end where it should");
    add_head(0xFEEDFEED, 2, 1);
    add_entry(1, "key");
    add_number(0, 4);
    add_number(0xFFFFFFFF, 4);
    add_digest();
    reject("does not end where it should");
}
END_TEST

START_TEST(what_is_no_store_is_told)
{
    add_head(0xFEEDFEED, 3, 0);
    add_digest();
    reject("version 3");
    add_head(0xFEEDFEED, 2, 1);
    add_entry(7, "odd");
    add_certificate("one");
    add_digest();
    reject("an unknown kind");
    add_head(0xCECECECE, 2, 1);
    add_entry(3, "secret");
    add_certificate("one");
    add_digest();
    reject("is a secret key");
    add_head(0x01020304, 2, 0);
    add_digest();
    reject("no Java key store");
}
END_TEST

/* EncryptedPrivateKeyInfo of JCEKS (PBEWithMD5AndTripleDES), with no key in it. */
static int seal(int rounds, unsigned char **der)
{
    static const unsigned char salt[8] = "saltsalt", sealed[8] = "nothing!";
    X509_SIG *sig = X509_SIG_new();
    X509_ALGOR *algorithm;
    ASN1_OCTET_STRING *octets;
    PBEPARAM *parameters = PBEPARAM_new();
    ASN1_STRING *packed = NULL;

    ck_assert(sig && parameters && ASN1_INTEGER_set(parameters->iter, rounds) == 1 &&
              ASN1_STRING_set(parameters->salt, salt, sizeof salt) == 1);
    ck_assert_ptr_nonnull(ASN1_item_pack(parameters, ASN1_ITEM_rptr(PBEPARAM), &packed));
    X509_SIG_getm(sig, &algorithm, &octets);
    ck_assert(X509_ALGOR_set0(algorithm, OBJ_txt2obj("1.3.6.1.4.1.42.2.19.1", 1), V_ASN1_SEQUENCE, packed) ==
                  1 &&
              ASN1_OCTET_STRING_set(octets, sealed, sizeof sealed) == 1);
    int length = i2d_X509_SIG(sig, der);
    PBEPARAM_free(parameters);
    X509_SIG_free(sig);
    return length;
}

START_TEST(the_keys_of_a_file_share_their_rounds)
{
    unsigned char *der = NULL;
    int length = seal(1000, &der);
    struct jks_entry entry = {.alias = "a", .key = {.data = der, .length = (size_t)length}};
    struct pbe_work work = {.rounds = PBE_ROUNDS_MOST - 1500};

    ck_assert_ptr_null(jks_key(&entry, "password", &work, &why));
    expect_contains(why.text, "cannot be decrypted with that password");
    ck_assert_int_eq(work.rounds, PBE_ROUNDS_MOST - 500);
    ck_assert_ptr_null(jks_key(&entry, "password", &work, &why));
    expect_contains(why.text, "its keys ask for more than 2500000 rounds of key derivation");
    OPENSSL_free(der);
}
END_TEST

SUITE("jks", entries_are_found, every_truncation_is_told, lengths_that_lie_are_told, what_is_no_store_is_told,
      the_keys_of_a_file_share_their_rounds)
