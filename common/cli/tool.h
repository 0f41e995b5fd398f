/* How every tool begins: options, help, log, signals. */
#ifndef COMMON_CLI_TOOL_H
#define COMMON_CLI_TOOL_H

#include <stdbool.h>

#include "common/cli/options.h"
#include "common/cli/verdict.h"

/* Parses arguments and environment into `options` (tool->options_size bytes), and sets up log, signals and `verdict`. False
 * when the process has to exit at once with `*code`: help was printed, or the usage was wrong. In any case the caller calls
 * options_free at the end. */
bool tool_begin(const struct tool *tool, int argc, char **argv, void *options, struct verdict *verdict,
                int *code);

#endif
