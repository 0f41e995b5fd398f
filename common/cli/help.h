/* --help and --version, printed from the option table of a tool, and the parts that man pages and README tables share. */
#ifndef COMMON_CLI_HELP_H
#define COMMON_CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/cli/options.h"

void help_print(FILE *out, const struct tool *tool);
void version_print(FILE *out, const struct tool *tool);

/* The left column of an option: "-4, --family any|4|6". Returns `text`. */
enum { HELP_FORM = 96 };
const char *help_form(const struct option *row, char text[HELP_FORM]);

/* Adds the right column of an option: its meaning, and its default in this tool. */
void help_add_meaning(struct buf *out, const struct tool *tool, const struct option *row);

/* Adds how durations and sizes are written, if the tool has such options. */
void help_add_values(struct buf *out, const struct tool *tool);

/* Adds a paragraph about setting options by variables. */
void help_add_environment(struct buf *out, const struct tool *tool);

/* Whether an option can be set by a variable; aliases cannot. */
bool help_has_variable(const struct option *row);

struct help_code {
    const char *code, *name, *meaning;
    enum { HELP_ALL, HELP_SERVERS, HELP_WAITING } tools; /* that exit with it */
};

/* The exit codes of a tool, or of all tools when `tool` is NULL, from index 0; NULL after the last one. */
const struct help_code *help_code(const struct tool *tool, size_t index);

#endif
