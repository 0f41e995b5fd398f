/* JSON Pointer (RFC 6901): a value within a JSON value. */
#ifndef COMMON_JSON_POINTER_H
#define COMMON_JSON_POINTER_H

#include <jansson.h>
#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

/* Whether `pointer` is empty or "/NAME/…", with "~" as "~0" and "/" as "~1" in names. False fills `why` (CODE_USAGE). */
bool json_pointer_check(const char *pointer, struct reason *why);

/* The value that it points to; NULL: there is none. `pointer` has been checked. */
const json_t *json_pointer_find(const json_t *root, const char *pointer);

/* Whether two values are the same, numbers by their value: 3 is 3.0. */
bool json_pointer_same(const json_t *a, const json_t *b);

/* Adds the value as JSON, as far as it fits into `out`. False: it was cut. */
bool json_pointer_show(const json_t *value, struct buf *out);

#endif
