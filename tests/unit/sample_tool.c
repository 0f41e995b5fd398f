#include "tests/unit/sample_tool.h"

#include <string.h>

static bool refuse_bad(const char *value, struct reason *why)
{
    return strcmp(value, "bad") != 0 || reason_set(why, CODE_USAGE, "expected something good");
}

#define AT(member) offsetof(struct sample_options, member)

static const char *const families[] = {"any", "4", "6", NULL};

static const struct option rows[] = {
    SWITCH("fast", fast, .letter = 'f', .help = "A switch"),
    OPTION("hold", "D", DURATION, hold, .letter = 'H', .initial = "50ms", .help = "A duration"),
    OPTION("limit", "S", SIZE, limit, .initial = "1Mi", .min = 1, .help = "A size"),
    OPTION("parts", "N", NUMBER, parts, .letter = 'p', .min = 1, .max = 5, .initial = "1",
           .help = "A number"),
    OPTION("share", "F", FACTOR, share, .min = 1, .max = 2, .initial = "1.5", .help = "A factor"),
    OPTION("family", "any|4|6", CHOICE, family, .choices = families, .initial = "any", .help = "A choice"),
    {.letter = '4', .stands_for = "family", .value = "4"},
    {.letter = '6', .stands_for = "family", .value = "6"},
    OPTION("send", "TEXT", TEXT, send, .check = refuse_bad, .help = "A text"),
    {.name = "transmit", .letter = 't', .stands_for = "send", .argument = "TEXT"},
    OPTION("expect", "TEXT", LIST, expect, .check = refuse_bad, .help = "A list"),
    OPTION("now", "D", DURATION, common.retry.stable, .no_variable = true, .help = "Only a flag"),
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "2s"}, {"interval", "50ms"},
    {"backoff", "1.1"}, {"max-interval", "1s"},    {NULL, NULL},
};

static const char *const examples[] = {"Try it", "wait-for-tcp mydb:3306", NULL};
static const char *const libraries[] = {"musl 1", "c-ares 2", NULL};

#define SAMPLE                                                                                               \
    .name = "wait-for-tcp", .operands = "TARGET...", .summary = "A sample",                                  \
    .description = "First paragraph.\n\nSecond paragraph, which is long enough to be broken into more than " \
                   "a single line of a hundred columns, as help does.",                                      \
    .examples = examples, .libraries = libraries, .options = rows,                                           \
    .option_count = sizeof rows / sizeof rows[0], .initials = initials,                                      \
    .options_size = sizeof(struct sample_options)

const struct tool sample_tool = {SAMPLE, .many_targets = true};

const struct tool sample_one_shot_tool = {SAMPLE, .one_shot = true};
