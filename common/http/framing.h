/* Whether an answer's header says unambiguously where its body ends (RFC 9112, 6). */
#ifndef COMMON_FRAMING_H
#define COMMON_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"

/* `length` and `transfer` are all values of Content-Length and Transfer-Encoding, joined by commas; NULL: there is none. False
 * fills `why` (CODE_FAILED): it could not be detected whether the body is complete. */
bool framing_check(const char *length, const char *transfer, struct reason *why);

/* A line of the header, as it came, that names Content-Length, Transfer-Encoding, Content-Encoding or Content-Range with blanks
 * around the name. libcurl takes that for another header, and a server or proxy may have meant it. Returns that name, or NULL. */
const char *framing_hidden(const char *line, size_t length);

/* Fills `why` for such a name. Returns false. */
bool framing_refuse_hidden(const char *name, struct reason *why);

#endif
