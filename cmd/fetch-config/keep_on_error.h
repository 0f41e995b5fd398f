/* What --keep-on-error may keep. */
#ifndef FETCH_CONFIG_KEEP_ON_ERROR_H
#define FETCH_CONFIG_KEEP_ON_ERROR_H

#include <stdbool.h>

/* Whether an earlier run can have published what is at `path`: a regular file; with `directory`, a directory that has something in
 * it besides lost+found and what runs under way have hidden there. A volume that is mounted is a directory from the beginning. */
bool keep_on_error_finds(const char *path, bool directory);

#endif
