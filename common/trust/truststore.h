/* Whom to trust: certificates out of PEM bundles and directories, DER, PKCS#12, JKS and JCEKS files, told apart by their
 * content, never by their names.
 *
 * Anchors are kept as bytes and become OpenSSL's objects only when a chain asks for them: reading the 140 of a
 * distribution takes OpenSSL longer than a handshake. */
#ifndef COMMON_TRUST_TRUSTSTORE_H
#define COMMON_TRUST_TRUSTSTORE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/cli/options.h"
#include "common/trust/java_rules.h"

enum {
    TRUSTSTORE_FILE = 16 * 1024 * 1024, /* bytes of a file at most */
    TRUSTSTORE_FILES = 5000,            /* of a directory at most, and the bytes of all of them */
    TRUSTSTORE_DIRECTORY = 64 * 1024 * 1024,
    TRUSTSTORE_ANCHORS = 5000,  /* at most, of all files, duplicates included */
    TRUSTSTORE_PASSWORD = 1024, /* bytes of a password */
};

#define TRUSTSTORE_SYSTEM "system" /* among the paths: the system's own */

/* Where to read. */
struct truststore_source {
    const struct strings
        *paths; /* empty or NULL: the system's (SSL_CERT_FILE, SSL_CERT_DIR, Debian's bundle) */
    const char *password_file; /* NULL: none */
    const char *password;      /* beats the file; NULL: none */
    bool java; /* take what Java takes: its formats, no guessed passwords, the entries that it sees */
    struct java_version java_version;
    int64_t deadline; /* of reading (deadline.h); 0: none */
};

struct truststore;

/* Reads all of it. NULL fills `why`: CODE_TRUST_STORE for a file that cannot be read, or where there is no anchor at all; what
 * store_file_is_late says where it took too long. */
struct truststore *truststore_load(const struct truststore_source *source, struct reason *why);
void truststore_free(struct truststore *store);

/* A store that trusts nobody, for a client that verifies nothing. */
struct truststore *truststore_none(void);

size_t truststore_count(const struct truststore *store);

/* What the user should know although it can be used; each a sentence without a full stop. */
const struct strings *truststore_warnings(const struct truststore *store);

/* "/etc/x/cacerts.jks", "the system's trust store", "3 trust stores". */
const char *truststore_name(const struct truststore *store);

/* The file to which keytool could add a certificate; NULL when there is none. */
const char *truststore_java_path(const struct truststore *store);

/* Adds to OpenSSL's own store those anchors that can have a part in a chain over what a server sent. */
void truststore_offer(struct truststore *store, X509_STORE *to, const STACK_OF(X509) * chain);

/* What the store has that is closest to the name of an issuer that it lacks. */
enum truststore_likeness {
    TRUSTSTORE_NOTHING,
    TRUSTSTORE_SIMILAR,   /* the same organisation, or much of the name */
    TRUSTSTORE_SAME_NAME, /* the very name: with another key */
};
/* Fills *subject, which the caller frees; NULL with TRUSTSTORE_NOTHING. */
enum truststore_likeness truststore_closest(struct truststore *store, const X509_NAME *name, char **subject);

/* Reads a secret's file: its first line. NULL fills `why` (CODE_TRUST_STORE); the caller wipes and frees. */
char *truststore_read_password(const char *path, struct reason *why);

#endif
