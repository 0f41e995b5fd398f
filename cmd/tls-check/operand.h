/* What a check is pointed at: HOST[:PORT], [IPV6]:PORT, https://HOST[:PORT]/PATH. */
#ifndef TLS_CHECK_OPERAND_H
#define TLS_CHECK_OPERAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/net/hostname.h"

struct operand {
    char host[HOSTNAME_SIZE]; /* a name or an address, without brackets */
    uint16_t port;
    char *path; /* of the request after the handshake; NULL: none. Owned by the caller of operand_parse */
};

/* `namespace` stands in for %n; it may be empty when it is not known. False (CODE_USAGE) tells what was expected. */
bool operand_parse(const char *text, const char *namespace, struct operand *operand, struct reason *why);

enum { OPERAND_HOST = 256 /* bytes of a host, for operand_host */ };

/* Its host alone, unchecked and cut off if it is too long. */
void operand_host(const char *operand, char *host, size_t size);

#endif
