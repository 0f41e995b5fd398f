/* Reads numbers and runs of bytes from outside, in network byte order, and never beyond their end. */
#ifndef COMMON_BASE_CURSOR_H
#define COMMON_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left to read. A length that does not fit sets `broken`, and from then on there is nothing. */
struct cursor {
    const unsigned char *at;
    size_t left;
    bool broken;
};

/* Takes `length` bytes. NULL: there are fewer. */
const unsigned char *cursor_take(struct cursor *cursor, size_t length);

/* A number of at most 4 bytes; 0 if they are not there. */
uint32_t cursor_take_number(struct cursor *cursor, size_t bytes);

/* A part with its length before it, in `length_bytes` bytes; a broken one if it is not there. */
struct cursor cursor_take_part(struct cursor *cursor, size_t length_bytes);

#endif
