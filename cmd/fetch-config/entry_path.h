/* The paths and link targets of an archive's entries: which are accepted, by their text alone. */
#ifndef FETCH_CONFIG_ENTRY_PATH_H
#define FETCH_CONFIG_ENTRY_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum { ENTRY_PATH_LEVELS = 256 /* of a path: a directory is created for each */ };

/* Where an entry goes: `path` below the directory, without its first `strip` parts, in `out`. Returns 1; 0 when nothing of it is
 * left; -1 with `problem` for a path that is absolute or too deep, or that contains ".." or the name of a stage. */
int entry_path(const char *path, size_t strip, char out[PATH_MAX], const char **problem);

/* Whether a symbolic link at `path` to `target` stays within the directory, as far as its text tells. Where it leads by way of
 * other links is checked when everything is staged. */
bool entry_path_link_stays(const char *path, const char *target);

#endif
