/* What the container may use: its cgroup's CPUs and memory, version 1 or 2. */
#ifndef COPY_AGENT_LIMITS_H
#define COPY_AGENT_LIMITS_H

#include <stdint.h>

struct limits {
    unsigned cpus;  /* at least 1; parts are rounded up */
    int64_t memory; /* bytes; LIMITS_NONE: as much as there is; LIMITS_UNKNOWN */
};

#define LIMITS_NONE    INT64_MAX
#define LIMITS_UNKNOWN INT64_C(-1)

/* `proc` and `sys` stand for /proc/self/cgroup and /sys/fs/cgroup. */
void limits_read(const char *proc, const char *sys, struct limits *limits);

#endif
