/* An HTTP proxy that is asked for a way through (CONNECT, RFC 9110, section 9.3.6). */
#ifndef TLS_CHECK_PROXY_H
#define TLS_CHECK_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/tls-check/dialogue.h"
#include "common/cli/variables.h"
#include "common/net/hostname.h"

struct proxy {
    char host[HOSTNAME_SIZE];
    uint16_t port;
    const char *from; /* where it was named: "--proxy", a property, `variable`; not owned */
    char variable[VARIABLE_NAME];
};

/* Parses "http://HOST:PORT". False (CODE_USAGE) tells what was expected; a user and password in it are refused. */
bool proxy_parse(const char *url, struct proxy *proxy, struct reason *why);

/* Says of `why` that it is about the proxy, and where that was named. */
void proxy_wrap(const struct proxy *proxy, struct reason *why);

/* The request. `credentials` is "user:password" or NULL. */
void proxy_ask(struct buf *out, const char *host, uint16_t port, const char *credentials);

/* Reads the answer. */
enum dialogue_next proxy_next(struct buf *in, const struct proxy *proxy, bool credentials,
                              struct reason *why);

#endif
