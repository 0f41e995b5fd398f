#include "common/trust/keystore.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/deadline.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/trust/certificate.h"
#include "common/trust/java_certificate.h"
#include "common/trust/jks.h"
#include "common/trust/keystore_leaves.h"
#include "common/trust/keystore_parts.h"
#include "common/trust/pkcs12.h"
#include "common/trust/store_file.h"
#include "common/trust/truststore.h"

#include "common/base/banned.h"

enum { FILE_MAX = 4 * 1024 * 1024, KEYS_MOST = 50 };

static bool read_der(const struct keystore_reading *reading, const struct buf *content, struct reason *why)
{
    const unsigned char *at = (const unsigned char *)content->data;

    if (reading->wants_certificate && !reading->wants_key) {
        X509 *certificate = d2i_X509(NULL, &at, (long)content->length);
        if (certificate)
            keystore_add_certificate(reading->keystore, certificate);
        return certificate ||
               reason_set(why, CODE_TRUST_STORE, "%.200s: is not a certificate", reading->path);
    }
    reading->keystore->key = d2i_AutoPrivateKey(NULL, &at, (long)content->length);
    return reading->keystore->key ||
           reason_set(why, CODE_TRUST_STORE,
                      "%.200s: is not a private key, or is one that needs a password, in DER", reading->path);
}

/* --- key stores --- */

/* The first key; of a JVM's stores, the others as well. */
static void take_key(void *owner, EVP_PKEY *key, const char *alias)
{
    const struct keystore_reading *reading = owner;
    struct keystore **last = &reading->keystore->next, *keystore = reading->keystore;

    if (keystore->key && !keystore_takes_all(reading->source)) {
        EVP_PKEY_free(key);
        return;
    }
    if (keystore->key) {
        while (*last)
            last = &(*last)->next;
        keystore = *last = xcalloc(1, sizeof *keystore);
    }
    keystore->key = key;
    keystore->alias = alias ? xstrdup(alias) : NULL;
}

static bool take_bag(void *owner, const struct pkcs12_bag *bag)
{
    const struct keystore_reading *reading = owner;

    if (reading->wants_certificate && X509_up_ref(bag->certificate))
        keystore_add_certificate(reading->keystore, bag->certificate);
    return !reading->source->java || !java_certificate_flaw(bag->certificate);
}

static bool read_pkcs12(struct keystore_reading *reading, const struct buf *content, struct reason *why)
{
    struct pkcs12_request request = {
        .password = reading->password,
        .key_password = reading->source->key_password,
        .guess = !reading->password && !reading->source->java,
        .java = reading->source->java ? &reading->source->java_version : NULL,
        .on_certificate = take_bag,
        .on_key = reading->wants_key ? take_key : NULL,
        .owner = reading,
        .deadline = reading->source->deadline,
    };
    struct pkcs12_result result;

    if (!pkcs12_walk(content->data, content->length, &request, &result, why)) {
        reason_wrap(why, "%.110s", reading->path);
        return false;
    }
    if (result.undigested)
        snprintf(reading->keystore->warning, sizeof reading->keystore->warning,
                 "%.150s: has no digest, so its integrity cannot be checked", reading->path);
    return !reading->wants_key || reading->keystore->key ||
           reason_set(why, CODE_TRUST_STORE, "%.200s: holds no private key", reading->path);
}

/* A store's digest proves its integrity, but only with the store's own password. One that was given
 * for the store has to be it, as for Java. One that was given for the key may be the key's alone: then what cannot be known is
 * said. */
static bool check_digest(const struct keystore_reading *reading, const struct jks *jks, struct reason *why)
{
    const struct keystore_source *source = reading->source;

    if (reading->password && jks_check(jks, reading->password))
        return true;
    if (reading->password && source->key_password) {
        reason_set(why, CODE_TRUST_STORE, "the password is wrong, or the file was changed");
        reason_hint(why, "show with: keytool -list -keystore %s -storepass:file PASSWORD_FILE",
                    reason_word(reading->path, 150, "FILE"));
        return false;
    }
    snprintf(reading->keystore->warning, sizeof reading->keystore->warning,
             "%.150s: %s, so its integrity cannot be checked", reading->path,
             reading->password
                 ? "the password is the key's and not that of the store, or the file was changed"
                 : "no password was given for the store");
    return true;
}

/* Java's aliases do not tell capitals from small letters. */
static const struct jks_entry *find_key_entry(const struct jks *jks, size_t from, const char *alias)
{
    for (size_t i = from; i < jks->count; i++)
        if (jks->entries[i].key.length > 0 && (!alias || strcasecmp(alias, jks->entries[i].alias) == 0))
            return &jks->entries[i];
    return NULL;
}

