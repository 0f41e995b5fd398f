#include "common/cli/options.h"

#include <string.h>

#include "common/base/banned.h"

static const char *const log_formats[] = {"text", "json", NULL};
static const char *const sandbox_modes[] = {"auto", "off", NULL};
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

#define AT(member) offsetof(struct common_options, member)

static const struct option common_rows[] = {
    OPTION("timeout", "D", DURATION, retry.timeout, .help = "Total time for the whole run; 0 = no limit"),
    OPTION("attempt-timeout", "D", DURATION, retry.attempt_timeout,
           .help = "Time for one attempt; 0 = only the whole run's limit"),
    OPTION("interval", "D", DURATION, retry.interval, .min = 1,
           .help = "Delay after the first failed attempt"),
    OPTION("backoff", "F", FACTOR, retry.backoff, .min = 1, .max = 100,
           .help = "Each delay is F times the previous one, or up to 10 % shorter"),
    OPTION("max-interval", "D", DURATION, retry.max_interval, .min = 1,
           .help = "Longest delay between two attempts"),
    SWITCH("once", retry.once, .no_variable = true,
           .help = "Make a single attempt; its result is the result of the run"),
    OPTION("min-targets", "N", NUMBER, min_targets, .min = 1, .max = 1000000,
           .help = "How many of the operands are enough (default: all)"),
    OPTION("log-format", "text|json", CHOICE, log_format, .choices = log_formats, .initial = "text",
           .help = "Format of the log lines on standard error"),
    OPTION("log-level", "error|warn|info|debug", CHOICE, log_level, .choices = log_levels, .initial = "info",
           .help = "How much to log"),
    {.letter = 'q', .stands_for = "log-level", .value = "error"},
    {.letter = 'v', .stands_for = "log-level", .value = "debug"},
    OPTION(
        "termination-log", "PATH", TEXT, termination_log, .initial = "/dev/termination-log",
        .empty_counts = true,
        .help =
            "Write the reason, as one line, to this file if it exists and is not a symbolic link; empty = off"),
    OPTION(
        "sandbox", "auto|off", CHOICE, sandbox, .choices = sandbox_modes, .initial = "auto",
        .help =
            "Let the kernel refuse writes to all other paths than those named (Landlock, if the kernel has it)"),
    SWITCH(
        "warn-only", warn_only,
        .help =
            "Report the verdict as usual, but exit with 0 instead of 1, 3, 20-29 and 124; --timeout defaults to 15s"),
    SWITCH("help", help, .no_variable = true, .help = "Print this help and exit"),
    SWITCH("version", version, .no_variable = true,
           .help = "Print the versions of this tool and of the libraries in it, and exit"),
};

enum { COMMON_ROWS = sizeof common_rows / sizeof common_rows[0] };

static bool row_applies(const struct tool *tool, const struct option *row)
{
    if (row->name && strcmp(row->name, "min-targets") == 0)
        return tool->many_targets;
    bool about_attempts = row->offset < AT(min_targets) && row->offset != AT(retry.timeout);
    bool about_waiting = about_attempts || row->offset == AT(retry.timeout) || row->offset == AT(warn_only);
    if (row->stands_for)
        return true;
    return !(about_waiting && tool->one_shot) && !(about_attempts && tool->no_attempt);
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

bool options_tells(const struct tool *tool, const struct option *row)
{
    bool is_delay = row->offset == AT(retry.interval) || row->offset == AT(retry.backoff) ||
                    row->offset == AT(retry.max_interval);

    return row->stands_for || !is_delay || !tool->one_attempt;
}

const char *options_initial(const struct tool *tool, const struct option *row)
{
    for (const struct option_initial *own = tool->initials; own && own->name; own++)
        if (row->name && strcmp(own->name, row->name) == 0)
            return own->initial;
    return row->initial;
}

const char *options_choice(const char *name, int value)
{
    for (size_t i = 0; i < COMMON_ROWS; i++)
        if (common_rows[i].name && common_rows[i].choices && strcmp(common_rows[i].name, name) == 0)
            return common_rows[i].choices[value];
    return "";
}

bool options_refuse_operand(const struct common_options *options, const char *operand, struct reason *why)
{
    reason_wrap(why, "%s", operand);
    if (options->operands_from[0] != '\0')
        reason_wrap(why, "%s (white space separates operands)", options->operands_from);
    return false;
}
