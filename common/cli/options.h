/* What the user said: one table a tool, from which come parsing, --help, the environment twins, the README's table
 * and the man page. A flag beats the tool's own variable, that beats the shared one, that beats the default. */
#ifndef COMMON_CLI_OPTIONS_H
#define COMMON_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/log.h"
#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/retry.h"

/* What a row's offset points at. */
enum option_type {
    OPTION_SWITCH,   /* bool */
    OPTION_DURATION, /* int64_t, milliseconds, at least `min` */
    OPTION_SIZE,     /* int64_t, bytes, at least `min` */
    OPTION_NUMBER,   /* int64_t within `min` and `max` */
    OPTION_FACTOR,   /* double within `min` and `max` */
    OPTION_CHOICE,   /* int, an index into `choices` */
    OPTION_TEXT,     /* const char *, pointing into argv or the environment */
    OPTION_LIST,     /* struct strings; each value of a repeatable option */
};

/* A row: designated initialisers leave out what does not apply. */
struct option {
    const char *name;     /* long name without dashes */
    char letter;          /* short name, or 0 */
    const char *argument; /* how help calls the value; NULL for a switch */
    enum option_type type;
    size_t offset;              /* into the tool's options */
    const char *initial;        /* the default as a user would type it; NULL: zero, off, none */
    const char *help;           /* one sentence or two, no full stop at the end */
    const char *const *choices; /* NULL-terminated */
    /* Of a list: stands before each value in it, so that two rows may share a list and keep their order. */
    char mark;
    int64_t min, max;
    /* Of text: fills `why` when the value is invalid. */
    bool (*check)(const char *value, struct reason *why);
    bool no_variable;     /* only as a flag */
    bool empty_counts;    /* an empty variable is a value, not "unset" */
    bool begins_operands; /* the word is an operand itself, and so is all that follows it */
    /* This row is only another way to write --STANDS_FOR=VALUE; with a NULL value, an alias. */
    const char *stands_for;
    const char *value;
};

/* A row in one call: OPTION("hold", "D", DURATION, hold, .initial = "50ms", .help = "…"). The file that holds the table
 * defines AT(member), the offset in its tool's options. */
#define OPTION(long_name, value_name, kind, member, ...)                                            \
    {                                                                                               \
        .name = (long_name), .argument = (value_name), .type = OPTION_##kind, .offset = AT(member), \
        __VA_ARGS__                                                                                 \
    }
#define SWITCH(long_name, member, ...)                         \
    {                                                          \
        .name = (long_name), .offset = AT(member), __VA_ARGS__ \
    }

enum { OPTIONS_VARIABLE = 96 /* bytes of a variable's name */ };

/* The first member of every tool's options. */
struct common_options {
    struct retry_policy retry;
    int64_t min_targets;         /* 0: all */
    int log_format;              /* enum log_format */
    int log_level;               /* enum log_level */
    const char *termination_log; /* empty: off */
    int sandbox;                 /* enum sandbox_mode */
    bool warn_only;
    bool help, version;
    struct strings operands;
    struct strings words;                 /* of the variable that holds words, to which options may point */
    char operands_from[OPTIONS_VARIABLE]; /* the variable that they come from; empty: the command line */
};

/* A default of one of the common rows that is this tool's own. */
struct option_initial {
    const char *name, *initial;
};

struct tool {
    const char *name;
    const char *command;          /* as it is called, where that is not its name; NULL: it is */
    const char *operands;         /* as the usage line shows them */
    const char *summary;          /* one line, no full stop */
    const char *description;      /* paragraphs, separated by empty lines */
    const char *const *examples;  /* pairs: what for, command line; NULL-terminated */
    const char *const *libraries; /* "NAME VERSION", NULL-terminated */
    const struct option *options;
    size_t option_count;
    const struct option_initial *initials; /* terminated by a NULL name */
    size_t options_size;                   /* of the struct that the offsets point into */
    bool many_targets;                     /* takes --min-targets */
    bool judges_servers;                   /* ends with codes 20 to 29, too: TLS, HTTP, proxies */
    bool one_shot;                         /* waits for nothing: no time-outs, no retries, no --warn-only */
    bool one_attempt;                      /* tries nothing again: delays between attempts mean nothing */
    bool no_attempt; /* has none of its own: of the options about waiting, --timeout and --warn-only apply */
    bool runs_tools; /* what follows the first operand is not for it to understand */
};

/* What the tool is called in lines and documents. */
static inline const char *tool_shown(const struct tool *tool)
{
    return tool->command ? tool->command : tool->name;
}

/* Puts the operand, as target_show shows it, and the variable that it comes from before a text that refuses it. Returns false. */
bool options_refuse_operand(const struct common_options *options, const char *operand, struct reason *why);

/* Parses into `options`, of tool->options_size bytes, which it zeroes first. False fills `why`, which names the flag,
 * variable or operand and what was expected. --help and --version are taken at their word as soon as the arguments
 * make sense. Whatever came back, options_free releases what was allocated. */
bool options_parse(const struct tool *tool, int argc, char **argv, char **environment, void *options,
                   struct reason *why);
void options_free(const struct tool *tool, void *options);

/* The rows that apply to a tool in the order of its help: its own, then the common ones; NULL at the end. */
const struct option *options_row(const struct tool *tool, size_t index);

/* A value of an option of every tool that has choices, as a user says it. */
const char *options_choice(const char *name, int value);

/* Whether help and documents tell of a row. A common one that has nothing to do in this tool is taken, as by every tool, and
 * not told. */
bool options_tells(const struct tool *tool, const struct option *row);

/* The default that a row has in this tool; NULL when it has none. */
const char *options_initial(const struct tool *tool, const struct option *row);

#endif
