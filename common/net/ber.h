/* BER (X.690) element by element, as LDAP uses it: definite lengths, tags of one byte. No OpenSSL, and nothing is allocated. */
#ifndef COMMON_NET_BER_H
#define COMMON_NET_BER_H

#include <stdbool.h>
#include <stddef.h>

/* A run of bytes that somebody else owns. */
struct ber {
    const unsigned char *at;
    size_t length;
};

/* The length of the head of the element that `from` begins with; 0 while not all of it is there. `content` gets the length of what
 * follows; SIZE_MAX: it is given in more than four bytes, or only its end will tell. */
size_t ber_head(struct ber from, size_t *content);

/* Takes the first element off `from`, if it is a whole one with that tag. */
bool ber_take(struct ber *from, unsigned tag, struct ber *content);

#endif
