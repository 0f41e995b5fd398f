/* The names in a directory, straight from the kernel: no allocation for each directory, and no limit on names or depth. */
#ifndef COMMON_FILES_LISTING_H
#define COMMON_FILES_LISTING_H

#include <stddef.h>

enum { LISTING_BUFFER = 32 * 1024 };

struct listing {
    int directory; /* opened for reading */
    size_t at, length;
    int error; /* errno once listing_next has returned NULL; 0: that was all */
    _Alignas(8) char buffer[LISTING_BUFFER];
};

/* Begins at the directory's first name. */
void listing_begin(struct listing *listing, int directory);

/* The next name, "." and ".." left out; it lasts until the next call. NULL at the end. */
const char *listing_next(struct listing *listing);

#endif
