#include "tests/unit/sample_tool.h"

#include <string.h>

static bool refuse_bad(const char *value, struct reason *why)
{
    return strcmp(value, "bad") != 0 || reason_set(why, CODE_USAGE, "expected something good");
}

#define AT(member) offsetof(struct sample_options, member)

static const char *const families[] = {"any", "4", "6", NULL};

static const struct option rows[] = {
    {.name = "fast", .letter = 'f', .offset = AT(fast), .help = "A switch"},
    {.name = "hold",
     .letter = 'H',
     .argument = "D",
     .type = OPTION_DURATION,
     .offset = AT(hold),
     .initial = "50ms",
     .help = "A duration"},
    {.name = "limit",
     .argument = "S",
     .type = OPTION_SIZE,
     .offset = AT(limit),
     .initial = "1Mi",
     .min = 1,
     .help = "A size"},
    {.name = "parts",
     .letter = 'p',
     .argument = "N",
     .type = OPTION_NUMBER,
     .offset = AT(parts),
     .min = 1,
     .max = 5,
     .initial = "1",
     .help = "A number"},
    {.name = "share",
     .argument = "F",
     .type = OPTION_FACTOR,
     .offset = AT(share),
     .min = 1,
     .max = 2,
     .initial = "1.5",
     .help = "A factor"},
    {.name = "family",
     .argument = "any|4|6",
     .type = OPTION_CHOICE,
     .offset = AT(family),
     .choices = families,
     .initial = "any",
     .help = "A choice"},
    {.letter = '4', .stands_for = "family", .value = "4"},
    {.letter = '6', .stands_for = "family", .value = "6"},
    {.name = "send",
     .argument = "TEXT",
     .type = OPTION_TEXT,
     .offset = AT(send),
     .check = refuse_bad,
     .help = "A text"},
    {.name = "transmit", .letter = 't', .stands_for = "send", .argument = "TEXT"},
    {.name = "expect",
     .argument = "TEXT",
     .type = OPTION_LIST,
     .offset = AT(expect),
     .check = refuse_bad,
     .help = "A list"},
    {.name = "now",
     .offset = AT(common.retry.stable),
     .type = OPTION_DURATION,
     .argument = "D",
     .no_variable = true,
     .help = "Only a flag"},
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
