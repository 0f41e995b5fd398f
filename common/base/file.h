/* Whole small files, and where a file does not exist or is too large, why. */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/reason.h"

/* Reads `path` into `content`, which the caller has initialised with the largest size that it accepts. It never
 * blocks: a FIFO without a writer is an empty file. False fills `why` (CODE_USAGE: the path came from the user);
 * `error`, where not NULL, gets errno, or EFBIG. */
bool file_read(const char *path, struct buf *content, int *error, struct reason *why);

/* Takes the next line off `*rest`, without its "\n" or "\r\n", and ends it with a NUL. NULL when there is none. */
char *file_next_line(char **rest);

#endif
