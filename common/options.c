#include "common/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/units.h"

#include "common/banned.h"

enum {
    LONGEST_OPERANDS = 1024 * 1024,
    WARN_ONLY_TIMEOUT = 15000, /* milliseconds: a check that must not block the app */
};

static const char *const log_formats[] = {"text", "json", NULL};
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

#define AT(member) offsetof(struct common_options, member)

static const struct option common_rows[] = {
    {.name = "timeout",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(retry.timeout),
     .help = "Total time for the whole run; 0 = no limit"},
    {.name = "attempt-timeout",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(retry.attempt_timeout),
     .help = "Time for one attempt; 0 = only the whole run's limit"},
    {.name = "interval",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(retry.interval),
     .min = 1,
     .help = "Delay after the first failed attempt"},
    {.name = "backoff",
     .argument = "F",
     .type = OPTION_FACTOR,
     .offset = AT(retry.backoff),
     .min = 1,
     .max = 100,
     .help = "Each delay is F times the last, give or take 10 %"},
    {.name = "max-interval",
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(retry.max_interval),
     .min = 1,
     .help = "Longest delay between two attempts"},
    {.name = "once",
     .offset = AT(retry.once),
     .no_variable = true,
     .help = "A single attempt; its verdict is the run's"},
    {.name = "min-targets",
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(min_targets),
     .min = 1,
     .max = 1000000,
     .help = "This many of the operands are enough (default: all)"},
    {.name = "log-format",
     .argument = "text|json",
     .type = OPTION_CHOICE,
     .offset = AT(log_format),
     .choices = log_formats,
     .initial = "text",
     .help = "Form of the log lines on standard error"},
    {.name = "log-level",
     .argument = "error|warn|info|debug",
     .type = OPTION_CHOICE,
     .offset = AT(log_level),
     .choices = log_levels,
     .initial = "info",
     .help = "How much to say"},
    {.letter = 'q', .stands_for = "log-level", .value = "error"},
    {.letter = 'v', .stands_for = "log-level", .value = "debug"},
    {.name = "termination-log",
     .argument = "PATH",
     .type = OPTION_TEXT,
     .offset = AT(termination_log),
     .initial = "/dev/termination-log",
     .empty_counts = true,
     .help = "The reason's one line is written there if the file exists; empty = off"},
    {.name = "warn-only",
     .offset = AT(warn_only),
     .help =
         "Report the verdict as usual, but exit 0 for 1, 3, 20-29 and 124; makes the default --timeout 15s"},
    {.name = "help", .offset = AT(help), .no_variable = true, .help = "Print this help and exit"},
    {.name = "version",
     .offset = AT(version),
     .no_variable = true,
     .help = "Print the versions of this tool and of the libraries in it, and exit"},
};

enum { COMMON_ROWS = sizeof common_rows / sizeof common_rows[0] };

/* Where a value comes from, to name it when it will not do, and what has been said so far. */
struct parser {
    const struct tool *tool;
    struct common_options *options;
    struct reason *why;
    const char *source; /* "--timeout", "-H" or "INITKIT_TIMEOUT" */
    bool *given;        /* by a flag, for each row */
};

static bool row_applies(const struct tool *tool, const struct option *row)
{
    if (row->name && strcmp(row->name, "min-targets") == 0)
        return tool->many_targets;
    bool about_waiting = row->offset < AT(min_targets) || row->offset == AT(warn_only);
    return row->stands_for || !about_waiting || !tool->one_shot;
}

const struct option *options_row(const struct tool *tool, size_t index)
{
    if (index < tool->option_count)
        return &tool->options[index];
    index -= tool->option_count;
    for (size_t i = 0; i < COMMON_ROWS; i++)
        if (row_applies(tool, &common_rows[i]) && index-- == 0)
            return &common_rows[i];
    return NULL;
}

const char *options_initial(const struct tool *tool, const struct option *row)
{
    for (const struct option_initial *own = tool->initials; own && own->name; own++)
        if (row->name && strcmp(own->name, row->name) == 0)
            return own->initial;
    return row->initial;
}

static size_t row_count(const struct tool *tool)
{
    size_t count = 0;

    while (options_row(tool, count))
        count++;
    return count;
}

