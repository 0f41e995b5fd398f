/* An attempt at one path: have it looked at by a thread, and judge what was seen. */
#ifndef WAIT_FOR_FILE_INSPECTION_H
#define WAIT_FOR_FILE_INSPECTION_H

#include "cmd/wait-for-file/condition.h"
#include "cmd/wait-for-file/crew.h"
#include "cmd/wait-for-file/look.h"
#include "cmd/wait-for-file/watch.h"
#include "common/run/wait.h"

/* The same for all paths of a run. */
struct inspection_plan {
    struct loop *loop;
    struct condition condition;
    struct crew crew;
    struct watch watch;
};

enum { INSPECTION_FOUND = 48 };

struct inspection {
    struct wait_target base;
    char *path; /* owned; what base.name points at */
    struct inspection_plan *plan;

    bool trying; /* an attempt is under way */
    int64_t deadline;
    int64_t lost; /* the loop's lost time that it accounts for */
    struct loop_timer timer;
    bool outdated;      /* something changed while it was looked at */
    struct look before; /* the last look that was judged */
    bool has_before;
    char found[INSPECTION_FOUND];

    /* The thread's, while the job is busy. */
    struct crew_job job;
    bool watches; /* begin to watch before the look */
    int watched[WATCH_EACH];
    struct look look;
};

/* Called once, before its attempts. `path` is copied; the caller frees inspection->path. */
void inspection_begin(struct inspection *inspection, struct inspection_plan *plan, const char *path,
                      size_t length);

/* The two halves of an attempt, as struct wait calls them. */
void inspection_start(struct wait_target *target, int64_t deadline);
void inspection_cancel(struct wait_target *target, struct reason *doing);

/* What watch_begin's callback named: if it is this path's, the next attempt comes at once. */
void inspection_note_change(struct inspection *inspection, int which);

#endif
