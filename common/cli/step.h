/* A tool as a step of `initkit run`: what the run gives to it, and what it reports to the run.
 *
 * A step is a fork of the run. It reports through a page that both processes map. So the step never waits for the run to read,
 * and its last report remains when it is killed. */
#ifndef COMMON_CLI_STEP_H
#define COMMON_CLI_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/cli/verdict.h"

/* The state of a step. */
struct step_words {
    bool final;           /* true: the verdict; false: the state so far */
    enum code code;       /* of the verdict, even if --warn-only makes the step exit with 0 */
    struct reason reason; /* of the verdict; an empty text: none */
    char line[VERDICT_LINE];
};

struct step_report {
    _Atomic uint32_t attempts; /* that have ended */
    _Atomic uint32_t edition;  /* of the words; its lowest bit is the index of the complete copy */
    struct step_words words[2];
};

struct step {
    unsigned number;             /* from 1 */
    int64_t deadline;            /* of the run, see deadline.h */
    const char *termination_log; /* of the run; steps do not write to it */
    struct step_report *report;
    int wake; /* an eventfd; the step writes to it after each report */
};

/* Makes this process a step. `step` must live as long as the process. */
void step_enter(const struct step *step);

/* The step that this process is; NULL when it is not a step. */
const struct step *step_current(void);

/* Reports the state so far, or the verdict. `reason` may be NULL. Does nothing in a process that is not a step. */
void step_report_words(bool final, enum code code, const struct reason *reason, const char *line);

/* Counts an attempt that has ended. Does nothing in a process that is not a step. */
void step_count_attempt(void);

/* For the run: the last report of a step, which may have been killed, or compromised: all text is terminated within its array.
 * False when there is none yet. */
bool step_read(const struct step_report *report, struct step_words *words);

#endif