/* The row's index; the number of rows when there is none of that name. */
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

void options_variable(const char *tool, const char *option, char variable[OPTIONS_VARIABLE])
{
    snprintf(variable, OPTIONS_VARIABLE, "INITKIT_%s%s%s", tool ? tool : "", tool ? "_" : "", option);
    for (char *at = variable; *at != '\0'; at++) {
        if (*at == '-')
            *at = '_';
        else if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    }
}

static void list_add(struct option_list *list, const char *text, size_t length)
{
    /* The capacity is the count rounded up to a power of two. */
    if ((list->count & (list->count - 1)) == 0)
        list->items = xrealloc(list->items, (list->count ? 2 * list->count : 1) * sizeof(char *));
    list->items[list->count++] = xstrndup(text, length);
}

static void list_clear(struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    list->items = NULL;
    list->count = 0;
}

static bool refuse(struct parser *parser, const char *value, const char *expected)
{
    return reason_set(parser->why, CODE_USAGE, "%s: \"%.100s\" is not %s", parser->source, value, expected);
}

static bool store_switch(struct parser *parser, const char *value, bool *stored)
{
    *stored = strcmp(value, "true") == 0;
    return *stored || strcmp(value, "false") == 0 || refuse(parser, value, "true or false");
}

static bool store_number(struct parser *parser, const struct option *row, const char *value, int64_t *stored)
{
    char expected[96];

    if (units_parse_number(value, row->min, row->max, stored))
        return true;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)row->min,
             (long long)row->max);
    return refuse(parser, value, expected);
}

static bool store_duration(struct parser *parser, const struct option *row, const char *value,
                           int64_t *stored)
{
    if (!units_parse_duration(value, stored))
        return refuse(parser, value, "a duration such as 250ms, 2s or 1m30s");
    return *stored >= row->min || refuse(parser, value, "a duration above 0");
}

static bool store_size(struct parser *parser, const struct option *row, const char *value, int64_t *stored)
{
    if (units_parse_size(value, stored) && *stored >= row->min)
        return true;
    return refuse(parser, value, "a size such as 64Ki, 10Mi or 5M");
}

static bool store_factor(struct parser *parser, const struct option *row, const char *value, double *stored)
{
    char expected[96];

    if (units_parse_factor(value, (double)row->min, (double)row->max, stored))
        return true;
    snprintf(expected, sizeof expected, "a number such as 1.5, from %lld to %lld", (long long)row->min,
             (long long)row->max);
    return refuse(parser, value, expected);
}

static bool store_choice(struct parser *parser, const struct option *row, const char *value, int *stored)
{
    for (*stored = 0; row->choices[*stored]; ++*stored)
        if (strcmp(value, row->choices[*stored]) == 0)
            return true;
    return refuse(parser, value, row->argument);
}

static bool check_text(struct parser *parser, const struct option *row, const char *value)
{
    if (!row->check || row->check(value, parser->why))
        return true;
    reason_wrap(parser->why, "%s", parser->source);
    return false;
}

static bool store(struct parser *parser, const struct option *row, const char *value)
{
    void *at = (char *)parser->options + row->offset;

    switch (row->type) {
    case OPTION_SWITCH:
        return store_switch(parser, value, at);
    case OPTION_DURATION:
        return store_duration(parser, row, value, at);
    case OPTION_SIZE:
        return store_size(parser, row, value, at);
    case OPTION_NUMBER:
        return store_number(parser, row, value, at);
    case OPTION_FACTOR:
        return store_factor(parser, row, value, at);
    case OPTION_CHOICE:
        return store_choice(parser, row, value, at);
    case OPTION_TEXT:
        *(const char **)at = value;
        return check_text(parser, row, value);
    case OPTION_LIST:
        list_add(at, value, strlen(value));
        return check_text(parser, row, value);
    }
    return false;
}

/* Stores a flag's value, in the row that it stands for. */
static bool store_flag(struct parser *parser, size_t index, const char *value)
{
    const struct option *row = options_row(parser->tool, index);

    if (row->stands_for) {
        index = find_name(parser->tool, row->stands_for, strlen(row->stands_for));
        value = row->value ? row->value : value;
        row = options_row(parser->tool, index);
    }
    parser->given[index] = true;
    return store(parser, row, value);
}

