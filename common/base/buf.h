/* A growing byte buffer with a maximum size. Its data always ends in a NUL that `length` does not count, so that text can be
 * used as a C string. An addition that would exceed the maximum changes nothing and returns false. */
#ifndef COMMON_BASE_BUF_H
#define COMMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;
    size_t length;
    size_t capacity; /* bytes allocated */
    size_t max;      /* `length` never exceeds it */
};

void buf_init(struct buf *buf, size_t max);
void buf_free(struct buf *buf);
void buf_clear(struct buf *buf);

/* False, and nothing is added, when the maximum would be exceeded. */
bool buf_add(struct buf *buf, const void *bytes, size_t length);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_add_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
