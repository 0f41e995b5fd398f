/* DER, element by element, without reading what the elements mean. */
#ifndef COMMON_TRUST_DER_H
#define COMMON_TRUST_DER_H

#include <stdbool.h>
#include <stddef.h>

struct der {
    int tag; /* without its class */
    const unsigned char *content;
    size_t length;
};

/* Takes the element at *at, and moves *at behind it. False when it does not end before `end`, or has no length of its own (BER). */
bool der_next(const unsigned char **at, const unsigned char *end, struct der *element);

#endif
