/* The names in a directory, straight from the kernel: no allocation for each directory, and no limit on names or depth. */
#ifndef COPY_AGENT_NAMES_H
#define COPY_AGENT_NAMES_H

#include <stddef.h>

enum { NAMES_BUFFER = 32 * 1024 };

struct names {
    int directory; /* opened for reading */
    size_t at, length;
    int error; /* errno once names_next has returned NULL; 0: that was all */
    _Alignas(8) char buffer[NAMES_BUFFER];
};

/* Begins at the directory's first name. */
void names_begin(struct names *names, int directory);

/* The next name, "." and ".." left out; it lasts until the next call. NULL at the end. */
const char *names_next(struct names *names);

#endif
