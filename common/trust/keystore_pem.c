/* A client's certificate, chain and key out of PEM. */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/trust/keystore_leaves.h"
#include "common/trust/keystore_parts.h"
#include "common/trust/pem_ciphers.h"

#include "common/base/banned.h"

static int give_password(char *to, int size, int writing, void *owner)
{
    const struct keystore_reading *reading = owner;
    const char *password = reading->source->key_password ? reading->source->key_password : reading->password;

    (void)writing;
    int length = password ? snprintf(to, (size_t)size, "%s", password) : -1;
    return length < size ? length : -1;
}

static bool check_pem_work(const struct keystore_reading *reading, const struct buf *content,
                           struct reason *why)
{
    struct pbe_work work = {0};

    if (pbe_take_pem(&work, content->data, content->length))
        return true;
    reason_set(why, CODE_TRUST_STORE, "%.200s: asks for more than %d rounds of key derivation", reading->path,
               PBE_ROUNDS_MOST);
    reason_hint(why, "encrypt the key again with a usual number: openssl pkcs8 -topk8 writes 2048");
    return false;
}

static bool read_pem_key(const struct keystore_reading *reading, const struct buf *content,
                         struct reason *why)
{
    BIO *in = BIO_new_mem_buf(content->data, (int)content->length);
    union {
        const struct keystore_reading *reading;
        void *any;
    } owner = {.reading = reading};

    if (!in)
        mem_exhausted();
    pem_ciphers_add(content->data, content->length);
    ERR_clear_error();
    reading->keystore->key = PEM_read_bio_PrivateKey(in, NULL, give_password, owner.any);
    BIO_free(in);
    if (reading->keystore->key)
        return true;
    bool encrypted = memmem(content->data, content->length, "ENCRYPTED", 9) != NULL;
    if (!memmem(content->data, content->length, "PRIVATE KEY-----", 16))
        reason_set(why, CODE_TRUST_STORE, "%.200s: holds no private key", reading->path);
    else if (encrypted && !reading->password && !reading->source->key_password)
        reason_set(why, CODE_TRUST_STORE, "%.200s: the private key needs a password", reading->path);
    else if (encrypted)
        reason_set(why, CODE_TRUST_STORE, "%.200s: the private key cannot be decrypted with that password",
                   reading->path);
    else
        reason_set(why, CODE_TRUST_STORE, "%.200s: the private key is truncated or corrupt", reading->path);
    reason_hint(why, "show with: openssl pkey -noout -in %s%s", reason_word(reading->path, 120, "FILE"),
                encrypted ? " -passin file:PASSWORD_FILE (--client-key-password-file)"
                          : "; name the key's own file with --client-key");
    return false;
}

static bool read_pem_certificates(const struct keystore_reading *reading, const struct buf *content,
                                  struct reason *why)
{
    BIO *in = BIO_new_mem_buf(content->data, (int)content->length);
    X509 *certificate;

    if (!in)
        mem_exhausted();
    while (deadline_goes_on(reading->source->deadline) &&
           (certificate = PEM_read_bio_X509(in, NULL, NULL, NULL)))
        keystore_add_certificate(reading->keystore, certificate);
    BIO_free(in);
    ERR_clear_error();
    return sk_X509_num(reading->keystore->chain) > 0 ||
           reason_set(why, CODE_TRUST_STORE, "%.200s: holds no certificate", reading->path);
}

bool keystore_pem_read(const struct keystore_reading *reading, const struct buf *content, struct reason *why)
{
    return (!reading->wants_certificate || read_pem_certificates(reading, content, why)) &&
           (!reading->wants_key ||
            (check_pem_work(reading, content, why) && read_pem_key(reading, content, why)));
}
