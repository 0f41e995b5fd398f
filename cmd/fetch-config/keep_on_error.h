/* --keep-on-error: whether there is something to keep. */
#ifndef FETCH_CONFIG_KEEP_ON_ERROR_H
#define FETCH_CONFIG_KEEP_ON_ERROR_H

#include <stdbool.h>

/* Whether an earlier run can have published `path`: it is a regular file; with `directory`, a directory that contains something
 * besides lost+found and the hidden files of running tools. The mount point of an empty volume is a directory, too. */
bool keep_on_error_finds(const char *path, bool directory);

#endif
