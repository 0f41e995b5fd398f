/* The words of a command line, or of a variable that holds one: flags, their values, operands. */
#include <stdio.h>
#include <string.h>

#include "common/cli/options_parser.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

size_t options_find(const struct tool *tool, const char *name, size_t length)
{
    size_t i = 0;

    for (const struct option *row; (row = options_row(tool, i)); i++)
        if (row->name && strlen(row->name) == length && strncmp(row->name, name, length) == 0)
            break;
    return i;
}

static size_t find_letter(const struct tool *tool, char letter)
{
    size_t i = 0;

    for (const struct option *row; (row = options_row(tool, i)); i++)
        if (row->letter == letter)
            break;
    return i;
}

/* Stores the value of a flag, or of the option that the flag is short for. */
static bool store_flag(struct options_parser *parser, size_t index, const char *value)
{
    const struct option *row = options_row(parser->tool, index);

    if (row->stands_for) {
        index = options_find(parser->tool, row->stands_for, strlen(row->stands_for));
        value = row->value ? row->value : value;
        row = options_row(parser->tool, index);
    }
    if (parser->in_variable && parser->given[index] == GIVEN_FLAG)
        return true;
    parser->given[index] = parser->in_variable ? GIVEN_VARIABLE : GIVEN_FLAG;
    return value_store(&parser->source, row, value, parser->options);
}

/* Whether the option takes a value; for an alias, whether the option that it stands for does. */
static bool takes_value(const struct tool *tool, const struct option *row)
{
    if (row->stands_for && row->value)
        return false;
    if (row->stands_for)
        row = options_row(tool, options_find(tool, row->stands_for, strlen(row->stands_for)));
    return row->type != OPTION_SWITCH;
}

/* "--name", "--name=value", "--name value". `*next` is the following argument; it is taken if it is the value. */
static bool parse_long(struct options_parser *parser, const char *argument, char ***next)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    size_t index = options_find(parser->tool, name, length);
    const struct option *row = options_row(parser->tool, index);
    char source[VARIABLE_NAME];

    if (!row)
        return reason_set(parser->source.why, CODE_USAGE, "--%.*s: unknown option; see --help",
                          (int)(length < 100 ? length : 100), name); /* its value may be a secret */
    if (row->begins_operands)
        return reason_set(parser->source.why, CODE_USAGE,
                          "--%s: has to be an argument of its own, followed by %s", row->name, row->argument);
    snprintf(source, sizeof source, "--%s", row->name);
    parser->source.name = source;
    if (!value && !takes_value(parser->tool, row))
        value = "true";
    if (!value && !(value = *(*next)))
        return reason_set(parser->source.why, CODE_USAGE, "%s: expects a value: %s", source,
                          row->argument ? row->argument : "");
    if (value == **next)
        ++*next;
    return store_flag(parser, index, value);
}

/* "-q", "-qv", "-H value", "-Hvalue". */
static bool parse_short(struct options_parser *parser, const char *argument, char ***next)
{
    for (const char *letter = argument + 1; *letter != '\0'; letter++) {
        size_t index = find_letter(parser->tool, *letter);
        const struct option *row = options_row(parser->tool, index);
        const char source[] = {'-', *letter, '\0'};

        if (!row)
            return reason_set(parser->source.why, CODE_USAGE, "-%c: unknown option; see --help", *letter);
        parser->source.name = source;
        if (!takes_value(parser->tool, row)) {
            if (!store_flag(parser, index, "true"))
                return false;
            continue;
        }
        if (letter[1] != '\0')
            return store_flag(parser, index, letter + 1);
        if (!**next)
            return reason_set(parser->source.why, CODE_USAGE, "-%c: expects a value", *letter);
        return store_flag(parser, index, *(*next)++);
    }
    return true;
}

bool options_begins_operands(const struct tool *tool, const char *argument)
{
    if (strncmp(argument, "--", 2) != 0)
        return false;
    const struct option *row = options_row(tool, options_find(tool, argument + 2, strlen(argument + 2)));
    return row && row->begins_operands;
}

bool options_parse_words(struct options_parser *parser, char **next)
{
    struct strings *operands = &parser->options->operands;
    bool options_end = false;

    while (*next) {
        const char *argument = *next++;
        if (options_end || argument[0] != '-' || argument[1] == '\0' ||
            options_begins_operands(parser->tool, argument)) {
            strings_add(operands, argument, strlen(argument));
            options_end = options_end || parser->tool->runs_tools;
        } else if (strcmp(argument, "--") == 0) {
            options_end = true;
        } else if (argument[1] == '-' ? !parse_long(parser, argument, &next)
                                      : !parse_short(parser, argument, &next)) {
            return false;
        }
    }
    return true;
}
