/* TLS for libcurl's connections: whom to trust, what to show, and the verdict on a handshake, shared with tls-check. */
#ifndef FETCH_CONFIG_SECURE_H
#define FETCH_CONFIG_SECURE_H

#include <stdbool.h>

#include "cmd/fetch-config/exchange.h"
#include "common/trust/keystore.h"
#include "common/trust/truststore.h"

struct secure_connection;

struct secure {
    struct truststore_source trust_source;
    struct keystore_source client_source; /* certificate NULL: none */

    struct truststore *trust; /* NULL: not read yet */
    struct keystore client;
    struct tls_setup *setup;
    struct tls_setup *strangers; /* the same without the client certificate */
    struct secure_connection
        *connections; /* that there have been: libcurl may keep them open until its end */
};

/* Reads trust store and client certificate, once. False fills `why` (CODE_TRUST_STORE, CODE_CLIENT_CERTIFICATE). */
bool secure_load(struct secure *secure, struct reason *why);

/* The exchange's hooks: sets up an https handle; then, when it is over, judges what was seen, into the reply. */
bool secure_prepare(struct exchange *exchange, struct reason *why);
void secure_judge(struct exchange *exchange);

/* After the last connection has been closed. */
void secure_free(struct secure *secure);

#endif
