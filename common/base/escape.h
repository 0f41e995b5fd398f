/* C escapes in --send and --expect: how bytes that no shell passes on are written. */
#ifndef COMMON_BASE_ESCAPE_H
#define COMMON_BASE_ESCAPE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum { ESCAPE_MAX = 64 * 1024 /* bytes that an option's text may stand for */ };

/* Adds the bytes that `text` stands for: \n \r \t \a \b \e \f \v \\ \" \', \xHH, and octal \0 to \377. False (CODE_USAGE) tells
 * where it is wrong. */
bool escape_decode(const char *text, struct buf *bytes, struct reason *why);

/* For an option's row: whether escape_decode would take it, with at most ESCAPE_MAX bytes. */
bool escape_check(const char *text, struct reason *why);

#endif
