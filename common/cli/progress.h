/* A line every second that tells how far it is. */
#ifndef COMMON_CLI_PROGRESS_H
#define COMMON_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { PROGRESS_EVERY = 1000 /* milliseconds */ };

struct progress {
    bool on;
    const char *target; /* as log lines name it; must outlive this */
    int64_t began;      /* see deadline.h */
    int64_t said;
};

/* On when it is wanted, or standard error is a terminal. */
void progress_begin(struct progress *progress, bool wanted, const char *target);

/* Says "12 of 340 files, 4.5 of 172.8 MiB (2 %), 9.1 MiB/s" when a second has passed since the last line. With `file_count` 0 files
 * are left out; with `total` 0, not known, the total and the share. Call it often. */
void progress_say(struct progress *progress, uint64_t files, uint64_t file_count, uint64_t bytes,
                  uint64_t total);

#endif
