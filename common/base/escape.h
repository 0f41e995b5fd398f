/* C escapes in --send and --expect, for bytes that cannot be written on a command line. */
#ifndef COMMON_BASE_ESCAPE_H
#define COMMON_BASE_ESCAPE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

enum { ESCAPE_MAX = 64 * 1024 /* bytes of an option's value, decoded */ };

/* Decodes `text` and adds its bytes: \n \r \t \a \b \e \f \v \\ \" \', \xHH, and octal \0 to \377. False (CODE_USAGE) fills
 * `why` with the place of the invalid escape. */
bool escape_decode(const char *text, struct buf *bytes, struct reason *why);

/* For the row of an option: whether escape_decode accepts `text`, and it decodes to at most ESCAPE_MAX bytes. */
bool escape_check(const char *text, struct reason *why);

#endif
