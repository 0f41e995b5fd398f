/* Whether a zip says the same of its entries twice: in the central directory at its end, which programs list, and in the header
 * before each entry's content, which is unpacked. libarchive takes the latter's names unseen. */
#ifndef FETCH_CONFIG_ZIPCHECK_H
#define FETCH_CONFIG_ZIPCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"

/* False fills `why` (CODE_FAILED, CODE_DEADLINE, or that of a signal): names, methods, checksums or sizes differ, or entries are
 * missing. */
bool zipcheck(int descriptor, int64_t deadline, struct reason *why);

#endif
