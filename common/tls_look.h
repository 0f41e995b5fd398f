/* One look at a server: what a context's callbacks share. Only tls*.c and their tests know this. */
#ifndef COMMON_TLS_LOOK_H
#define COMMON_TLS_LOOK_H

#include <openssl/ssl.h>

#include "common/tls.h"

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

/* A status callback (SSL_CTX_set_tlsext_status_cb), which OpenSSL calls after tls_verify: reads the server's OCSP answer, if one was
 * sent. 1: it revokes nothing. 0 ends the handshake. */
int tls_verify_staple(SSL *ssl, void *look);

/* Has all taken down that a server says in a handshake: alerts, whether and from whom it wants a certificate, the first bytes. */
void tls_watch(SSL_CTX *context, struct tls_look *look);

#endif
