/* The main function of every tool that waits: command line, sandbox, targets, loop, verdict, exit code. The tool supplies what
 * differs. */
#ifndef COMMON_RUN_WAIT_TOOL_H
#define COMMON_RUN_WAIT_TOOL_H

#include "common/cli/options.h"
#include "common/files/sandbox.h"
#include "common/run/wait.h"

struct wait_tool {
    const struct tool *tool;
    size_t
        run_size; /* of the tool's own struct for a run: all zero at first, and its first member is a struct wait */
    /* Names what will be written; NULL: nothing. `options` is the tool's struct. */
    void (*allow)(const void *options, struct sandbox *sandbox);
    /* Asked after the tool's check_usage. Reads what the options name, adds the targets (wait_tool_add_targets), and sets what
     * `wait` lacks: in_flight_most, and whatever is not as wait_tool_main sets it. False fills `why`, which is then the verdict. */
    bool (*prepare)(struct wait *wait, void *options, struct reason *why);
    void (*start)(struct wait_target *target, int64_t deadline); /* see struct wait */
    void (*cancel)(struct wait_target *target, struct reason *doing);
    /* Releases what belongs to the tool, also if `prepare` came only half-way or was not asked; NULL: nothing. False: a thread
     * still uses the run. Then all of it stays in memory, as the process ends in a moment. */
    bool (*release)(struct wait *wait);
};

/* Runs the tool and returns its exit code. For `prepare`, `wait` has its loop, options, verdict, start and cancel, and `done` is
 * "ready". */
int wait_tool_main(const struct wait_tool *tool, int argc, char **argv);

/* For check_usage: says `missing` when there is no operand, and checks each one's form. `options` is the tool's struct, which
 * `check` is given. False fills `why` (CODE_USAGE), with the operand, without secrets, as a prefix. */
bool wait_tool_check_operands(const void *options, const char *missing,
                              bool (*check)(const void *options, const char *operand, struct reason *why),
                              struct reason *why);

/* The namespace with which an operand's form is checked: %n is something, whatever it is. */
#define WAIT_TOOL_ANY_NAMESPACE "n"

/* Adds a target of `size` bytes for each operand, in one array that begins at targets[0]. A target is all zero but for its name,
 * the operand without secrets, when `parse` reads the operand into it. If `parse` fails, `why` gets the target's name as a
 * prefix; the target counts, too, and has to be released. */
bool wait_tool_add_targets(struct wait *wait, size_t size,
                           bool (*parse)(struct wait *wait, struct wait_target *target, const char *operand,
                                         struct reason *why),
                           struct reason *why);

#endif
