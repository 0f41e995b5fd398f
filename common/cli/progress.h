/* Progress: a log line every second. */
#ifndef COMMON_CLI_PROGRESS_H
#define COMMON_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { PROGRESS_EVERY = 1000 /* milliseconds */ };

struct progress {
    bool on;
    const char *target; /* as in log lines; must outlive this struct */
    int64_t began;      /* see deadline.h */
    int64_t said;
};

/* Progress is reported if `wanted`, or if standard error is a terminal. */
void progress_begin(struct progress *progress, bool wanted, const char *target);

/* Logs "12 of 340 files, 4.5 of 172.8 MiB (2 %), 9.1 MiB/s" if a second has passed since the last line. With `file_count` 0,
 * files are left out; with `total` 0 (unknown), the total and the percentage. Call it often. */
void progress_say(struct progress *progress, uint64_t files, uint64_t file_count, uint64_t bytes,
                  uint64_t total);

#endif
