/* A step as a process: a fork of the run that becomes the tool, without another program being executed.
 *
 * Why no exec: the new process shares what the run has relocated already (0.4 MB with OpenSSL in it: four waits take 1.5 MiB of
 * memory where four programs take 2.7), starts a third faster, and needs no file that can still be opened. What confines a tool
 * (Landlock, RLIMIT_DATA) it takes on after the fork, so it holds for that step alone. The price: steps have the same memory
 * layout. */
#ifndef INITKIT_CHILD_H
#define INITKIT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmd/initkit/chain.h"
#include "common/base/reason.h"
#include "common/cli/options.h"
#include "common/cli/step.h"

enum child_state {
    CHILD_NEXT, /* not started */
    CHILD_RUNNING,
    CHILD_DONE,
    CHILD_FAILED,
};

struct child {
    const struct chain_step *plan;
    enum child_state state;
    pid_t pid;
    bool killed;      /* by the run, because it did not end */
    struct step step; /* what the tool knows of the run; its report is shared with it */
    enum code code;   /* of a child that has ended */
    /* Of one that failed without a verdict: it could not be started, or was killed. An empty text: see the verdict. */
    struct reason why;
    int64_t began, ended; /* see deadline.h */
};

/* What all steps get. */
struct child_surroundings {
    const struct common_options *options; /* the run's: some are the tools' defaults */
    int64_t deadline;
    int wake; /* an eventfd that is written to when a report has changed */
    int output; /* takes the place of standard error, and of standard output if that is the same terminal; -1: nothing does */
};

/* Memory for the reports of `count` children, which are zeroed. False with errno set. */
bool child_prepare(struct child *children, size_t count, const struct chain *chain);

/* Starts it. False fills child->why; it has failed then. */
bool child_start(struct child *child, const struct child_surroundings *surroundings);

/* Notes how it ended: `status` is from waitpid. */
void child_end(struct child *child, int status);

/* Sends a signal if it runs. */
void child_signal(struct child *child, int number);

/* Its latest words; child->why in place of them where that is set. */
void child_words(const struct child *child, struct step_words *words);

#endif
