/* JSON (RFC 8259) by jansson, within a bound of memory.
 *
 * A checker that streams would do for --validate json, in a third of this code; but what looks into an answer (json_pointer.h)
 * needs its tree, and one parser has one idea of what is valid. */
#ifndef COMMON_JSON_ARENA_H
#define COMMON_JSON_ARENA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Call it once, before anything is read by jansson. Its hash of names gets a random seed, and the process ends when there is no
 * memory. */
void json_arena_begin(void);

/* Reads one value by `read`, which fills a buffer and returns the number of bytes, 0 at the end, (size_t)-1 on failure. `memory`
 * limits the bytes of all values. A name that occurs twice in an object is an error. NULL fills `error`: text, column, and line (0:
 * the limit was reached); the text repeats nothing of the input, which may be secret. The value has no references: call
 * json_arena_clear before the next load, also after a failure. */
json_t *json_arena_load(json_load_callback_t read, void *owner, size_t memory, json_error_t *error);

/* The same for bytes in memory, but of two equal names the last counts. Whole numbers stay whole, unless one of them is too large:
 * then all are doubles. */
json_t *json_arena_load_bytes(const char *bytes, size_t length, size_t memory, json_error_t *error);
void json_arena_clear(void);

#endif
