/* Trust stores as a JVM loads them: what keeps it from loading one at all, and which of the entries it sees. */
#include <ctype.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/strings.h"
#include "common/trust/anchors.h"
#include "common/trust/java_certificate.h"

#include "common/base/banned.h"

bool anchors_java_refuses(const char *path, const char *format, struct reason *why)
{
    reason_set(why, CODE_TRUST_STORE, "%.200s: is %s, which Java does not load as a trust store", path,
               format);
    reason_hint(
        why,
        "convert it: keytool -importcert -alias NAME -file CERTIFICATE.pem -keystore cacerts.jks; if the agent itself "
        "reads %s, leave out --profile java",
        format);
    return false;
}

/* Java's aliases are looked up in small letters: an entry that has others is never found. */
static bool has_capitals(const char *alias)
{
    for (; *alias != '\0'; alias++)
        if (isupper((unsigned char)*alias))
            return true;
    return false;
}

/* A later entry takes the place of an earlier one. */
static bool is_replaced(const struct jks *jks, size_t index)
{
    for (size_t i = index + 1; i < jks->count; i++)
        if (strcmp(jks->entries[i].alias, jks->entries[index].alias) == 0)
            return true;
    return false;
}

static bool add_x509(struct truststore *store, X509 *certificate)
{
    unsigned char *der = NULL;
    int length = i2d_X509(certificate, &der);
    bool added = length > 0 && anchors_add(store, der, (size_t)length);

    OPENSSL_free(der);
    return added;
}

/* All of an entry's certificates have to be readable; the first is trusted. */
static bool add_entry(struct truststore *store, const struct jks_entry *entry, bool is_seen)
{
    bool good = true;

    for (size_t i = 0; i < entry->chain_length && good; i++) {
        X509 *certificate = java_certificate_read(entry->chain[i].data, entry->chain[i].length);
        good = certificate && (i > 0 || !is_seen || add_x509(store, certificate));
        X509_free(certificate);
    }
    return good;
}

bool anchors_java_add_jks(struct truststore *store, const char *path, const struct jks *jks,
                          struct reason *why)
{
    if (jks->jceks)
        return anchors_java_refuses(path, "JCEKS", why);
    for (size_t i = 0; i < jks->count && anchors_go_on(store); i++) {
        const struct jks_entry *entry = &jks->entries[i];
        bool is_seen = !has_capitals(entry->alias) && !is_replaced(jks, i);
        if (jks->skipped == 0 && add_entry(store, entry, is_seen))
            continue;
        reason_set(why, CODE_TRUST_STORE, "%.200s: a certificate of entry \"%.60s\" cannot be read by Java",
                   path, entry->alias);
        reason_hint(why, "Java then does not load the store at all: remove that entry");
        return false;
    }
    return true;
}

bool anchors_java_add_bag(struct java_bags *bags, X509 *certificate, const char *alias)
{
    struct truststore *store = bags->store;

    if (java_certificate_flaw(certificate))
        return false;
    for (size_t i = 0; alias && i < bags->aliases.count; i++)
        if (bags->aliases.items[i][0] != '\0' && strcasecmp(bags->aliases.items[i], alias) == 0)
            store->anchors[bags->first + i].replaced = true;
    size_t before = store->count;
    if (!add_x509(store, certificate))
        return false;
    if (store->count > before)
        strings_add(&bags->aliases, alias ? alias : "", alias ? strlen(alias) : 0);
    return true;
}

void anchors_java_end_bags(struct java_bags *bags)
{
    struct truststore *store = bags->store;
    size_t kept = bags->first;

    for (size_t i = bags->first; i < store->count; i++) {
        if (store->anchors[i].replaced)
            free(store->anchors[i].der);
        else
            store->anchors[kept++] = store->anchors[i];
    }
    store->count = kept;
    strings_clear(&bags->aliases);
}
