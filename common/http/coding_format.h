/* One kind of compression, for coding.c. */
#ifndef COMMON_HTTP_CODING_FORMAT_H
#define COMMON_HTTP_CODING_FORMAT_H

#include <string.h>

#include "common/http/coding.h"

struct coding_format {
    const char *name;
    size_t padding;       /* a multiple of so many zeros may follow a stream; 0: none */
    bool follows_padding; /* another stream may follow the zeros */
    /* Whether a stream begins with these bytes, which may be too few to be certain. */
    bool (*begins)(const char *bytes, size_t length);
    void *(*open)(void); /* out of memory: exit 3 */
    /* One step; CODING_ENDED leaves it ready for the next stream. */
    enum coding_state (*step)(void *stream, struct coding_input *input, char *room, size_t *made);
    void (*close)(void *stream);
};

extern const struct coding_format coding_gzip, coding_zstd, coding_xz, coding_bzip2;

/* Whether `bytes`, at least one, agree with the beginning of `magic`. */
static inline bool coding_is_like(const char *bytes, size_t length, const char *magic, size_t magic_length)
{
    return length > 0 && memcmp(bytes, magic, length < magic_length ? length : magic_length) == 0;
}

enum { CODING_FED_MOST = 1 << 30 };

/* The libraries count in an unsigned int. */
static inline unsigned coding_clamp(size_t length)
{
    return length < CODING_FED_MOST ? (unsigned)length : CODING_FED_MOST;
}

#endif
