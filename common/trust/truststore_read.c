/* Certificates out of files of each format that a trust store may have: anchors_read_file of anchors.h. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/trust/anchors.h"
#include "common/trust/der.h"
#include "common/trust/jks.h"
#include "common/trust/pkcs12.h"
#include "common/trust/store_file.h"

#include "common/base/banned.h"

/* --- Java key stores --- */

static bool check_digest(struct truststore *store, const char *path, const struct jks *jks,
                         struct reason *why)
{
    if (!store->password) {
        anchors_warn(
            store,
            "%.200s: no password was given, so its integrity cannot be checked (--trust-store-password-file)",
            path);
        return true;
    }
    if (jks_check(jks, store->password))
        return true;
    reason_set(why, CODE_TRUST_STORE, "%.200s: the password is wrong, or the file was changed", path);
    reason_hint(why, "show with: keytool -list -keystore %s -storepass:file PASSWORD_FILE",
                reason_word(path, 150, "FILE"));
    return false;
}

/* Java trusts the first certificate of a key's chain, too. */
static void add_entries(struct truststore *store, const char *path, const struct jks *jks)
{
    for (size_t i = 0; i < jks->count; i++) {
        const struct jks_entry *entry = &jks->entries[i];
        if (entry->chain_length > 0 && !anchors_add(store, entry->chain[0].data, entry->chain[0].length))
            anchors_warn(store, "%.200s: entry \"%.60s\" is not a certificate, and ignored", path,
                         entry->alias);
    }
}

static bool add_jks(struct truststore *store, const char *path, const struct buf *content, struct reason *why)
{
    struct jks jks;
    bool good = jks_parse(content->data, content->length, &jks, why);

    if (good && jks.cut && !store->source->java)
        good = reason_set(why, CODE_TRUST_STORE, "truncated: its digest is incomplete");
    if (!good)
        reason_wrap(why, "%.110s", path);
    good = good && check_digest(store, path, &jks, why);
    if (good && store->source->java)
        good = anchors_java_add_jks(store, path, &jks, why);
    else if (good)
        add_entries(store, path, &jks);
    jks_free(&jks);
    return good;
}

/* --- PKCS#12 --- */

static bool take_bag(void *owner, const struct pkcs12_bag *bag)
{
    struct java_bags *bags = owner;
    struct truststore *store = bags->store;
    unsigned char *der = NULL;

    if (store->source->java)
        return !bag->java_sees || anchors_java_add_bag(bags, bag->certificate, bag->alias);
    int length = i2d_X509(bag->certificate, &der);
    if (length > 0)
        anchors_add(store, der, (size_t)length);
    OPENSSL_free(der);
    return true;
}

static bool walk_pkcs12(struct truststore *store, const struct buf *content, struct pkcs12_result *result,
                        struct reason *why)
{
    struct java_bags bags = {.store = store, .first = store->count};
    const struct truststore_source *source = store->source;
    struct pkcs12_request request = {
        .password = store->password,
        .guess = !source->java && !store->password,
        .java = source->java ? &source->java_version : NULL,
        .on_certificate = take_bag,
        .owner = &bags,
        .deadline = source->deadline,
    };
    bool good = pkcs12_walk(content->data, content->length, &request, result, why);

    if (source->java)
        anchors_java_end_bags(&bags);
    return good;
}

static bool add_pkcs12(struct truststore *store, const char *path, const struct buf *content,
                       struct reason *why)
{
    struct pkcs12_result result;

    if (!walk_pkcs12(store, content, &result, why)) {
        reason_wrap(why, "%.110s", path);
        return false;
    }
    if (result.undigested)
        anchors_warn(store, "%.200s: has no digest, so its integrity cannot be checked", path);
    if (result.guessed)
        anchors_warn(
            store,
            "%.200s: opened with %s, although no password was given: name its file (--trust-store-password-file), as "
            "Java guesses none",
            path, result.guessed);
    if (result.passed_over)
        anchors_warn(
            store,
            "%.200s: is encrypted, and without a password Java reads nothing of it (--trust-store-password-file)",
            path);
    if (result.java_sees < result.certificates)
        anchors_warn(
            store,
            "%.200s: Java will see %zu of its %zu certificates as trusted: import them with keytool -importcert "
            "-alias NAME -file CERTIFICATE.pem -keystore %s",
            path, result.java_sees, result.certificates, reason_word(path, 100, "FILE"));
    return true;
}