/* Whether a row is followed by a value: an alias by the one of the row that it stands for. */
static bool takes_value(const struct tool *tool, const struct option *row)
{
    if (row->stands_for && row->value)
        return false;
    if (row->stands_for)
        row = options_row(tool, find_name(tool, row->stands_for, strlen(row->stands_for)));
    return row->type != OPTION_SWITCH;
}

/* "--name", "--name=value", "--name value"; *next is the argument behind it, taken when it is the value. */
static bool parse_long(struct parser *parser, const char *argument, char ***next)
{
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    const char *value = name[length] == '=' ? name + length + 1 : NULL;
    size_t index = find_name(parser->tool, name, length);
    const struct option *row = options_row(parser->tool, index);
    char source[OPTIONS_VARIABLE];

    if (!row)
        return reason_set(parser->why, CODE_USAGE, "%.100s: unknown option; see --help", argument);
    snprintf(source, sizeof source, "--%s", row->name);
    parser->source = source;
    if (!value && !takes_value(parser->tool, row))
        value = "true";
    if (!value && !(value = *(*next)))
        return reason_set(parser->why, CODE_USAGE, "%s: expects a value: %s", source,
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
            return reason_set(parser->why, CODE_USAGE, "-%c: unknown option; see --help", *letter);
        parser->source = source;
        if (!takes_value(parser->tool, row)) {
            if (!store_flag(parser, index, "true"))
                return false;
            continue;
        }
        if (letter[1] != '\0')
            return store_flag(parser, index, letter + 1);
        if (!**next)
            return reason_set(parser->why, CODE_USAGE, "-%c: expects a value", *letter);
        return store_flag(parser, index, *(*next)++);
    }
    return true;
}

static bool parse_arguments(struct parser *parser, char **next)
{
    struct option_list *operands = &parser->options->operands;
    bool options_end = false;

    while (*next) {
        const char *argument = *next++;
        if (options_end || argument[0] != '-' || argument[1] == '\0')
            list_add(operands, argument, strlen(argument));
        else if (strcmp(argument, "--") == 0)
            options_end = true;
        else if (argument[1] == '-' ? !parse_long(parser, argument, &next)
                                    : !parse_short(parser, argument, &next))
            return false;
    }
    return true;
}

