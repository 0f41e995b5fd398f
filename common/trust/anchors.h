/* Certificates as bytes with their subjects, out of one file after the other. Only truststore*.c know this. */
#ifndef COMMON_TRUST_ANCHORS_H
#define COMMON_TRUST_ANCHORS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/trust/jks.h"
#include "common/trust/truststore.h"

struct anchor {
    unsigned char *der;
    size_t length;
    size_t subject, subject_length; /* where in those bytes its subject is */
    uint32_t fold;                  /* see anchors_fold; 0: not made yet */
    X509_NAME *name;                /* the same as OpenSSL compares it, once that was asked for */
    bool offered;                   /* to the store of the chain at hand */
    bool duplicate;                 /* while duplicates are looked for */
    bool replaced; /* while a PKCS#12 file is read as Java does: by a later entry of its alias */
};

struct truststore {
    struct anchor *anchors;
    size_t count;
    bool is_full; /* there are more */
    struct strings warnings;
    struct strings files; /* that were read */
    char *java_path;
    char name[256];
    const struct truststore_source *source; /* while reading */
    char *password;                         /* while reading; NULL: none was given */
    bool java_alone;                        /* while reading: only formats that a JVM loads */
};

/* Takes a certificate's bytes. False when they are not certificates. */
bool anchors_add(struct truststore *store, const unsigned char *der, size_t length);

/* Of certificates that were taken several times, keeps the first. To be called once all are there. */
void anchors_drop_duplicates(struct truststore *store);

/* A number that names with the same meaning share, whatever their letters' case, blanks and kind of string. Never 0. */
uint32_t anchors_fold_name(const unsigned char *der, size_t length);
uint32_t anchors_fold(struct anchor *anchor);

/* The subject; NULL: it is not a name after all. */
const X509_NAME *anchors_name(struct anchor *anchor);

/* Whether there is time to read on. */
bool anchors_go_on(const struct truststore *store);

void anchors_warn(struct truststore *store, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the certificates of a PEM file, with warnings about those that cannot be used. False: there is none that can be read. */
bool anchors_add_pem(struct truststore *store, const char *path, const struct buf *content,
                     struct reason *why);

/* The same without a word. Returns how many blocks are truncated or corrupt. */
size_t anchors_read_pem(struct truststore *store, const struct buf *content);

/* Warns where OpenSSL's own reader finds fewer certificates in a PEM file than the `found` that were found here. */
void anchors_warn_openssl(struct truststore *store, const char *path, const struct buf *content,
                          size_t found);

/* Adds what is in a file of any known format. */
bool anchors_read_file(struct truststore *store, const char *path, struct reason *why);

/* Adds what is in the files of a directory; those without certificates are passed over. */
bool anchors_read_directory(struct truststore *store, const char *path, struct reason *why);

/* --- as a JVM does it (truststore_java.c) --- */

/* False, with the reason: no JVM loads that format ("PEM"). Always false. */
bool anchors_java_refuses(const char *path, const char *format, struct reason *why);

bool anchors_java_add_jks(struct truststore *store, const char *path, const struct jks *jks,
                          struct reason *why);

/* Of one PKCS#12 file: begins with the store and its count; the certificates that are entries, with their aliases (NULL: none), one
 * after another, and at last the end. False: a JVM does not load a file with that certificate. */
struct java_bags {
    struct truststore *store;
    size_t first;
    struct strings aliases;
};
bool anchors_java_add_bag(struct java_bags *bags, X509 *certificate, const char *alias);
void anchors_java_end_bags(struct java_bags *bags);

#endif
