/* The steps of a chain as processes, from the first to the end of the last: started stage by stage, watched, and ended together. */
#ifndef INITKIT_SUPERVISE_H
#define INITKIT_SUPERVISE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/initkit/chain.h"
#include "cmd/initkit/child.h"
#include "common/cli/board.h"
#include "common/cli/options.h"
#include "common/cli/verdict.h"

struct supervisor {
    /* Set by the caller. */
    const struct chain *chain;
    const struct common_options *options; /* the run's */
    const struct verdict *verdict;

    struct child *children; /* one for each step */
    size_t done;            /* steps that ended with 0, or were forgiven */
    size_t running;
    const struct child *decided; /* what ended the run before its time; NULL: nothing has */
    int64_t began;               /* see deadline.h */
    struct child_surroundings surroundings;
    int child_signals; /* a signalfd of SIGCHLD */
    int64_t kill_at;   /* the steps that were ordered to end have until then; DEADLINE_NEVER: none was */
    struct board board;
    int output;    /* a pipe with what the steps write while the table is shown; -1: there is none */
    sigset_t mask; /* as it was before supervise_begin */
};

/* Before the first step. False fills `why`; supervise_end whatever came back. */
bool supervise_begin(struct supervisor *supervisor, struct reason *why);

/* Runs the steps. When it returns none of them is left, nor anybody's zombie. True: all are done. */
bool supervise_run(struct supervisor *supervisor);

/* Gives back what supervise_begin took: signals are as they were. */
void supervise_end(struct supervisor *supervisor);

#endif
