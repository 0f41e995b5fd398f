/* One look at a server: what a context's callbacks share. Only tls*.c and their tests know this. */
#ifndef COMMON_TLS_TLS_LOOK_H
#define COMMON_TLS_TLS_LOOK_H

#include <openssl/ssl.h>

#include "common/tls/tls.h"

/* Hangs on a context, so that the callbacks find their way by it. */
struct tls_look {
    const struct tls_setup *setup;
    struct tls_facts *facts;
    int (*allows)(const SSL *ssl, const SSL_CTX *context, int operation, int bits, int id, void *other,
                  void *extra); /* OpenSSL's own idea of its security level */
};

/* Hangs a new one on the context, which releases it. */
struct tls_look *tls_look_new(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts);
struct tls_look *tls_look_of(const SSL *ssl);

/* In place of OpenSSL's own verification (SSL_CTX_set_cert_verify_callback): verifies the chain by the rules of the
 * profile and takes down the verdict and what explains it. 1: it is good, or the look is to go on whatever it is. */
int tls_verify(X509_STORE_CTX *handshake, void *look);

/* A status callback (SSL_CTX_set_tlsext_status_cb), which OpenSSL calls after tls_verify: reads the server's OCSP answer, if
 * one was sent. 1: it revokes nothing. 0 ends the handshake. */
int tls_verify_staple(SSL *ssl, void *look);

/* --- tls_chain.c ---
 *
 * A verification of the first certificate by the profile's rules, which the caller frees; the facts it is about; whether there is
 * time for more of it; a callback that notes each error and goes on; certificates as facts have them; a whole verification, and
 * an explanation why it failed. */
X509_STORE_CTX *tls_chain_context(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent);
struct tls_facts *tls_chain_facts(X509_STORE_CTX *context);
bool tls_chain_has_time(X509_STORE_CTX *context);
int tls_chain_on_gathering(int good, X509_STORE_CTX *context);
struct certificate *tls_chain_read(const STACK_OF(X509) * from, size_t *count);
void tls_chain_verify(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent,
                      X509_STORE_CTX *handshake);
void tls_chain_explain(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent);

/* The same as a JVM does it (tls_java.c). */
void tls_java_verify(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent,
                     X509_STORE_CTX *handshake);

/* Records what a server sends in a handshake: alerts, a request for a certificate and its issuers, the first bytes. */
void tls_watch(SSL_CTX *context, struct tls_look *look);

#endif
