/* What --dry-run and cp -v print, on standard output. */
#ifndef COPY_AGENT_REPORT_H
#define COPY_AGENT_REPORT_H

#include <stdbool.h>

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/plan.h"

/* "create lib/a.jar"; a directory has a slash behind it. Control bytes and what is not UTF-8 are escaped. The journal tells when
 * to give up waiting for a reader. */
void report_line(const struct journal *journal, const char *action, const char *path, bool directory);

/* All of the plan but what is skipped. */
void report_plan(const struct copy *copy);

/* All that is in DEST now, copied or unchanged, as cp -v has it. */
void report_copied(const struct copy *copy);

#endif
