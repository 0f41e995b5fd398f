/* What a file is, by how it begins: for the message about one that cannot be unpacked. */
#ifndef FETCH_CONFIG_MAGIC_H
#define FETCH_CONFIG_MAGIC_H

#include <stddef.h>

enum { MAGIC_BYTES = 32774 /* that are worth having: an ISO image begins with 32 KiB of nothing */ };

/* "a RAR archive", "an HTML page"; NULL: nothing that is known. */
const char *magic_name(const char *bytes, size_t length);

#endif
