/* Many targets on one loop, each with its own attempts, until enough of them are ready or the run ends otherwise.
 *
 * The tool brings the attempt: `start` begins one and returns at once, events follow on the loop, and when it is
 * over the tool calls wait_attempt_ended. An attempt prints nothing, never sleeps between tries and never passes its deadline.
 * Everything that is said is said here. */
#ifndef COMMON_RUN_WAIT_H
#define COMMON_RUN_WAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/cli/board.h"
#include "common/cli/options.h"
#include "common/cli/retry.h"
#include "common/cli/verdict.h"
#include "common/run/loop.h"

enum { WAIT_REPORTED = 4 /* reasons of a target that are remembered */ };

enum wait_phase {
    WAIT_SLEEPING, /* until `timer` */
    WAIT_QUEUED,   /* for a place among the attempts in flight */
    WAIT_TRYING,
    WAIT_READY,
    WAIT_FAILED,
};

/* One operand under way. The tool has it as the first member of its own struct and sets `name` and `found`; the rest is the
 * run's. */
struct wait_target {
    const char *name; /* as the user said it */
    const char
        *found; /* for its ready line: what answered; NULL: nothing to add. Set before the attempt ends */

    struct wait *wait;
    enum wait_phase phase;
    struct retry_state retry;
    struct loop_timer timer;
    struct reason reason; /* of the last attempt that failed; an empty text: none has */
    /* The last reasons that were reported (reason_hash); 0: none. One that comes and goes is not news each time: the heartbeat line
     * names the present one. */
    uint64_t reported[WAIT_REPORTED];
    unsigned reported_next;
    int64_t
        not_before; /* no other attempt until then, because the server asks for it; 0: as soon as it is due. The tool
                             sets it before the attempt ends */
    bool
        wants_time; /* the attempt ended because answers are slow: the next ones have more time, up to 8 times
                        and 30 s. The tool sets it before the attempt ends */
    int64_t began, lost_before; /* of the present attempt: when, and the loop's lost time then */
    int64_t worked_before;      /* this process's CPU time then, in milliseconds */
    unsigned doublings;         /* of an attempt's time */
    int64_t said;               /* when a line was last written about it */
    int64_t ended;              /* when it became ready or failed for good */
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
    size_t in_flight_most; /* attempts at the same time; see wait_capacity */
    /* Begins an attempt that has to end by `deadline`. */
    void (*start)(struct wait_target *target, int64_t deadline);
    /* Ends an attempt without a result and tells what it was doing ("connecting to 10.0.0.1"). */
    void (*cancel)(struct wait_target *target, struct reason *doing);
    /* Called once the condition holds, before the verdict is said; may be NULL. False fills `why`, the verdict then. */
    bool (*publish)(struct wait *wait, struct reason *why);
    /* Called whatever the verdict will be, before it is said; may be NULL. False fills `why`, the verdict then if it would
     * have been good. */
    bool (*conclude)(struct wait *wait, enum code code, struct reason *why);
    /* What a run that failed keeps in place of what it wanted, for the last line; the code is 0 then. NULL: nothing. May be
     * NULL; not called for signals. */
    const char *(*keep)(struct wait *wait);
    /* Milliseconds that attempts in flight have left once the run is lost, to say what is wrong with theirs; 0: all of their
     * own time, as with --once, where each target's attempt is the only one that it will ever have. */
    int64_t last_words;
    void *owner; /* for the tool */

    /* The run's own. */
    size_t in_flight;
    size_t ready;
    size_t failed;
    int64_t began;
    int64_t said; /* when a line for all targets was last written */
    struct wait_target *queue, *queue_tail;
    struct loop_timer limit, alive, kick, redraw;
    struct board board;
    const char *kept; /* what `keep` said */
};

/* How many attempts that need `descriptors` each fit into the limit of open files, which is raised as far as it
 * may be; at most `most`, at least 1. */
size_t wait_capacity(size_t descriptors, size_t most);

/* Runs until the end, says the verdict, and returns its exit code. */
int wait_run(struct wait *wait);

/* Its next attempt need not be waited for: something has changed. Nothing happens while one is under way, or none is to come. */
void wait_hurry(struct wait_target *target);

/* Called once for each start, from the loop or from within start; not after cancel. `why` may be NULL with ATTEMPT_OK. */
void wait_attempt_ended(struct wait_target *target, enum outcome outcome, const struct reason *why);

#endif