/* --- telling them apart --- */

static bool add_der(struct truststore *store, const char *path, const struct buf *content)
{
    const unsigned char *at = (const unsigned char *)content->data, *end = at + content->length;
    struct der certificate;

    if (!anchors_add(store, at, content->length))
        return false;
    if (der_next(&at, end, &certificate) && at < end)
        anchors_warn(
            store,
            "%.200s: only its first certificate is used, %zu bytes follow it: several in one file must be PEM",
            path, (size_t)(end - at));
    return true;
}

static bool add_content(struct truststore *store, const char *path, const struct buf *content,
                        struct reason *why)
{
    if (content->length == 0)
        return reason_set(why, CODE_TRUST_STORE, "%.200s: is empty", path);
    if (jks_recognise(content->data, content->length)) {
        free(store->java_path);
        store->java_path = xstrdup(path);
        return add_jks(store, path, content, why);
    }
    if (pkcs12_recognise(content->data, content->length)) {
        free(store->java_path);
        store->java_path = xstrdup(path);
        return add_pkcs12(store, path, content, why);
    }
    if (memmem(content->data, content->length, "-----BEGIN", 10))
        return store->java_alone ? anchors_java_refuses(path, "PEM", why)
                                 : anchors_add_pem(store, path, content, why);
    if (content->data[0] == 0x30 && add_der(store, path, content))
        return !store->java_alone || anchors_java_refuses(path, "DER", why);
    if (store_file_name(path, content, why))
        return false;
    if (content->data[0] == 0x30)
        return reason_set(why, CODE_TRUST_STORE, "%.200s: truncated or corrupt (DER)", path);
    reason_set(why, CODE_TRUST_STORE, "%.200s: is not in a format of trust stores", path);
    reason_hint(why, "expected PEM, DER, PKCS#12, JKS or JCEKS");
    return false;
}

bool anchors_read_file(struct truststore *store, const char *path, struct reason *why)
{
    struct buf content;

    buf_init(&content, TRUSTSTORE_FILE);
    bool good = store_file_read(path, &content,
                                "the trust store must exist and be readable: is its volume mounted?", why);
    good = good && add_content(store, path, &content, why);
    if (good)
        strings_add(&store->files, path, strlen(path));
    buf_free(&content);
    return good;
}

/* One file of a directory. Skips what is not a file, cannot be read or holds no certificates. False: all together they are too
 * much. */
static bool add_file(struct truststore *store, const char *file, size_t *total, size_t warned)
{
    struct stat present;
    struct buf content;
    struct reason passed_over;
    size_t broken = 0;

    if (stat(file, &present) != 0 || !S_ISREG(present.st_mode))
        return true;
    buf_init(&content, TRUSTSTORE_FILE);
    if (file_read(file, &content, NULL, &passed_over)) {
        *total += content.length;
        if (memmem(content.data, content.length, "-----BEGIN", 10))
            broken = anchors_read_pem(store, &content);
        else if (content.length > 0 && content.data[0] == 0x30)
            anchors_add(store, (const unsigned char *)content.data, content.length);
    }
    if (broken > 0 && store->warnings.count < warned + 5)
        anchors_warn(store, "%.200s: truncated or corrupt (PEM), and ignored", file);
    buf_free(&content);
    return *total <= TRUSTSTORE_DIRECTORY;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

bool anchors_read_directory(struct truststore *store, const char *path, struct reason *why)
{
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    size_t total = 0, warned = store->warnings.count;

    if (count < 0) {
        reason_set(why, CODE_TRUST_STORE, "%.200s: cannot be read", path);
        reason_hint(why, "the directory must exist and be readable: is its volume mounted?");
        return false;
    }
    bool fits = count <= TRUSTSTORE_FILES;
    for (int i = 0; i < count && fits && anchors_go_on(store); i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        fits = add_file(store, file, &total, warned);
    }
    free_entries(entries, count);
    if (fits)
        return true;
    reason_set(why, CODE_TRUST_STORE, "%.200s: has more than %d files, or more than %d MiB in them", path,
               TRUSTSTORE_FILES, TRUSTSTORE_DIRECTORY / (1024 * 1024));
    reason_hint(why, "is it a directory of certificates?");
    return false;
}
