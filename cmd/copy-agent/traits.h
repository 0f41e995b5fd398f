/* What DEST's volume makes of owners, modes and times: some ignore them, some keep them in coarse steps. Found out with a
 * hidden directory, since what a system call answers may not be so. */
#ifndef COPY_AGENT_TRAITS_H
#define COPY_AGENT_TRAITS_H

#include "cmd/copy-agent/copy.h"

/* Fills copy->traits and the rules that depend on them, once a run. Nothing is learned where DEST is not there yet or not to be
 * written to: then it is taken to keep everything. */
void traits_learn(struct copy *copy);

/* Whether a file or directory that was just written has another owner, mode or time than it was given, on a volume that is known
 * to ignore one of them. */
bool traits_differ(const struct copy *copy, int dest, const struct stat *source);

/* The step, in nanoseconds, that `got` was rounded down to from `set`; -1: it is not that time. Pure. */
int64_t traits_step(const struct timespec *set, const struct timespec *got);

#endif
