/* The state of the parser of options: what options_words.c does for options_parse.c. Nobody else uses it. */
#ifndef COMMON_CLI_OPTIONS_PARSER_H
#define COMMON_CLI_OPTIONS_PARSER_H

#include "common/cli/options.h"
#include "common/cli/value.h"

enum options_given { GIVEN_NOT, GIVEN_FLAG, GIVEN_VARIABLE };

struct options_parser {
    const struct tool *tool;
    struct common_options *options;
    struct value_source source;
    char **environment;        /* our variables of it */
    enum options_given *given; /* for each row */
    bool in_variable;          /* the words come from a variable: a flag takes precedence */
};

/* The index of the row with that name; the number of rows when there is none. */
size_t options_find(const struct tool *tool, const char *name, size_t length);

/* Whether the argument is an option with which the operands begin. */
bool options_begins_operands(const struct tool *tool, const char *argument);

/* Stores the options among the words, NULL-terminated, and adds the operands. False fills source.why. */
bool options_parse_words(struct options_parser *parser, char **next);

#endif
