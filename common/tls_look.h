/* One look at a server: what a context's callbacks share. Only tls.c, tls_verify.c and tls_watch.c know this. */
#ifndef COMMON_TLS_LOOK_H
#define COMMON_TLS_LOOK_H

#include <openssl/ssl.h>

#include "common/tls.h"

/* Hangs on a context, so that the callbacks find their way by it. */
struct tls_look {
    const struct tls_setup *setup;
    struct tls_facts *facts;
};

/* Hangs a new one on the context, which releases it. */
struct tls_look *tls_look_new(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts);
struct tls_look *tls_look_of(const SSL *ssl);

/* In place of OpenSSL's own verification (SSL_CTX_set_cert_verify_callback): gathers all that is wrong with the chain by the
 * rules of the profile, and goes on if they let it pass, or if the look is to go on whatever the chain is. */
int tls_verify(X509_STORE_CTX *context, void *look);

/* Has all taken down that a server says in a handshake: alerts, whether and from whom it wants a certificate, the first bytes. */
void tls_watch(SSL_CTX *context, struct tls_look *look);

#endif