static bool read_entry(struct keystore_reading *reading, const struct jks_entry *entry, struct reason *why)
{
    const char *password = reading->source->key_password ? reading->source->key_password : reading->password;

    for (size_t i = 0; reading->wants_certificate && i < entry->chain_length; i++) {
        const unsigned char *at = entry->chain[i].data;
        X509 *certificate = reading->source->java ? java_certificate_read(at, entry->chain[i].length)
                                                  : d2i_X509(NULL, &at, (long)entry->chain[i].length);
        if (!certificate)
            return reason_set(why, CODE_TRUST_STORE, "certificate %zu of entry \"%.60s\" is corrupt", i + 1,
                              entry->alias);
        keystore_add_certificate(reading->keystore, certificate);
    }
    if (!reading->wants_key)
        return true;
    if (!password) {
        reason_set(why, CODE_TRUST_STORE, "the key of entry \"%.60s\" needs a password", entry->alias);
        reason_hint(why, "it is read from the file that --client-key-password-file names");
        return false;
    }
    EVP_PKEY *key = jks_key(entry, password, &reading->work, why);
    if (key)
        take_key(reading, key, entry->alias);
    return key != NULL;
}

static bool read_jks(struct keystore_reading *reading, const struct buf *content, struct reason *why)
{
    struct jks jks;
    bool good = jks_parse(content->data, content->length, &jks, why);

    if (good && jks.cut && !reading->source->java)
        good = reason_set(why, CODE_TRUST_STORE, "truncated: its digest is incomplete");
    good = good && check_digest(reading, &jks, why);

    if (good) {
        const struct jks_entry *entry = find_key_entry(&jks, 0, reading->source->alias);
        bool found = entry != NULL;
        for (int keys = 0; entry && good && keys < KEYS_MOST && deadline_goes_on(reading->source->deadline);
             keys++) {
            good = read_entry(reading, entry, why);
            entry = keystore_takes_all(reading->source)
                        ? find_key_entry(&jks, (size_t)(entry - jks.entries) + 1, NULL)
                        : NULL;
        }
        if (!found)
            good = reason_set(why, CODE_TRUST_STORE, "holds no private key%s%.60s",
                              reading->source->alias ? " under the alias " : "",
                              reading->source->alias ? reading->source->alias : "");
    }
    if (!good)
        reason_wrap(why, "%.110s", reading->path);
    jks_free(&jks);
    return good;
}

/* A JVM loads JKS and PKCS#12 as a key store, unless it is told of another type. */
static bool refuse_for_java(const struct keystore_reading *reading, const char *format, struct reason *why)
{
    reason_set(why, CODE_TRUST_STORE, "%.200s: is %s, which Java does not load as a key store", reading->path,
               format);
    reason_hint(why, "convert it: %s; if the agent itself reads %s, leave out --profile java",
                strcmp(format, "JCEKS") == 0
                    ? "keytool -importkeystore -srckeystore OLD -srcstoretype JCEKS -destkeystore NEW.p12"
                    : "openssl pkcs12 -export -in CERTIFICATE.pem -inkey KEY.pem -out NEW.p12",
                format);
    return false;
}

static bool read_content(struct keystore_reading *reading, const struct buf *content, struct reason *why)
{
    bool java = reading->source->java;

    if (jks_recognise(content->data, content->length)) {
        bool jceks = content->data[0] == (char)0xCE;
        return java && jceks ? refuse_for_java(reading, "JCEKS", why) : read_jks(reading, content, why);
    }
    if (memmem(content->data, content->length, "-----BEGIN", 10))
        return java ? refuse_for_java(reading, "PEM", why) : keystore_pem_read(reading, content, why);
    if (pkcs12_recognise(content->data, content->length))
        return read_pkcs12(reading, content, why);
    return java && content->length > 0 && content->data[0] == 0x30 ? refuse_for_java(reading, "DER", why)
                                                                   : read_der(reading, content, why);
}

static bool read_file(struct keystore_reading *reading, struct reason *why)
{
    struct buf content;

    buf_init(&content, FILE_MAX);
    bool good = store_file_read(
        reading->path, &content,
        "the client's certificate and key must exist and be readable: is their Secret mounted?", why);
    good = good && read_content(reading, &content, why);
    if (!good && content.length > 0)
        store_file_name(reading->path, &content, why);
    OPENSSL_cleanse(content.data, content.length);
    buf_free(&content);
    return good;
}

/* --- putting together --- */

static bool load_with(struct keystore_reading *reading, struct reason *why)
{
    const struct keystore_source *source = reading->source;

    reading->path = source->certificate;
    reading->wants_certificate = true;
    reading->wants_key = !source->key;
    if (!read_file(reading, why))
        return false;
    if (source->key) {
        reading->path = source->key;
        reading->wants_certificate = false;
        reading->wants_key = true;
        if (!read_file(reading, why))
            return false;
    }
    return keystore_find_leaves(reading->keystore, source, why);
}

bool keystore_load(const struct keystore_source *source, struct keystore *keystore, struct reason *why)
{
    struct keystore_reading reading = {.source = source, .keystore = keystore};

    memset(keystore, 0, sizeof *keystore);
    if (source->password)
        reading.password = xstrdup(source->password);
    else if (source->password_file &&
             !(reading.password = truststore_read_password(source->password_file, why)))
        return false;
    bool good = load_with(&reading, why);
    good = !store_file_is_late(source->certificate, source->deadline, why) && good;
    if (reading.password)
        OPENSSL_cleanse(reading.password, strlen(reading.password));
    free(reading.password);
    return good;
}
