/* C escapes in --send and --expect: how bytes that no shell passes on are written. */
#ifndef WAIT_FOR_TCP_ESCAPE_H
#define WAIT_FOR_TCP_ESCAPE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

/* Adds the bytes that `text` stands for: \n \r \t \a \b \e \f \v \\ \" \', \xHH, and octal \0 to \377. False (CODE_USAGE) tells
 * where it is wrong. */
bool escape_decode(const char *text, struct buf *bytes, struct reason *why);

#endif
