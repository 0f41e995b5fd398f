/* The socket below a TLS connection, read in portions: OpenSSL skips some messages for as long as they come, and a peer that
 * sends nothing else would keep it from the loop, its signals and its timers. */
#ifndef TLS_CHECK_WIRE_H
#define TLS_CHECK_WIRE_H

#include <openssl/bio.h>
#include <stdbool.h>
#include <stddef.h>

struct wire {
    int fd;
    size_t portion; /* bytes that may still be read before it is the loop's turn */
};

enum { WIRE_PORTION = 64 * 1024 };

/* A BIO over wire->fd, which has to outlive it. The caller frees it, or gives it to an SSL. */
BIO *wire_bio(struct wire *wire);

/* To be called before each call into OpenSSL. */
void wire_next_portion(struct wire *wire);

#endif
