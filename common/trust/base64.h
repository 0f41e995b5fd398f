/* Base64 that stands in lines, as in PEM (RFC 7468), decoded in one pass: OpenSSL's decoder takes no line ends and needs twice as
 * long, and a distribution's bundle of CAs has 220 KB of it. */
#ifndef COMMON_TRUST_BASE64_H
#define COMMON_TRUST_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What each byte stands for. */
struct base64 {
    unsigned char values[256]; /* 0 to 63, or one of base64.c's own */
    /* As the first to the last of four letters: its bits of the three bytes, the first byte lowest; or NO_LETTER. */
    uint32_t bits[4][256];
};

void base64_init(struct base64 *base64);

/* The most bytes that a text of this length stands for. */
#define BASE64_ROOM(length) ((length) / 4 * 3 + 3)

/* What a text came to. */
enum base64_result {
    BASE64_INVALID,
    BASE64_UNUSUAL, /* decoded, but with blanks at line ends, or lines of over 76 characters: not every reader takes that */
    BASE64_USUAL,
};

/* Decodes all of a text into `to`, which has BASE64_ROOM(length) bytes, and sets `*decoded` to how many of them it filled. An empty
 * text is invalid. */
enum base64_result base64_decode(const struct base64 *base64, const char *text, size_t length,
                                 unsigned char *to, size_t *decoded);

#endif
