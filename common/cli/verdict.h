/* How a run ends: the last line, the termination message and the exit code are chosen here and nowhere else. */
#ifndef COMMON_CLI_VERDICT_H
#define COMMON_CLI_VERDICT_H

#include <stdbool.h>

#include "common/base/log.h"
#include "common/base/reason.h"

struct verdict {
    const char *tool;
    const char *termination_log; /* a path; empty: off */
    bool warn_only;              /* --warn-only */
};

enum { VERDICT_LINE = 1024 }; /* the longest termination message, as the kubelet cuts it no shorter */

/* Whether anybody learns of verdict_so_far's line. */
bool verdict_is_followed(const struct verdict *verdict);

/* Writes "TOOL: LINE" to the termination log, so that a container that gets killed leaves its reason too. A step reports it to
 * its run. */
void verdict_so_far(const struct verdict *verdict, const char *line);

/* Empties the termination log: what is in it is untrue of the program that takes this one's place. */
void verdict_clear(const struct verdict *verdict);

/* Says the last line, as `event` tells, writes it to the termination log, and returns the exit code. */
int verdict_finish(const struct verdict *verdict, enum code code, const struct log_event *event,
                   const char *line);

/* The ending of a run that did not begin, or that met a wall outside of any target: `why` is the line. */
int verdict_refuse(const struct verdict *verdict, const struct reason *why);

/* The ending of a run that is out of memory, for mem_say_at_exhaustion: `verdict` is a struct verdict. */
void verdict_exhausted(const void *verdict);

#endif
