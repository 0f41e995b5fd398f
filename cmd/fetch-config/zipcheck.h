/* Compares the two lists of entries in a zip: the central directory at its end, which programs list, and the header before each
 * entry's content, whose name libarchive uses without comparing. */
#ifndef FETCH_CONFIG_ZIPCHECK_H
#define FETCH_CONFIG_ZIPCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* False fills `why` (CODE_FAILED, CODE_DEADLINE, or that of a signal): names, methods, checksums or sizes differ, or entries are
 * missing. */
bool zipcheck(int descriptor, int64_t deadline, struct reason *why);

#endif
