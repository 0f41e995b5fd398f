/* Whether a file that is compressed as a whole came whole: to the end of its stream, with the right checksum and length. libarchive
 * checks no sum of gzip's, and stops reading at the tar's end, before that of the stream. */
#ifndef FETCH_CONFIG_INTACT_H
#define FETCH_CONFIG_INTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/reason.h"

/* Reads the descriptor from where it is, and goes back there. A file that is neither gzip nor zstd is none of this one's business:
 * true. `max_size`: of the files in the archive; what else it holds may take as much again. False fills `why` (CODE_FAILED,
 * CODE_DEADLINE, or that of a signal). */
bool intact_check(int descriptor, int64_t max_size, int64_t deadline, struct reason *why);

#endif
