/* A tool as one step of `initkit run`: what it gets from that process, and what it reports back.
 *
 * A step is a fork of the run. Its report lies in a page that both processes map, so that nothing has to be read in time, and what
 * a step reported last is there when it was killed. */
#ifndef COMMON_CLI_STEP_H
#define COMMON_CLI_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/cli/verdict.h"

/* What is known of a step at one time. */
struct step_words {
    bool final;           /* the verdict; else how it stands */
    enum code code;       /* of the verdict, before --warn-only makes it 0 */
    struct reason reason; /* of the verdict; an empty text: it has none */
    char line[VERDICT_LINE];
};

struct step_report {
    _Atomic uint32_t attempts; /* that have ended */
    _Atomic uint32_t edition;  /* of the words: its lowest bit names the copy that is whole */
    struct step_words words[2];
};

struct step {
    unsigned number;             /* from 1 */
    int64_t deadline;            /* of the run, see deadline.h */
    const char *termination_log; /* the run's own, which steps leave alone */
    struct step_report *report;
    int wake; /* an eventfd: written to when there is news */
};

/* From here on this process is that step, which must outlive it. */
void step_enter(const struct step *step);

/* The step that this process is; NULL: none. */
const struct step *step_current(void);

/* Reports how it stands, or the verdict. `reason` may be NULL. Does nothing in a process that is no step. */
void step_report_words(bool final, enum code code, const struct reason *reason, const char *line);

/* Counts an attempt that has ended. Does nothing in a process that is no step. */
void step_count_attempt(void);

/* For the run: the latest words of a step, which may be dead, or a liar: all text ends within its array. False while there
 * are none. */
bool step_read(const struct step_report *report, struct step_words *words);

#endif
