#include "common/trust/jks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/cursor.h"
#include "common/base/mem.h"
#include "common/trust/jks_key.h"

#include "common/base/banned.h"

enum {
    DIGEST = 20, /* SHA-1, behind the entries */
    HEAD = 12,
    ENTRY_LEAST = 18, /* bytes that an entry takes at the least */
    TAG_KEY = 1,
    TAG_CERTIFICATE = 2,
    TAG_SECRET = 3, /* JCEKS: a serialized Java object, whose end only Java can find */
};

static const unsigned char magics[2][4] = {{0xFE, 0xED, 0xFE, 0xED}, {0xCE, 0xCE, 0xCE, 0xCE}};

static struct jks_bytes take_run(struct cursor *cursor, size_t length_bytes)
{
    struct cursor part = cursor_take_part(cursor, length_bytes);

    return (struct jks_bytes){.data = part.at, .length = part.left};
}

/* Modified UTF-8 differs from UTF-8 only where no sane alias goes; for showing it is close enough. */
static void take_alias(struct cursor *cursor, char alias[JKS_ALIAS])
{
    struct jks_bytes run = take_run(cursor, 2);

    snprintf(alias, JKS_ALIAS, "%.*s", (int)run.length, run.data ? (const char *)run.data : "");
}

/* Version 1 has no type before a certificate. False: it is no X.509. */
static bool take_certificate(struct cursor *cursor, uint32_t version, struct jks_bytes *certificate)
{
    bool x509 = true;

    if (version == 2) {
        struct jks_bytes type = take_run(cursor, 2);
        x509 = (type.length == 5 && memcmp(type.data, "X.509", 5) == 0) ||
               (type.length == 4 && memcmp(type.data, "X509", 4) == 0);
    }
    *certificate = take_run(cursor, 4);
    return x509;
}

static void take_chain(struct cursor *cursor, uint32_t version, uint32_t count, struct jks *jks,
                       struct jks_entry *entry)
{
    if (count > JKS_CHAIN) {
        cursor->broken = true;
        return;
    }
    entry->chain = xcalloc(count, sizeof *entry->chain);
    for (uint32_t i = 0; i < count && !cursor->broken; i++) {
        struct jks_bytes certificate;
        if (!take_certificate(cursor, version, &certificate))
            jks->skipped++;
        else if (!cursor->broken)
            entry->chain[entry->chain_length++] = certificate;
    }
}

static bool take_entry(struct cursor *cursor, uint32_t version, struct jks *jks, struct reason *why)
{
    struct jks_entry *entry = &jks->entries[jks->count];
    uint32_t tag = cursor_take_number(cursor, 4);

    take_alias(cursor, entry->alias);
    cursor_take(cursor, 8); /* when it was added */
    if (cursor->broken)
        return true;
    jks->count++;
    if (tag == TAG_SECRET && jks->jceks)
        return reason_set(why, CODE_TRUST_STORE, "entry \"%.60s\" is a secret key, which only Java can skip",
                          entry->alias);
    if (tag != TAG_KEY && tag != TAG_CERTIFICATE)
        return reason_set(why, CODE_TRUST_STORE, "corrupt: entry %zu is of an unknown kind", jks->count);
    if (tag == TAG_KEY)
        entry->key = take_run(cursor, 4);
    take_chain(cursor, version, tag == TAG_KEY ? cursor_take_number(cursor, 4) : 1, jks, entry);
    return true;
}

bool jks_recognise(const void *bytes, size_t length)
{
    return length >= 4 && (memcmp(bytes, magics[0], 4) == 0 || memcmp(bytes, magics[1], 4) == 0);
}

bool jks_parse(const void *bytes, size_t length, struct jks *jks, struct reason *why)
{
    memset(jks, 0, sizeof *jks);
    if (!jks_recognise(bytes, length))
        return reason_set(why, CODE_TRUST_STORE, "is no Java key store");
    jks->bytes = (struct jks_bytes){.data = bytes, .length = length};
    jks->jceks = memcmp(bytes, magics[1], 4) == 0;
    if (length < HEAD)
        return reason_set(why, CODE_TRUST_STORE, "truncated: too short for a Java key store");
    struct cursor cursor = {.at = jks->bytes.data + 4, .left = length - 4};
    uint32_t version = cursor_take_number(&cursor, 4), count = cursor_take_number(&cursor, 4);
    if (version != 1 && version != 2)
        return reason_set(why, CODE_TRUST_STORE, "corrupt: no Java key store has version %u", version);
    if (count > cursor.left / ENTRY_LEAST || count > JKS_ENTRIES)
        return reason_set(why, CODE_TRUST_STORE, "truncated or corrupt: %u entries cannot be in %zu bytes",
                          count, length);
    jks->entries = xcalloc(count, sizeof *jks->entries);
    for (uint32_t i = 0; i < count && !cursor.broken; i++)
        if (!take_entry(&cursor, version, jks, why))
            return false;
    jks->body = length - cursor.left;
    jks->cut = cursor.left < DIGEST;
    if (cursor.broken)
        return reason_set(why, CODE_TRUST_STORE,
                          "truncated or corrupt: entry %zu of %u does not end where it should", jks->count,
                          count);
    return true;
}

void jks_free(struct jks *jks)
{
    for (size_t i = 0; i < jks->count; i++)
        free(jks->entries[i].chain);
    free(jks->entries);
    memset(jks, 0, sizeof *jks);
}

bool jks_check(const struct jks *jks, const char *password)
{
    static const char salt[] = "Mighty Aphrodite";
    struct jks_password utf16;
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (jks->cut)
        return false;
    jks_password_init(&utf16, password);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(context, utf16.bytes, utf16.length) == 1 &&
                EVP_DigestUpdate(context, salt, sizeof salt - 1) == 1 &&
                EVP_DigestUpdate(context, jks->bytes.data, jks->body) == 1 &&
                EVP_DigestFinal_ex(context, digest, NULL) == 1 &&
                memcmp(digest, jks->bytes.data + jks->body, DIGEST) == 0;
    EVP_MD_CTX_free(context);
    jks_password_free(&utf16);
    return good;
}
