/* What `initkit run` reports itself: how far it is, which step decided, and why. Everything else its steps report. */
#ifndef INITKIT_RUN_REPORT_H
#define INITKIT_RUN_REPORT_H

#include "cmd/initkit/supervise.h"

/* Writes the termination log of a container that may be killed. */
void run_report_so_far(const struct supervisor *supervisor);

/* A step's row of the table; `supervisor` is one. */
void run_report_row(const void *supervisor, size_t index, struct board_row *row);

/* A step with --warn-only that was killed, or could not be started. */
void run_report_forgiven(const struct chain *chain, const struct child *child);

/* The last line; returns the exit code. */
int run_report_verdict(const struct supervisor *supervisor, bool good);

#endif
