/* A judge of its own for what common/json writes: RFC 8259 to the letter, and RFC 3629 for the bytes. */
#ifndef UNIT_STRICT_JSON_H
#define UNIT_STRICT_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the bytes are one JSON value and nothing else, in valid UTF-8. */
bool strict_json(const char *bytes, size_t length);

/* Whether they are valid UTF-8. */
bool strict_utf8(const char *bytes, size_t length);

/* Whether they are valid UTF-8 that no terminal, line or eye is misled by: no controls, line separators, bidirectional
 * controls, and nothing of those that show nothing. */
bool strict_plain(const char *bytes, size_t length);

#endif
