#include "common/trust/rc4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { STATE = 256, KEY_MOST = 16, KEY_LEAST = 5 };

static int kind_of(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object;

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_obj2nid(object);
}

bool rc4_is_used(const X509_ALGOR *algorithm)
{
    int kind = kind_of(algorithm);

    return kind == NID_pbe_WithSHA1And128BitRC4 || kind == NID_pbe_WithSHA1And40BitRC4;
}

static void run(const unsigned char *key, size_t key_length, unsigned char *data, size_t length)
{
    unsigned char state[STATE];
    unsigned i, j = 0;

    for (i = 0; i < STATE; i++)
        state[i] = (unsigned char)i;
    for (i = 0; i < STATE; i++) {
        unsigned char old = state[i];
        j = (j + old + key[i % key_length]) % STATE;
        state[i] = state[j];
        state[j] = old;
    }
    i = j = 0;
    for (size_t at = 0; at < length; at++) {
        i = (i + 1) % STATE;
        unsigned char old = state[i];
        j = (j + old) % STATE;
        state[i] = state[j];
        state[j] = old;
        data[at] ^= state[(state[i] + state[j]) % STATE];
    }
    OPENSSL_cleanse(state, sizeof state);
}

static bool derive(const X509_ALGOR *algorithm, const char *password, unsigned char *key, size_t length)
{
    PBEPARAM *pbe = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);
    long rounds = pbe && pbe->iter ? ASN1_INTEGER_get(pbe->iter) : 1;
    bool good = pbe && rounds > 0 && rounds <= INT32_MAX &&
                PKCS12_key_gen_utf8(password, password ? (int)strlen(password) : 0, pbe->salt->data,
                                    pbe->salt->length, PKCS12_KEY_ID, (int)rounds, (int)length, key,
                                    EVP_sha1()) == 1;

    PBEPARAM_free(pbe);
    return good;
}

struct rc4_plain rc4_open(const X509_ALGOR *algorithm, const char *password, const ASN1_OCTET_STRING *sealed)
{
    struct rc4_plain plain = {.data = NULL};
    unsigned char key[KEY_MOST];
    size_t length = kind_of(algorithm) == NID_pbe_WithSHA1And40BitRC4 ? KEY_LEAST : KEY_MOST;

    if (!sealed || !derive(algorithm, password, key, length))
        return plain;
    plain.length = (size_t)ASN1_STRING_length(sealed);
    plain.data = xcalloc(plain.length + 1, 1);
    memcpy(plain.data, ASN1_STRING_get0_data(sealed), plain.length);
    run(key, length, plain.data, plain.length);
    OPENSSL_cleanse(key, sizeof key);
    return plain;
}

void rc4_forget(struct rc4_plain *plain)
{
    if (plain->data)
        OPENSSL_cleanse(plain->data, plain->length);
    free(plain->data);
    plain->data = NULL;
}
