/* A TLS client's side: what it trusts, what it shows of itself, and how it looks at a server.
 *
 * How to use it, with a context of your own or one that libcurl hands over (CURLOPT_SSL_CTX_FUNCTION; give libcurl no CA
 * file, CURLOPT_CAINFO and CURLOPT_CAPATH NULL, or it reads the system's for nothing):
 *
 *     struct tls_setup setup = {.trust = truststore_load(&source, &why), .client = &keystore};
 *     struct tls_facts facts;
 *     tls_facts_init(&facts);                       one a connection
 *     tls_expect(&facts, "server.example");
 *     tls_apply(ssl_ctx, &setup, &facts, &why);     before the handshake; all three outlive the context
 *     ... the handshake ...
 *     tls_observe(ssl, &facts);                     once it is over, if there is still an SSL to look at
 *     judge_tls(&facts, &rules, &judgement);        see judge.h
 *     tls_facts_free(&facts);
 *
 * Without setup.keep_going the handshake ends with an alert if the chain is not good by the profile's rules, or the certificate not
 * for facts.name, which tls_expect sets. */
#ifndef COMMON_TLS_TLS_H
#define COMMON_TLS_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/tls/tls_facts.h"
#include "common/trust/keystore.h"
#include "common/trust/truststore.h"

struct tls_setup {
    enum tls_profile profile;
    struct java_version java; /* for TLS_JAVA */
    struct truststore *trust;
    const struct keystore *client; /* NULL: none to show */
    int min_version, max_version;  /* TLS1_2_VERSION...; 0: whatever the library does */
    const char *alpn;              /* "h2,http/1.1"; NULL: not offered */
    const char *groups;            /* "X25519MLKEM768:X25519"; NULL: the profile's */
    int64_t verify_time;           /* seconds since 1970; 0: now */
    bool keep_going;               /* for a look only: go through with the handshake, whatever the chain is */
};

enum { TLS_CHAIN_MAX_BYTES = 256 * 1024 /* of a server's certificate message; longer ones are refused */ };

/* Once a process, before anything else of OpenSSL's: leaves out what takes time at its beginning and end (its configuration file;
 * the texts of its errors, of which tls_note_end has its own; freeing everything). Memory that OpenSSL cannot have ends the
 * process (mem_exhausted): as an error of the handshake's it would be blamed on the server. */
void tls_begin(void);

/* Whether each group of a list is one that can be offered. */
bool tls_knows_groups(const char *list);

/* Prepares a context for one connection. False fills `why` (CODE_INTERNAL, CODE_CLIENT_CERTIFICATE). */
bool tls_apply(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts, struct reason *why);

/* Takes down what was negotiated. */
void tls_observe(SSL *ssl, struct tls_facts *facts);

/* Takes down why a call ended with this result of SSL_get_error; errno and the error queue must be those of the call. */
void tls_note_end(struct tls_facts *facts, int ssl_error, int system_error);

/* The same for an error of OpenSSL's alone, where a library above it has taken it off the queue. */
void tls_note_library(struct tls_facts *facts, unsigned long error);

#endif
