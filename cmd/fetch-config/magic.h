/* The format of a file, by its first bytes, for the message about a file that --extract does not unpack. */
#ifndef FETCH_CONFIG_MAGIC_H
#define FETCH_CONFIG_MAGIC_H

#include <stddef.h>

enum { MAGIC_BYTES = 32774 /* needed at most: the mark of an ISO image is after 32 KiB */ };

/* "a RAR archive", "an HTML page"; NULL: unknown. */
const char *magic_name(const char *bytes, size_t length);

#endif
