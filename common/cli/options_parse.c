/* Parses arguments and environment into the options of a tool: options_parse of options.h. */
#include "common/cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/cli/options_parser.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

enum {
    WARN_ONLY_TIMEOUT = 15000, /* milliseconds; a check with --warn-only must not delay the app for long */
};

static size_t row_count(const struct tool *tool)
{
    size_t count = 0;

    while (options_row(tool, count))
        count++;
    return count;
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
static bool parse_words_variable(struct options_parser *parser)
{
    struct common_options *options = parser->options;
    struct strings rest = options->operands;
    char name[VARIABLE_NAME];

    variable_name(NULL, parser->tool->name, name);
    const char *value = variable_value(parser->environment, name);
    if (!value || *value == '\0' || (rest.count > 0 && !options_begins_operands(parser->tool, rest.items[0])))
        return true;
    options->operands = (struct strings){0};
    char **arguments = split_words(value, &options->words);
    parser->in_variable = true;
    bool good = options_parse_words(parser, arguments);
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
static bool store_pieces(struct options_parser *parser, const struct option *row, const char *value,
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

static bool parse_variable(struct options_parser *parser, const struct option *row, enum options_given *given)
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

static bool parse_operands_variable(struct options_parser *parser)
{
    char name[VARIABLE_NAME];
    const char *value = variable_find(parser->environment, parser->tool->name, "targets", false, name);

    if (value)
        snprintf(parser->options->operands_from, sizeof parser->options->operands_from, "%s", name);
    return !value || store_pieces(parser, NULL, value, " \t\r\n\v\f");
}

static bool parse_variables(struct options_parser *parser)
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
static bool store_initials(struct options_parser *parser)
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

static enum options_given given(const struct options_parser *parser, const char *name)
{
    return parser->given[options_find(parser->tool, name, strlen(name))];
}

/* Adjusts defaults that depend on another option. */
static void settle(struct options_parser *parser)
{
    struct retry_policy *retry = &parser->options->retry;

    if (parser->options->warn_only && retry->timeout != 0 && given(parser, "timeout") == GIVEN_NOT)
        retry->timeout = WARN_ONLY_TIMEOUT;
    if (retry->max_interval < retry->interval && given(parser, "max-interval") == GIVEN_NOT)
        retry->max_interval = retry->interval;
}

static bool check_min_targets(const struct options_parser *parser)
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

static bool check_once(const struct options_parser *parser)
{
    const struct retry_policy *retry = &parser->options->retry;

    return !retry->once || retry->stable == 0 ||
           reason_set(parser->source.why, CODE_USAGE,
                      "--once: cannot be combined with --stable, which needs several attempts");
}

/* After a usage error: reads the variables that say how the error is reported. */
static void parse_reporting(struct options_parser *parser)
{
    static const char *const names[] = {"termination-log", "log-format"};
    struct reason ignored, *why = parser->source.why;

    parser->source.why = &ignored;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t index = options_find(parser->tool, names[i], strlen(names[i]));
        const struct option *row = options_row(parser->tool, index);
        if (row && parser->given[index] == GIVEN_NOT)
            parse_variable(parser, row, &parser->given[index]);
    }
    parser->source.why = why;
}

bool options_parse(const struct tool *tool, int argc, char **argv, char **environment, void *options,
                   struct reason *why)
{
    struct options_parser parser = {
        .tool = tool, .options = options, .source.why = why, .environment = variables_ours(environment)};

    memset(options, 0, tool->options_size);
    /* One more: the place of common rows that this tool does not have. */
    parser.given = xcalloc(row_count(tool) + 1, sizeof *parser.given);
    bool good = store_initials(&parser) && options_parse_words(&parser, argv + (argc > 0));
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
