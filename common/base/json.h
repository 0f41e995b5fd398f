/* JSON objects on one line, valid whatever bytes go in. Characters that a reader may not be shown (visible.h) are written as
 * \uNNNN, so that no character is lost; a byte that is not UTF-8 has no form in JSON and becomes U+FFFD. */
#ifndef COMMON_BASE_JSON_H
#define COMMON_BASE_JSON_H

#include <stdint.h>

#include "common/base/buf.h"

/* A quoted string. */
void json_add_string(struct buf *out, const char *text);

/* "name": value, with a comma before it unless it follows an opening bracket. */
void json_add_member(struct buf *out, const char *name, const char *text);
void json_add_member_number(struct buf *out, const char *name, int64_t number);

/* "name": with the same comma, for a value that the caller adds. */
void json_add_name(struct buf *out, const char *name);

#endif
