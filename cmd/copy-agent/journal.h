/* What has gone wrong so far: the first trouble is the verdict's, the others are logged as they come. All threads may add. */
#ifndef COPY_AGENT_JOURNAL_H
#define COPY_AGENT_JOURNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"

struct journal {
    const char *target; /* DEST, as log lines name it */
    int64_t deadline;   /* of the run */
    pthread_mutex_t lock;
    struct reason first;
    atomic_uint troubles;
    atomic_bool give_up; /* nothing more can succeed: the volume is full or read-only */
};

void journal_begin(struct journal *journal, const char *target, int64_t deadline);
void journal_end(struct journal *journal);

/* Takes note of `why`. */
void journal_add(struct journal *journal, const struct reason *why);

/* The same for an errno: "PATH: DOING: ERROR", with a hint where there is one. ENOSPC and the like end the run. */
void journal_add_errno(struct journal *journal, const char *path, const char *doing, int error);

/* CODE_OK to go on; the signal's code, CODE_DEADLINE, or CODE_FAILED once nothing more can succeed. Cheap: it is asked
 * after every chunk and every path. */
enum code journal_halt(const struct journal *journal);

/* Fills `why` with what happened and returns its code, the halt's before any trouble's. `doing` is what a signal or the
 * deadline interrupted. CODE_OK leaves `why` alone. */
enum code journal_verdict(struct journal *journal, const char *doing, struct reason *why);

#endif
