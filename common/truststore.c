#include "common/truststore.h"

#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "common/anchors.h"
#include "common/buf.h"
#include "common/certificate.h"
#include "common/file.h"
#include "common/mem.h"
#include "common/value.h"

#include "common/banned.h"

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

/* --- anchors --- */

/* The next element of DER: its tag, and where its content begins. False when it does not fit. */
static bool der_next(const unsigned char **at, const unsigned char *end, int *tag,
                     const unsigned char **content, size_t *length)
{
    int class;
    long content_length;
    const unsigned char *start = *at;

    if (start >= end ||
        (ASN1_get_object(&start, &content_length, tag, &class, (long)(end - *at)) & 0x80) != 0)
        return false;
    *content = start;
    *length = (size_t)content_length;
    *at = start + content_length;
    return true;
}

/* Finds a certificate's subject without reading all of it: Certificate, TBSCertificate, then version (maybe), serial,
 * signature, issuer, validity, subject (RFC 5280, 4.1). */
static bool find_subject(const unsigned char *der, size_t length, struct anchor *anchor)
{
    const unsigned char *at = der, *end = der + length, *content;
    size_t content_length;
    int tag;

    for (int i = 0; i < 2; i++) {
        if (!der_next(&at, end, &tag, &content, &content_length) || tag != V_ASN1_SEQUENCE)
            return false;
        if (i == 0)
            anchor->length = (size_t)(at - der);
        at = content;
        end = content + content_length;
    }
    const unsigned char *before = at;
    if (!der_next(&at, end, &tag, &content, &content_length))
        return false;
    if (before[0] != 0xA0) /* no version: that was the serial number */
        at = before;
    for (int i = 0; i < 5; i++) {
        before = at;
        if (!der_next(&at, end, &tag, &content, &content_length))
            return false;
    }
    anchor->subject = (size_t)(before - der);
    anchor->subject_length = (size_t)(at - before);
    return tag == V_ASN1_SEQUENCE;
}

static bool has_anchor(const struct truststore *store, const unsigned char *der, size_t length)
{
    for (size_t i = 0; i < store->count; i++)
        if (store->anchors[i].length == length && memcmp(store->anchors[i].der, der, length) == 0)
            return true;
    return false;
}

bool anchors_add(struct truststore *store, const unsigned char *der, size_t length)
{
    struct anchor anchor = {0};

    ERR_clear_error();
    if (!find_subject(der, length, &anchor))
        return false;
    if (store->count >= TRUSTSTORE_ANCHORS || has_anchor(store, der, anchor.length))
        return true;
    if ((store->count & (store->count - 1)) == 0)
        store->anchors = xrealloc(store->anchors,
                                  (store->count ? 2 * store->count : 1) * sizeof *store->anchors);
    anchor.der = xcalloc(anchor.length, 1);
    memcpy(anchor.der, der, anchor.length);
    store->anchors[store->count++] = anchor;
    return true;
}

/* A number that names with the same meaning share, whatever their letters' case, blanks and kind of string: a hash of all
 * letters in the values (Name: SEQUENCE OF SET OF SEQUENCE of type and value, RFC 5280, 4.1.2.4). Never 0. */
static uint32_t name_fold(const unsigned char *der, size_t length)
{
    const unsigned char *at = der, *end = der + length, *content;
    size_t content_length;
    uint32_t hash = 2166136261u; /* FNV-1a */
    int tag;

    while (at < end && der_next(&at, end, &tag, &content, &content_length)) {
        if (tag == V_ASN1_SEQUENCE || tag == V_ASN1_SET) {
            at = content; /* down into it */
            continue;
        }
        for (size_t i = 0; tag != V_ASN1_OBJECT && i < content_length; i++) {
            unsigned char letter = content[i] | 0x20;
            if (letter >= 'a' && letter <= 'z')
                hash = (hash ^ letter) * 16777619u;
        }
    }
    ERR_clear_error();
    return hash != 0 ? hash : 1;
}

static uint32_t anchor_fold(struct anchor *anchor)
{
    if (anchor->fold == 0)
        anchor->fold = name_fold(anchor->der + anchor->subject, anchor->subject_length);
    return anchor->fold;
}

/* NULL: it is no name after all. */
static const X509_NAME *anchor_name(struct anchor *anchor)
{
    const unsigned char *der = anchor->der + anchor->subject;

    if (!anchor->name)
        anchor->name = d2i_X509_NAME(NULL, &der, (long)anchor->subject_length);
    return anchor->name;
}

