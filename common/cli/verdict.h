/* The end of a run: only this file chooses the last line, the termination message and the exit code. */
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

enum { VERDICT_LINE = 1024 }; /* bytes of the longest termination message; the kubelet does not cut it */

/* Whether verdict_so_far has anywhere to write its line to. */
bool verdict_is_followed(const struct verdict *verdict);

/* Writes "TOOL: LINE" to the termination log, so that a container that is killed leaves its reason, too. A step reports it to
 * its run. */
void verdict_so_far(const struct verdict *verdict, const char *line);

/* Empties the termination log, before another program is executed in this process: its content would not be true of that
 * program. */
void verdict_clear(const struct verdict *verdict);

/* Logs `line` as the last line, with the members of `event`, writes it to the termination log, and returns the exit code. */
int verdict_finish(const struct verdict *verdict, enum code code, const struct log_event *event,
                   const char *line);

/* Ends a run that did not begin, or that failed outside of any target; `why` is the line. Returns the exit code. */
int verdict_refuse(const struct verdict *verdict, const struct reason *why);

/* Ends a run that is out of memory; for mem_say_at_exhaustion. `verdict` points to a struct verdict. */
void verdict_exhausted(const void *verdict);

#endif
