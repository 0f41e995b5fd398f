/* Decides which characters are printed as they are, and how the others are escaped: in log lines, termination messages, tables
 * and JSON. */
#ifndef COMMON_BASE_VISIBLE_H
#define COMMON_BASE_VISIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* The first character of a text. */
struct visible_char {
    int length;     /* bytes; 1 for a byte that is not valid UTF-8 */
    bool is_utf8;   /* RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF */
    bool is_plain;  /* it may be printed as it is */
    uint32_t point; /* its code point, or the byte */
};

/* `text` is not empty. */
struct visible_char visible_next(const char *text);

/* Adds `text`, with everything escaped that is not plain: bytes (control bytes, invalid UTF-8) as \xNN, characters as \uNNNN or
 * \UNNNNNNNN. False when it did not fit; it is then cut between two characters. */
bool visible_add(struct buf *out, const char *text);

/* Adds a line: the formatted text, escaped as above, and a newline. */
bool visible_add_line(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
