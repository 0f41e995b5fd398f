/* The same first steps for every tool: options, help, log, signals. */
#ifndef COMMON_CLI_TOOL_H
#define COMMON_CLI_TOOL_H

#include <stdbool.h>

#include "common/cli/options.h"
#include "common/cli/verdict.h"

/* Parses the arguments and the environment into `options` (tool->options_size bytes), sets up log, signals and
 * `verdict`. False when the process is to end at once with *code: help was printed, or the usage was wrong. Either way
 * the caller calls options_free at the end. */
bool tool_begin(const struct tool *tool, int argc, char **argv, void *options, struct verdict *verdict,
                int *code);

#endif
