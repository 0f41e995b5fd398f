/* Parses BER (X.690) one element at a time, in the form of LDAP: definite lengths, tags of one byte. It does not need OpenSSL,
 * and allocates nothing. */
#ifndef COMMON_NET_BER_H
#define COMMON_NET_BER_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that the caller owns. */
struct ber {
    const unsigned char *at;
    size_t length;
};

/* Returns the length of the head of the first element; 0 when it is incomplete. `content` gets the length of the content;
 * SIZE_MAX when that is indefinite, or given in more than four bytes. */
size_t ber_head(struct ber from, size_t *content);

/* Takes the first element from `from`, and sets `content`, if it is complete and has that tag. False when it is not. */
bool ber_take(struct ber *from, unsigned tag, struct ber *content);

#endif