/* The value of `name` in `environment`; NULL when it is not set. */
static const char *variable_value(char **environment, const char *name)
{
    size_t length = strlen(name);

    for (; environment && *environment; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment + length + 1;
    return NULL;
}

/* The tool's own variable or the shared one, whichever counts; its name goes into `name`. NULL when neither does. */
static const char *find_variable(char **environment, const char *tool, const char *option, bool empty_counts,
                                 char name[OPTIONS_VARIABLE])
{
    const char *prefixes[] = {tool, NULL};

    for (size_t i = 0; i < 2; i++) {
        options_variable(prefixes[i], option, name);
        const char *value = variable_value(environment, name);
        if (value && (*value != '\0' || empty_counts))
            return value;
    }
    return NULL;
}

/* A repeatable option has one value a line, the operands are separated by white space. */
static bool store_pieces(struct parser *parser, const struct option *row, const char *value,
                         const char *separators)
{
    while (*(value += strspn(value, separators)) != '\0') {
        size_t length = strcspn(value, separators);
        if (!row) {
            list_add(&parser->options->operands, value, length);
        } else {
            char *piece = xstrndup(value, length);
            bool stored = store(parser, row, piece);
            free(piece);
            if (!stored)
                return false;
        }
        value += length;
    }
    return true;
}

static bool parse_variables(struct parser *parser, char **environment)
{
    char name[OPTIONS_VARIABLE];
    const char *value;

    parser->source = name;
    for (size_t i = 0; options_row(parser->tool, i); i++) {
        const struct option *row = options_row(parser->tool, i);
        if (parser->given[i] || row->no_variable || row->stands_for)
            continue;
        value = find_variable(environment, parser->tool->name, row->name, row->empty_counts, name);
        if (!value)
            continue;
        parser->given[i] = true;
        if (row->type == OPTION_LIST ? !store_pieces(parser, row, value, "\r\n") : !store(parser, row, value))
            return false;
    }
    if (parser->options->operands.count > 0)
        return true;
    value = find_variable(environment, parser->tool->name, "targets", false, name);
    if (value && strnlen(value, LONGEST_OPERANDS) == LONGEST_OPERANDS)
        return reason_set(parser->why, CODE_USAGE, "%s: longer than %d bytes", name, LONGEST_OPERANDS);
    return !value || store_pieces(parser, NULL, value, " \t\r\n\v\f");
}

/* Defaults are in the table in the words of a user, so they take the same way as a user's. */
static bool store_initials(struct parser *parser)
{
    for (size_t i = 0; options_row(parser->tool, i); i++) {
        const struct option *row = options_row(parser->tool, i);
        const char *initial = options_initial(parser->tool, row);

        parser->source = row->name;
        if (initial && !store(parser, row, initial))
            return false;
    }
    return true;
}

static bool is_given(const struct parser *parser, const char *name)
{
    return parser->given[find_name(parser->tool, name, strlen(name))];
}

/* What hangs together: the defaults that another option moves. */
static void settle(struct parser *parser)
{
    struct retry_policy *retry = &parser->options->retry;

    if (parser->options->warn_only && retry->timeout != 0 && !is_given(parser, "timeout"))
        retry->timeout = WARN_ONLY_TIMEOUT;
    if (retry->max_interval < retry->interval && !is_given(parser, "max-interval"))
        retry->max_interval = retry->interval;
}

static bool check_together(const struct parser *parser)
{
    const struct common_options *options = parser->options;

    if (options->retry.max_interval < options->retry.interval)
        return reason_set(parser->why, CODE_USAGE, "--max-interval: is below --interval");
    if (options->min_targets > 0 && (size_t)options->min_targets > options->operands.count)
        return reason_set(parser->why, CODE_USAGE, "--min-targets: %lld of %zu operands cannot be",
                          (long long)options->min_targets, options->operands.count);
    return true;
}

bool options_parse(const struct tool *tool, int argc, char **argv, char **environment, void *options,
                   struct reason *why)
{
    struct parser parser = {.tool = tool, .options = options, .why = why};

    memset(options, 0, tool->options_size);
    parser.given = xcalloc(row_count(tool) + 1,
                           sizeof(bool)); /* the last is for rows that the tool does not have */
    bool good = store_initials(&parser) && parse_arguments(&parser, argv + (argc > 0));
    if (good && !parser.options->help && !parser.options->version) {
        good = parse_variables(&parser, environment);
        if (good) {
            settle(&parser);
            good = check_together(&parser);
        }
    }
    free(parser.given);
    return good;
}

void options_free(const struct tool *tool, void *options)
{
    for (size_t i = 0; i < tool->option_count; i++)
        if (tool->options[i].type == OPTION_LIST && !tool->options[i].stands_for)
            list_clear((struct option_list *)((char *)options + tool->options[i].offset));
    list_clear(&((struct common_options *)options)->operands);
}

/* Every tool's options, generated from the tables by `make docs`, so that common/ need not know the tools. */
static const char *const known_variables[] = {
#include "common/variables.inc"
};

static bool is_known(const char *name, size_t length)
{
    static const char *const prefixes[] = {"SERVICE_",
                                           "PORT_"}; /* Kubernetes, for a Service called initkit */
    static const char *const names[] = {"NAMESPACE", "TARGETS", "PORT"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(name, names[i], length) == 0)
            return true;
    for (size_t i = 0; i < sizeof known_variables / sizeof known_variables[0]; i++)
        if (strlen(known_variables[i]) == length && strncmp(name, known_variables[i], length) == 0)
            return true;
    return false;
}

void options_unknown_variables(char **environment, void (*warn)(const char *name))
{
    static const char prefix[] = "INITKIT_";
    char name[OPTIONS_VARIABLE];

    for (; environment && *environment; environment++) {
        if (strncmp(*environment, prefix, sizeof prefix - 1) != 0)
            continue;
        const char *rest = *environment + sizeof prefix - 1;
        if (is_known(rest, strcspn(rest, "=")))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*environment, "="), *environment);
        warn(name);
    }
}