void anchors_warn(struct truststore *store, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    option_list_add(&store->warnings, text, strlen(text));
}

/* --- reading --- */

char *truststore_read_password(const char *path, struct reason *why)
{
    struct buf content;
    char *password = NULL;

    buf_init(&content, TRUSTSTORE_PASSWORD);
    if (file_read(path, &content, NULL, why)) {
        password = xstrndup(content.data, strcspn(content.data, "\r\n"));
        OPENSSL_cleanse(content.data, content.length);
    } else {
        why->code = CODE_TRUST_STORE;
        reason_hint(why, "the file with the password has to be there and readable: is its Secret mounted?");
    }
    buf_free(&content);
    return password;
}

static bool read_path(struct truststore *store, const char *path, struct reason *why)
{
    struct stat present;

    if (stat(path, &present) == 0 && S_ISDIR(present.st_mode))
        return anchors_read_directory(store, path, why);
    return anchors_read_file(store, path, why);
}

/* As OpenSSL has it: the variables each stand for a part of the default. */
static bool read_system(struct truststore *store, struct reason *why)
{
    const char *file = getenv("SSL_CERT_FILE"), *directory = getenv("SSL_CERT_DIR");
    bool has_file = file && *file != '\0', has_directory = directory && *directory != '\0';

    if (has_directory && !anchors_read_directory(store, directory, why))
        return false;
    if (has_file)
        return anchors_read_file(store, file, why);
    if (has_directory)
        return true;
    if (anchors_read_file(store, SYSTEM_BUNDLE, why))
        return true;
    reason_hint(why, "this image has no CA bundle: mount one, or name one with --trust-store");
    return false;
}

static bool read_all(struct truststore *store, const struct option_list *paths, struct reason *why)
{
    if (!paths || paths->count == 0) {
        snprintf(store->name, sizeof store->name, "the system's trust store");
        return read_system(store, why);
    }
    if (paths->count == 1)
        snprintf(store->name, sizeof store->name, "%s", paths->items[0]);
    else
        snprintf(store->name, sizeof store->name, "the %zu trust stores", paths->count);
    for (size_t i = 0; i < paths->count; i++) {
        bool system = strcmp(paths->items[i], TRUSTSTORE_SYSTEM) == 0;
        if (!(system ? read_system(store, why) : read_path(store, paths->items[i], why)))
            return false;
    }
    return true;
}

static bool take_password(struct truststore *store, const struct truststore_source *source,
                          struct reason *why)
{
    if (source->password)
        store->password = xstrdup(source->password);
    else if (source->password_file)
        store->password = truststore_read_password(source->password_file, why);
    return store->password || !source->password_file || source->password;
}

static void forget_password(struct truststore *store)
{
    if (store->password)
        OPENSSL_cleanse(store->password, strlen(store->password));
    free(store->password);
    store->password = NULL;
}

struct truststore *truststore_load(const struct truststore_source *source, struct reason *why)
{
    struct truststore *store = xcalloc(1, sizeof *store);

    store->source = source;
    bool good = take_password(store, source, why) && read_all(store, source->paths, why);
    forget_password(store);
    store->source = NULL;
    if (good && store->count == 0) {
        good = reason_set(why, CODE_TRUST_STORE, "%.200s: holds no trusted certificate%s", store->name,
                          source->java && store->warnings.count > 0 ? " that Java sees" : "");
        if (store->warnings.count > 0)
            reason_hint(why, "%s", store->warnings.items[store->warnings.count - 1]);
    }
    if (good)
        return store;
    truststore_free(store);
    return NULL;
}

void truststore_free(struct truststore *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->count; i++) {
        free(store->anchors[i].der);
        X509_NAME_free(store->anchors[i].name);
    }
    free(store->anchors);
    free(store->java_path);
    option_list_clear(&store->warnings);
    option_list_clear(&store->files);
    free(store);
}

size_t truststore_count(const struct truststore *store)
{
    return store->count;
}

const struct option_list *truststore_warnings(const struct truststore *store)
{
    return &store->warnings;
}

const char *truststore_name(const struct truststore *store)
{
    return store->name;
}

const char *truststore_java_path(const struct truststore *store)
{
    return store->java_path;
}

/* --- asking --- */

static void offer_name(struct truststore *store, X509_STORE *to, const X509_NAME *name);

