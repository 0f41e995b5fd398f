/* TLS for libcurl's connections: the trust store, the client certificate, and the verdict on a handshake, which is that of tls-
 * check. */
#ifndef COMMON_HTTPS_H
#define COMMON_HTTPS_H

#include <stdbool.h>

#include "common/http/exchange.h"
#include "common/trust/keystore.h"
#include "common/trust/truststore.h"

struct https_connection;

struct https {
    struct truststore_source trust_source;
    struct keystore_source client_source; /* certificate NULL: none */
    bool trusts_anyone;                   /* nothing is verified, and no trust store is read */

    struct truststore *trust; /* NULL: not read yet */
    struct keystore client;
    struct tls_setup *setup;
    struct tls_setup *strangers; /* the same without the client certificate */
};

/* Reads trust store and client certificate, once, until the deadline or a signal. False fills `why` (CODE_TRUST_STORE,
 * CODE_CLIENT_CERTIFICATE, CODE_DEADLINE, or the signal's code). */
bool https_load(struct https *https, int64_t deadline, struct reason *why);

/* The same before the first attempt, within --timeout. If it timed out, the reason begins with `undone`: "not ready". */
bool https_load_first(struct https *https, int64_t timeout, const char *undone, struct reason *why);

/* The hooks of an exchange: they set up an https handle; judge the handshake, into the reply, when the transfer is over; and
 * release it. */
bool https_prepare(struct exchange *exchange, struct reason *why);
void https_judge(struct exchange *exchange);
void https_forget(struct exchange *exchange);

/* After the last connection has been closed. */
void https_free(struct https *https);

#endif
