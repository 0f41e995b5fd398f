/* The options of a tool, from one table: the parser, --help, the variables, the README's table and the man page are made from
 * it. A flag takes precedence over the tool's own variable, that over the shared variable, and that over the default. */
#ifndef COMMON_CLI_OPTIONS_H
#define COMMON_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/log.h"
#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/retry.h"

/* The type of the member at a row's offset. */
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

/* A row of the table. Use designated initialisers, and leave out what does not apply. */
struct option {
    const char *name;     /* long name without dashes */
    char letter;          /* short name, or 0 */
    const char *argument; /* the name of the value in help; NULL for a switch */
    enum option_type type;
    size_t offset;              /* into the tool's options */
    const char *initial;        /* the default as a user would type it; NULL: zero, off, none */
    const char *help;           /* one sentence or two, no full stop at the end */
    const char *const *choices; /* NULL-terminated */
    /* OPTION_LIST: put before each value, so that two rows may share one list and keep the order. */
    char mark;
    int64_t min, max;
    /* OPTION_TEXT, OPTION_LIST: false fills `why` when the value is invalid. */
    bool (*check)(const char *value, struct reason *why);
    bool no_variable;     /* it can be set by a flag only */
    bool empty_counts;    /* an empty variable is a value, not "unset" */
    bool begins_operands; /* this argument and all that follow it are operands */
    /* This row is short for --STANDS_FOR=VALUE; when `value` is NULL, it is another name of that option. */
    const char *stands_for;
    const char *value;
};

/* A row, short: OPTION("hold", "D", DURATION, hold, .initial = "50ms", .help = "…"). The file with the table defines
 * AT(member), the offset of a member in its struct of options. */
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
    struct strings words;                 /* from the variable with words; options may point into them */
    char operands_from[OPTIONS_VARIABLE]; /* the variable with the operands; empty: the command line */
};

/* The default that a common row has in this tool. */
struct option_initial {
    const char *name, *initial;
};

struct tool {
    const char *name;
    const char *command;          /* how it is called, if not by its name; else NULL */
    const char *operands;         /* as the usage line shows them */
    const char *summary;          /* one line, no full stop */
    const char *description;      /* paragraphs, separated by empty lines */
    const char *const *examples;  /* pairs: purpose, command line; NULL-terminated */
    const char *const *libraries; /* "NAME VERSION", NULL-terminated */
    const struct option *options;
    size_t option_count;
    const struct option_initial *initials; /* terminated by a NULL name */
    size_t options_size;                   /* of the struct that the offsets point into */
    /* Whether options and operands fit together, as far as they alone can tell: no file is looked at, which an earlier step of
     * `initkit run` may make; only the interface behind a % in an address must be there. `initkit run` asks before its first
     * step. False fills `why` (CODE_USAGE). `options` is the tool's struct. NULL: nothing to ask. */
    bool (*check_usage)(const void *options, struct reason *why);
    bool many_targets;   /* takes --min-targets */
    bool judges_servers; /* may exit with codes 20 to 29: TLS, HTTP, proxies */
    bool one_shot;       /* it never waits: no timeouts, no retries, no --warn-only */
    bool one_attempt;    /* it never retries: delays between attempts are not in its help */
    /* It makes no attempts itself: of the options about waiting, only --timeout and --warn-only apply. */
    bool no_attempt;
    bool runs_tools; /* it does not parse the arguments after the first operand */
};

/* The name of the tool in log lines and documents. */
static inline const char *tool_shown(const struct tool *tool)
{
    return tool->command ? tool->command : tool->name;
}

/* Puts the operand, as target_show returns it, and the variable that it comes from before the reason why it is refused. Returns
 * false. */
bool options_refuse_operand(const struct common_options *options, const char *operand, struct reason *why);

/* Parses into `options`, of tool->options_size bytes, which it zeroes first. False fills `why`, which names the flag, variable
 * or operand and what was expected. With --help or --version in valid arguments, variables are not read. Call options_free in
 * any case. */
bool options_parse(const struct tool *tool, int argc, char **argv, char **environment, void *options,
                   struct reason *why);
void options_free(const struct tool *tool, void *options);

/* The rows of a tool in the order of its help: its own, then the common ones; NULL after the last one. */
const struct option *options_row(const struct tool *tool, size_t index);

/* The text for a value of a common option with choices. */
const char *options_choice(const char *name, int value);

/* Whether a row is in the tool's help and documents. A common option without a meaning in this tool is accepted, but not in its
 * help. */
bool options_tells(const struct tool *tool, const struct option *row);

/* The default that a row has in this tool; NULL when it has none. */
const char *options_initial(const struct tool *tool, const struct option *row);

#endif
