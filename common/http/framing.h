/* Whether an answer's header says in one way where its body ends (RFC 9112, 6). */
#ifndef COMMON_FRAMING_H
#define COMMON_FRAMING_H

#include <stdbool.h>

#include "common/base/reason.h"

/* `length` and `transfer` are all values of Content-Length and Transfer-Encoding, joined by commas; NULL: there is none. False
 * fills `why` (CODE_FAILED): what follows cannot be told from what is cut off. */
bool framing_check(const char *length, const char *transfer, struct reason *why);

#endif
