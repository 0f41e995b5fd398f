/* JSON (RFC 8259) by jansson, within a bound of memory.
 *
 * A checker that streams would do for --validate json, in a third of this code; but what looks into an answer (json_pointer.h)
 * needs its tree, and one parser has one idea of what is valid. */
#ifndef COMMON_JSON_ARENA_H
#define COMMON_JSON_ARENA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Once, before anything is read by jansson: names that collide in an object must not be foreseeable, and where memory runs out
   the process ends. */
void json_arena_begin(void);

/* The value that `read` brings: it fills a buffer and returns the bytes it got, 0 at the end, (size_t)-1 when it cannot go on.
   `memory`: bytes that all of it may take. Nobody counts references to it: json_arena_clear takes it away, which has to be called
   before the next load, whatever came back. NULL fills `error`: line (0: it is the memory that does not do), column and text, which
   repeats nothing of the input: that may be secret. */
json_t *json_arena_load(json_load_callback_t read, void *owner, size_t memory, json_error_t *error);

/* The same of bytes that are here. Whole numbers stay whole here, unless one is too large for that: then all are doubles. */
json_t *json_arena_load_bytes(const char *bytes, size_t length, size_t memory, json_error_t *error);
void json_arena_clear(void);

#endif
