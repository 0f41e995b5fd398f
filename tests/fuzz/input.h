/* What every fuzzer begins with: the input as a string of exactly its size, so that reading one byte too far is seen. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding that is no crash by itself. */
#define MUST(condition)   \
    do {                  \
        if (!(condition)) \
            abort();      \
    } while (0)

/* A copy with a NUL behind it; the caller frees it. */
static inline char *input_text(const uint8_t *data, size_t size)
{
    char *text = xcalloc(size + 1, 1);

    if (size > 0)
        memcpy(text, data, size);
    return text;
}

/* Takes the first line off, which becomes a string of its own; the rest stays in *rest. The caller frees both. */
static inline char *input_first_line(const uint8_t *data, size_t size, char **rest)
{
    const uint8_t *end = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t length = end ? (size_t)(end - data) : size;

    *rest = end ? input_text(end + 1, size - length - 1) : input_text(NULL, 0);
    return input_text(data, length);
}

#endif
