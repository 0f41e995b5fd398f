/* Parses arguments and environment into the options of a tool: options_parse of options.h. */
#include "common/cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/cli/value.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

enum {
    WARN_ONLY_TIMEOUT = 15000, /* milliseconds; a check with --warn-only must not delay the app for long */
};

enum given { GIVEN_NOT, GIVEN_FLAG, GIVEN_VARIABLE };

/* The state of the parser. */
struct parser {
    const struct tool *tool;
    struct common_options *options;
    struct value_source source;
    char **environment; /* our variables of it */
    enum given *given;  /* for each row */
    bool in_variable;   /* the words come from a variable: a flag takes precedence */
};

static size_t row_count(const struct tool *tool)
{
    size_t count = 0;

    while (options_row(tool, count))
        count++;
    return count;
}

/* The index of the row with that name; the number of rows when there is none. */
static size_t find_name(const struct tool *tool, const char *name, size_t length)
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
static bool store_flag(struct parser *parser, size_t index, const char *value)
{
    const struct option *row = options_row(parser->tool, index);

    if (row->stands_for) {
        index = find_name(parser->tool, row->stands_for, strlen(row->stands_for));
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
        row = options_row(tool, find_name(tool, row->stands_for, strlen(row->stands_for)));
    return row->type != OPTION_SWITCH;
}

/* "--name", "--name=value", "--name value". `*next` is the following argument; it is taken if it is the value. */
static bool parse_long(struct parser *parser, const char *argument, char ***next)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    size_t index = find_name(parser->tool, name, length);
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
static bool parse_short(struct parser *parser, const char *argument, char ***next)
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

/* Whether the argument is an option with which the operands begin. */
static bool begins_operands(const struct tool *tool, const char *argument)
{
    if (strncmp(argument, "--", 2) != 0)
        return false;
    const struct option *row = options_row(tool, find_name(tool, argument + 2, strlen(argument + 2)));
    return row && row->begins_operands;
}

static bool parse_arguments(struct parser *parser, char **next)
{
    struct strings *operands = &parser->options->operands;
    bool options_end = false;

    while (*next) {
        const char *argument = *next++;
        if (options_end || argument[0] != '-' || argument[1] == '\0' ||
            begins_operands(parser->tool, argument)) {
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

/* Adds each line of `value` to `words`. Returns the words as a NULL-terminated array, which the caller frees. */
static char **split_words(const char *value, struct strings *words)
{
    while (*(value += strspn(value, "\r\n")) != '\0') {
        size_t length = strcspn(value, "\r\n");
        strings_add(words, value, length);
        value += length;
    }
    char **arguments = xcalloc(words->count + 1, sizeof *arguments);
    if (words->count > 0)
        memcpy(arguments, words->items, words->count * sizeof *arguments);
    return arguments;
}

/* Puts the words of the tool's own variable before the operands of the command line, if there are none or they only continue
 * the words. Flags on the command line take precedence over options among the words. */
static bool parse_words_variable(struct parser *parser)
{
    struct common_options *options = parser->options;
    struct strings rest = options->operands;
    char name[VARIABLE_NAME];

    variable_name(NULL, parser->tool->name, name);
    const char *value = variable_value(parser->environment, name);
    if (!value || *value == '\0' || (rest.count > 0 && !begins_operands(parser->tool, rest.items[0])))
        return true;
    options->operands = (struct strings){0};
    char **arguments = split_words(value, &options->words);
    parser->in_variable = true;
    bool good = parse_arguments(parser, arguments);
    if (!good)
        reason_wrap(parser->source.why, "%s", name);
    parser->in_variable = false;
    free(arguments);
    if (options->operands.count > 0)
        snprintf(options->operands_from, sizeof options->operands_from, "%s", name);
    for (size_t i = 0; i < rest.count; i++)
        strings_add(&options->operands, rest.items[i], strlen(rest.items[i]));
    strings_clear(&rest);
    return good;
}

/* The values of a repeatable option are separated by line ends, operands by white space. */
static bool store_pieces(struct parser *parser, const struct option *row, const char *value,
                         const char *separators)
{
    while (*(value += strspn(value, separators)) != '\0') {
        size_t length = strcspn(value, separators);
        if (!row) {
            strings_add(&parser->options->operands, value, length);
        } else {
            char *piece = xstrndup(value, length);
            bool stored = value_store(&parser->source, row, piece, parser->options);
            free(piece);
            if (!stored)
                return false;
        }
        value += length;
    }
    return true;
}

static bool parse_variable(struct parser *parser, const struct option *row, enum given *given)
{
    char name[VARIABLE_NAME];
    const char *value = variable_find(parser->environment, parser->tool->name, row->name, row->empty_counts,
                                      name);

    if (!value)
        return true;
    *given = GIVEN_VARIABLE;
    parser->source.name = name;
    if (row->type == OPTION_LIST)
        return store_pieces(parser, row, value, "\r\n");
    return value_store(&parser->source, row, value, parser->options);
}

static bool parse_operands_variable(struct parser *parser)
{
    char name[VARIABLE_NAME];
    const char *value = variable_find(parser->environment, parser->tool->name, "targets", false, name);

    if (value)
        snprintf(parser->options->operands_from, sizeof parser->options->operands_from, "%s", name);
    return !value || store_pieces(parser, NULL, value, " \t\r\n\v\f");
}

static bool parse_variables(struct parser *parser)
{
    for (size_t i = 0; options_row(parser->tool, i); i++) {
        const struct option *row = options_row(parser->tool, i);
        if (parser->given[i] || row->no_variable || row->stands_for)
            continue;
        if (!parse_variable(parser, row, &parser->given[i]))
            return false;
    }
    return parser->options->operands.count > 0 || parser->tool->one_shot || parser->tool->runs_tools ||
           parse_operands_variable(parser);
}

/* The defaults in the table are text, and are parsed like the values of a user. */
static bool store_initials(struct parser *parser)
{
    for (size_t i = 0; options_row(parser->tool, i); i++) {
        const struct option *row = options_row(parser->tool, i);
        const char *initial = options_initial(parser->tool, row);

        parser->source.name = row->name;
        if (initial && !value_store(&parser->source, row, initial, parser->options))
            return false;
    }
    return true;
}

static enum given given(const struct parser *parser, const char *name)
{
    return parser->given[find_name(parser->tool, name, strlen(name))];
}

/* Adjusts defaults that depend on another option. */
static void settle(struct parser *parser)
{
    struct retry_policy *retry = &parser->options->retry;

    if (parser->options->warn_only && retry->timeout != 0 && given(parser, "timeout") == GIVEN_NOT)
        retry->timeout = WARN_ONLY_TIMEOUT;
    if (retry->max_interval < retry->interval && given(parser, "max-interval") == GIVEN_NOT)
        retry->max_interval = retry->interval;
}

static bool check_min_targets(const struct parser *parser)
{
    static const char name[] = "min-targets";
    size_t operands = parser->options->operands.count;
    char variable[VARIABLE_NAME];

    if (parser->options->min_targets <= (int64_t)operands)
        return true;
    if (given(parser, name) == GIVEN_VARIABLE)
        variable_find(parser->environment, parser->tool->name, name, false, variable);
    else
        snprintf(variable, sizeof variable, "--%s", name);
    return reason_set(parser->source.why, CODE_USAGE, "%s: is %lld, but there are only %zu operands",
                      variable, (long long)parser->options->min_targets, operands);
}

static bool check_once(const struct parser *parser)
{
    const struct retry_policy *retry = &parser->options->retry;

    return !retry->once || retry->stable == 0 ||
           reason_set(parser->source.why, CODE_USAGE,
                      "--once: cannot be combined with --stable, which needs several attempts");
}

/* After a usage error: reads the variables that say how the error is reported. */
static void parse_reporting(struct parser *parser)
{
    static const char *const names[] = {"termination-log", "log-format"};
    struct reason ignored, *why = parser->source.why;

    parser->source.why = &ignored;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t index = find_name(parser->tool, names[i], strlen(names[i]));
        const struct option *row = options_row(parser->tool, index);
        if (row && parser->given[index] == GIVEN_NOT)
            parse_variable(parser, row, &parser->given[index]);
    }
    parser->source.why = why;
}

bool options_parse(const struct tool *tool, int argc, char **argv, char **environment, void *options,
                   struct reason *why)
{
    struct parser parser = {
        .tool = tool, .options = options, .source.why = why, .environment = variables_ours(environment)};

    memset(options, 0, tool->options_size);
    /* One more: the place of common rows that this tool does not have. */
    parser.given = xcalloc(row_count(tool) + 1, sizeof *parser.given);
    bool good = store_initials(&parser) && parse_arguments(&parser, argv + (argc > 0));
    if (good && !parser.options->help && !parser.options->version) {
        good = (!tool->runs_tools || tool->one_shot || parse_words_variable(&parser)) &&
               parse_variables(&parser);
        settle(&parser);
        good = good && check_min_targets(&parser) && check_once(&parser);
    }
    if (!good)
        parse_reporting(&parser);
    free(parser.environment);
    free(parser.given);
    return good;
}

void options_free(const struct tool *tool, void *options)
{
    for (size_t i = 0; i < tool->option_count; i++)
        if (tool->options[i].type == OPTION_LIST && !tool->options[i].stands_for)
            strings_clear((struct strings *)((char *)options + tool->options[i].offset));
    strings_clear(&((struct common_options *)options)->operands);
    strings_clear(&((struct common_options *)options)->words);
}
