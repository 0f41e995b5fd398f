/* JSON objects on one line, valid whatever bytes go in: what is not UTF-8 becomes U+FFFD. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdint.h>

#include "common/buf.h"

/* A quoted string. */
void json_add_string(struct buf *out, const char *text);

/* "name": value, with a comma before it unless it follows an opening bracket. */
void json_add_member(struct buf *out, const char *name, const char *text);
void json_add_member_number(struct buf *out, const char *name, int64_t number);

/* "name": with the same comma, for a value that the caller adds. */
void json_add_name(struct buf *out, const char *name);

/* The length in bytes of the valid UTF-8 sequence that `text` begins with; 0 when it is none. */
int json_utf8_length(const char *text);

#endif
