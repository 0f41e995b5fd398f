/* Is it JSON (RFC 8259)? By jansson, which builds all of its values, within a bound of memory. */
#ifndef FETCH_CONFIG_JSONCHECK_H
#define FETCH_CONFIG_JSONCHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Once, before anything is read by jansson: names that collide in an object must not be foreseeable, and where memory runs out
   the process ends. */
void jsoncheck_begin(void);

/* `read` fills a buffer: the bytes it got, 0 at the end, (size_t)-1 when it cannot go on. `memory`: bytes that the
   values may take. False fills `error`: line (0: it is the memory that does not do), column and text, which repeats
   nothing of the input: that may be secret. */
bool jsoncheck(json_load_callback_t read, void *owner, size_t memory, json_error_t *error);

#endif
