/* A file that should hold certificates or keys: reading it, and naming what it is where it cannot be used. */
#ifndef COMMON_TRUST_STORE_FILE_H
#define COMMON_TRUST_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

/* As file_read, but with CODE_TRUST_STORE, and a hint: `missing`, or, where permission is denied, whose file it is and who asks. */
bool store_file_read(const char *path, struct buf *content, const char *missing, struct reason *why);

/* Whether reading was not over in time: a file that was made for it can take seconds. Whoever reads many certificates asks
 * deadline_goes_on before each, stops when that returns false, and lets this fill `why` at the end: CODE_FAILED, or the code of
 * the signal that came. */
bool store_file_is_late(const char *path, int64_t deadline, struct reason *why);

/* Whether the content is of a kind that is known, and cannot be used: fills `why` with its name and what makes it usable. */
bool store_file_name(const char *path, const struct buf *content, struct reason *why);

#endif
