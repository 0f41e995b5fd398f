/* The one place that decides what a reader may be shown as it is, and how the rest is written: for log lines, termination
 * messages, tables and JSON. */
#ifndef COMMON_BASE_VISIBLE_H
#define COMMON_BASE_VISIBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* The character that a text begins with. */
struct visible_char {
    int length;     /* bytes; 1 for a byte that is not valid UTF-8 */
    bool is_utf8;   /* RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF */
    bool is_plain;  /* it may be shown as it is */
    uint32_t point; /* its code point, or the byte */
};

/* `text` is not empty. */
struct visible_char visible_next(const char *text);

/* Adds `text` with everything escaped that is not plain: \xNN for bytes (control bytes, invalid UTF-8), \uNNNN or
 * \UNNNNNNNN for characters. False when it was cut, between two characters. */
bool visible_add(struct buf *out, const char *text);

/* Adds one line for people: the formatted text escaped as above, then a newline. */
bool visible_add_line(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