/* Issuers of issuers: an intermediate as anchor may have its root in the store as well. */
static void offer_anchor(struct truststore *store, X509_STORE *to, struct anchor *anchor)
{
    const unsigned char *der = anchor->der;
    X509 *x509 = d2i_X509(NULL, &der, (long)anchor->length);

    anchor->offered = true;
    if (!x509)
        return;
    X509_STORE_add_cert(to, x509);
    offer_name(store, to, X509_get_issuer_name(x509));
    X509_free(x509);
}

/* Adds the anchors of that name. Nearly always a CA writes its name with the same bytes everywhere; only when no anchor
 * has those are names compared as they have to be (RFC 5280, 7.1), which takes long. */
static void offer_name(struct truststore *store, X509_STORE *to, const X509_NAME *name)
{
    const unsigned char *der = NULL;
    size_t length = 0;
    bool found = false;

    if (X509_NAME_get0_der(name, &der, &length) != 1)
        return;
    for (size_t i = 0; i < store->count; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (anchor->subject_length != length || memcmp(anchor->der + anchor->subject, der, length) != 0)
            continue;
        found = true;
        if (!anchor->offered)
            offer_anchor(store, to, anchor);
    }
    uint32_t fold = found ? 0 : name_fold(der, length);
    for (size_t i = 0; i < store->count && !found; i++) {
        struct anchor *anchor = &store->anchors[i];
        if (!anchor->offered && anchor_fold(anchor) == fold && anchor_name(anchor) &&
            X509_NAME_cmp(anchor_name(anchor), name) == 0)
            offer_anchor(store, to, anchor);
    }
}

static void offer_for(struct truststore *store, X509_STORE *to, const X509 *x509)
{
    offer_name(store, to, X509_get_subject_name(x509));
    offer_name(store, to, X509_get_issuer_name(x509));
}

void truststore_offer(struct truststore *store, X509_STORE *to, X509 *leaf, STACK_OF(X509) * chain)
{
    for (size_t i = 0; i < store->count; i++)
        store->anchors[i].offered = false;
    if (leaf)
        offer_for(store, to, leaf);
    for (int i = 0; i < sk_X509_num(chain); i++)
        offer_for(store, to, sk_X509_value(chain, i));
    ERR_clear_error();
}

/* One part of a name, such as its organisation, as text; false when it has none. */
static bool name_part(const X509_NAME *name, int nid, char text[256])
{
    return X509_NAME_get_text_by_NID(name, nid, text, 256) > 0;
}

/* How many words of `a`, separated by blanks and such, are in `b` too. */
static int shared_words(const char *a, const char *b)
{
    static const char separators[] = " -_.,/()";
    int count = 0;

    while (*(a += strspn(a, separators)) != '\0') {
        size_t length = strcspn(a, separators);
        for (const char *at = b; *(at += strspn(at, separators)) != '\0';) {
            size_t other = strcspn(at, separators);
            if (other == length && strncasecmp(a, at, length) == 0) {
                count++;
                break;
            }
            at += other;
        }
        a += length;
    }
    return count;
}

/* Generic words ("Root CA") alone make no likeness. */
static int likeness(const X509_NAME *wanted, const X509_NAME *have)
{
    static const char generic[] = "root ca authority certification certificate global class tls g1 g2 g3";
    char a[256], b[256];
    int points = 0;

    if (name_part(wanted, NID_organizationName, a) && name_part(have, NID_organizationName, b))
        points += strcasecmp(a, b) == 0 ? 20 : 0;
    if (name_part(wanted, NID_commonName, a) && name_part(have, NID_commonName, b)) {
        int all = shared_words(a, b), special = all - shared_words(a, generic);
        points += special > 0 || points > 0 ? 2 * all : 0;
    }
    return points;
}

enum truststore_likeness truststore_closest(struct truststore *store, const X509_NAME *name, char **subject)
{
    const X509_NAME *best = NULL;
    int most = 0;

    *subject = NULL;
    for (size_t i = 0; i < store->count; i++) {
        const X509_NAME *have = anchor_name(&store->anchors[i]);
        if (!have)
            continue;
        if (X509_NAME_cmp(have, name) == 0) {
            *subject = certificate_name(have);
            return TRUSTSTORE_SAME_NAME;
        }
        int points = likeness(name, have);
        if (points > most) {
            most = points;
            best = have;
        }
    }
    if (best)
        *subject = certificate_name(best);
    return best ? TRUSTSTORE_SIMILAR : TRUSTSTORE_NOTHING;
}
