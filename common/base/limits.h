/* CPUs and memory that the container may use, from its cgroup, version 1 or 2. */
#ifndef COMMON_BASE_LIMITS_H
#define COMMON_BASE_LIMITS_H

#include <stdint.h>

struct limits {
    unsigned cpus;  /* at least 1; fractions are rounded up */
    int64_t memory; /* bytes; LIMITS_NONE or LIMITS_UNKNOWN */
};

#define LIMITS_NONE    INT64_MAX
#define LIMITS_UNKNOWN INT64_C(-1)

#define LIMITS_PROC "/proc/self/cgroup"
#define LIMITS_SYS  "/sys/fs/cgroup"

/* Reads the limits from LIMITS_PROC and LIMITS_SYS, or from the files of a test. */
void limits_read(const char *proc, const char *sys, struct limits *limits);

/* The memory limit of the container that this process runs in. It is read once: that takes as many system calls as a request. */
int64_t limits_own_memory(void);

/* From now on, an allocation that exceeds 7/8 of the container's limit fails (ENOMEM), so that the tool can report it and clean
 * up. Otherwise the kernel would kill the process without a reason. */
void limits_hold_memory(const struct limits *limits);

/* The same with the limits of the container that this process runs in. */
void limits_hold_own_memory(void);

#endif
