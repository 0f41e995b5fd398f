/* Reads small files as a whole, with a reason when a file is missing or too large. */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

/* Reads `path` into `content`, which the caller has initialised with the largest size that it accepts. It never blocks: a FIFO
 * without a writer counts as an empty file. False fills `why` (CODE_USAGE: the path came from the user). If `error` is not
 * NULL, it gets errno, EFBIG for a file that is too large, or 0. */
bool file_read(const char *path, struct buf *content, int *error, struct reason *why);

/* Takes the next line from `*rest`, and replaces its "\n" or "\r\n" by a NUL. NULL when there are no more lines. */
char *file_next_line(char **rest);

#endif
