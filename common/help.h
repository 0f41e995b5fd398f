/* --help and --version, printed from a tool's option table. */
#ifndef COMMON_HELP_H
#define COMMON_HELP_H

#include <stdio.h>

#include "common/options.h"

void help_print(FILE *out, const struct tool *tool);
void version_print(FILE *out, const struct tool *tool);

/* An option's left column: "-4, --family any|4|6". Returns `text`. */
enum { HELP_FORM = 96 };
const char *help_form(const struct option *row, char text[HELP_FORM]);

#endif
