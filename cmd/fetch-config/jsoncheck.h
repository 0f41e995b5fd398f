/* Is it JSON (RFC 8259)? By jansson, within a bound of memory: it keeps all values, about eight bytes a byte. */
#ifndef FETCH_CONFIG_JSONCHECK_H
#define FETCH_CONFIG_JSONCHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* `read` fills a buffer: the bytes it got, 0 at the end, (size_t)-1 when it cannot go on. `memory`: bytes that the
   values may take. False fills `error`: line (0: it is the memory that does not do), column and text, which repeats
   nothing of the input: that may be secret. */
bool jsoncheck(json_load_callback_t read, void *owner, size_t memory, json_error_t *error);

#endif
