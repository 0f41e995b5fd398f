/* A text that must be seen, however packets split it. */
#ifndef WAIT_FOR_TCP_NEEDLE_H
#define WAIT_FOR_TCP_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>

struct needle {
    const char *text; /* somebody else's */
    size_t length;    /* 0: nothing is expected */
    size_t
        *back; /* Knuth-Morris-Pratt: how much of the text still matches after a mismatch behind each byte */
};

void needle_begin(struct needle *needle, const char *text, size_t length);
void needle_free(struct needle *needle);

/* Continues after `*matched` bytes of the text. True once all of the text was seen. */
bool needle_follow(const struct needle *needle, size_t *matched, const char *bytes, size_t length);

#endif
