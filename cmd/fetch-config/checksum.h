/* What sha256sum writes, read. */
#ifndef FETCH_CONFIG_CHECKSUM_H
#define FETCH_CONFIG_CHECKSUM_H

#include <stdbool.h>

#include "cmd/fetch-config/spool.h"

enum { CHECKSUM_FILE = 1024 * 1024 };

/* Finds the digest for a file called `name`, as the last part of its path: the line "HEX  NAME" or "HEX *NAME", or a lone "HEX".
 * A single line counts whatever name it has. `text` is changed. False when there is none. */
bool checksum_find(char *text, const char *name, char hex[SPOOL_DIGEST]);

#endif
