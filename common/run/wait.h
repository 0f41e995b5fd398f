/* Waits for many targets on one loop, each with its own attempts, until enough of them are ready or the run ends.
 *
 * The tool supplies the attempts: `start` begins one and returns at once, its events are handled on the loop, and when it is
 * over the tool calls wait_attempt_ended. An attempt prints nothing, never sleeps between tries and never exceeds its deadline.
 * All lines are logged here. */
#ifndef COMMON_RUN_WAIT_H
#define COMMON_RUN_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/board.h"
#include "common/cli/options.h"
#include "common/cli/retry.h"
#include "common/cli/verdict.h"
#include "common/run/loop.h"

enum { WAIT_REPORTED = 4 /* the last reasons of a target that are remembered */ };

enum wait_phase {
    WAIT_SLEEPING, /* until `timer` is due */
    WAIT_QUEUED,   /* until an attempt may start: see in_flight_most */
    WAIT_TRYING,
    WAIT_READY,
    WAIT_FAILED,
};

/* One operand. The tool has it as the first member of its own struct. It sets `name`, and before an attempt ends `found`,
 * `not_before` and `wants_time`. */
struct wait_target {
    const char *name;  /* as the user wrote it */
    const char *found; /* what answered, for the ready line; NULL: nothing to add */

    struct wait *wait;
    enum wait_phase phase;
    struct retry_state retry;
    struct loop_timer timer;
    struct reason reason; /* of the last failed attempt; an empty text: none has failed */
    /* The last reasons that were reported (reason_hash); 0: none. A reason that comes and goes is reported once; after that,
     * only heartbeat lines name it. */
    uint64_t reported[WAIT_REPORTED];
    unsigned reported_next;
    int64_t not_before; /* the server asks for no other attempt until then; 0: it does not */
    bool wants_time;    /* answers are slow: the next attempts get more time, up to 8 times, at most 30 s */
    int64_t began, lost_before; /* when the current attempt began, and the lost time of the loop then */
    int64_t worked_before;      /* milliseconds of CPU time of the process then */
    unsigned doublings;         /* of the time of an attempt */
    int64_t said;               /* when a line about it was last logged */
    int64_t ended;              /* when it became ready or failed permanently */
    struct wait_target *next_queued;
};

struct wait {
    /* Set by the tool. */
    struct loop *loop;
    const struct common_options *options;
    const struct verdict *verdict;
    struct wait_target **targets;
    size_t count;
    const char *done;      /* "ready" or "gone" */
    size_t in_flight_most; /* attempts in parallel; see wait_capacity */
    /* Begins an attempt, which has to end by `deadline`. */
    void (*start)(struct wait_target *target, int64_t deadline);
    /* Ends an attempt without a result, and fills `doing` with what it was doing ("connecting to 10.0.0.1"). */
    void (*cancel)(struct wait_target *target, struct reason *doing);
    /* Called once the condition holds, before the verdict is reported; may be NULL. False fills `why`, which is then the
     * verdict. */
    bool (*publish)(struct wait *wait, struct reason *why);
    /* Called before any verdict is reported; may be NULL. False fills `why`, which is then the verdict if it would have been
     * good. */
    bool (*conclude)(struct wait *wait, enum code code, struct reason *why);
    /* Called when the run failed, but not for signals; may be NULL. Returns what the run keeps instead of the wanted result,
     * for the last line, and the exit code is 0 then. NULL: nothing. */
    const char *(*keep)(struct wait *wait);
    /* Milliseconds that attempts in flight have left once the run is lost, to find out what is wrong with their targets. 0: all
     * of their own time. With --once they always have it, since each target has only one attempt. */
    int64_t last_words;
    void *owner; /* for the tool */

    /* For wait_tool.c only. */
    struct strings names; /* the targets' */
    void *array;          /* the targets */

    /* For wait.c and its parts only. */
    size_t in_flight;
    size_t ready;
    size_t failed;
    int64_t began;
    int64_t said; /* when a line for all targets was last logged */
    struct wait_target *queue, *queue_tail;
    struct loop_timer limit, alive, kick, redraw;
    struct board board;
    const char *kept; /* what `keep` returned */
};

/* How many attempts with `descriptors` each fit into the limit of open files; at least 1, at most `most`. Raises the soft limit
 * to the hard limit. */
size_t wait_capacity(size_t descriptors, size_t most);

/* Runs until the end, reports the verdict, and returns its exit code. */
int wait_run(struct wait *wait);

/* Starts the next attempt now, because something has changed. Does nothing while an attempt is under way, or if there is no
 * next one. */
void wait_hurry(struct wait_target *target);

/* The tool calls it once for each `start`, from the loop or in `start` itself; not after `cancel`. `why` may be NULL with
 * ATTEMPT_OK. */
void wait_attempt_ended(struct wait_target *target, enum outcome outcome, const struct reason *why);

#endif
