/* Whom to trust and what to show, read from files; read again for later attempts, since secrets rotate. */
#ifndef TLS_CHECK_CREDENTIALS_H
#define TLS_CHECK_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/tls/tls.h"
#include "common/trust/keystore.h"

struct credentials_source {
    struct truststore_source trust;
    struct keystore_source client;      /* certificate NULL: none */
    const char *proxy_credentials_file; /* NULL: none */
    struct tls_setup setup;             /* without trust and client */
};

/* Counted, because connections under way still use what was read before. */
struct credentials {
    unsigned users;
    int64_t read_at; /* see deadline.h */
    struct truststore *trust;
    struct keystore client;
    char *proxy_credentials; /* NULL: none */
    struct tls_setup setup;
};

/* What *current holds, read again if it is older than a second. NULL fills `why`: CODE_TRUST_STORE, CODE_CLIENT_CERTIFICATE, or
 * what store_file_is_late says. The caller releases what it gets. */
struct credentials *credentials_get(const struct credentials_source *source, struct credentials **current,
                                    int64_t deadline, struct reason *why);
void credentials_release(struct credentials *credentials);

#endif
