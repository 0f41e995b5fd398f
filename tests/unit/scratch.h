/* A directory of the test's own that goes when the test's process ends, and the files in it. */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include <stddef.h>

/* "DIRECTORY/NAME"; the directory is made at the first call. The text is the test's to free, or to leave to the end of
 * its process. */
char *scratch_path(const char *name);

/* Writes a file there and returns its path. */
char *scratch_file(const char *name, const char *content);

/* The whole file as a string, its length in *length where that is not NULL. */
char *scratch_read(const char *path, size_t *length);

/* How many entries the directory has, "." and ".." apart. */
int scratch_count(void);

#endif
