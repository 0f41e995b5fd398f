/* Writes JSON objects on one line, valid for any input bytes. Characters that visible.h escapes are written as \uNNNN, so that
 * no character is lost. A byte that is not UTF-8 cannot be written in JSON and becomes U+FFFD. */
#ifndef COMMON_BASE_JSON_H
#define COMMON_BASE_JSON_H

#include <stdint.h>

#include "common/base/buf.h"

/* A quoted string. */
void json_add_string(struct buf *out, const char *text);

/* "name": value, with a comma before it unless it follows an opening bracket. */
void json_add_member(struct buf *out, const char *name, const char *text);
void json_add_member_number(struct buf *out, const char *name, int64_t number);

/* "name": with the same comma; the caller adds the value. */
void json_add_name(struct buf *out, const char *name);

#endif
