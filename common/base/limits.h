/* What the container may use: its cgroup's CPUs and memory, version 1 or 2. */
#ifndef COMMON_BASE_LIMITS_H
#define COMMON_BASE_LIMITS_H

#include <stdint.h>

struct limits {
    unsigned cpus;  /* at least 1; parts are rounded up */
    int64_t memory; /* bytes; LIMITS_NONE: as much as there is; LIMITS_UNKNOWN */
};

#define LIMITS_NONE    INT64_MAX
#define LIMITS_UNKNOWN INT64_C(-1)

#define LIMITS_PROC "/proc/self/cgroup"
#define LIMITS_SYS  "/sys/fs/cgroup"

/* From LIMITS_PROC and LIMITS_SYS, or what a test has in their place. */
void limits_read(const char *proc, const char *sys, struct limits *limits);

/* From here on, memory that the container's limit does not have is not there (ENOMEM), so that whoever asked for it can say
 * so: the kernel would end the process in its place, without a reason and without a chance to clean up. */
void limits_hold_memory(const struct limits *limits);

/* The same for the container that this process is in. */
void limits_hold_own_memory(void);

#endif
