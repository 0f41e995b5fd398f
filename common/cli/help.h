/* --help and --version, printed from a tool's option table; and the parts of it that man pages and tables say too. */
#ifndef COMMON_CLI_HELP_H
#define COMMON_CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/cli/options.h"

void help_print(FILE *out, const struct tool *tool);
void version_print(FILE *out, const struct tool *tool);

/* An option's left column: "-4, --family any|4|6". Returns `text`. */
enum { HELP_FORM = 96 };
const char *help_form(const struct option *row, char text[HELP_FORM]);

/* Adds an option's right column: what it is for, and its default in this tool. */
void help_add_meaning(struct buf *out, const struct tool *tool, const struct option *row);

/* Adds how values are written, as far as this tool has such options; nothing when it has none. */
void help_add_values(struct buf *out, const struct tool *tool);

/* Adds a paragraph on setting options by variables. */
void help_add_environment(struct buf *out, const struct tool *tool);

/* Whether an option can be set by a variable; aliases cannot. */
bool help_has_variable(const struct option *row);

struct help_code {
    const char *code, *name, *meaning;
    enum { HELP_ALL, HELP_SERVERS, HELP_WAITING } tools; /* that end with it */
};

/* The exit codes of a tool, of any with a NULL tool, from 0 on; NULL at the end. */
const struct help_code *help_code(const struct tool *tool, size_t index);

#endif
