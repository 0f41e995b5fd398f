/* One operand, KIND/NAME or KIND with --selector, and the attempts at it: each is a look at what the watcher knows. */
#ifndef WAIT_FOR_KUBE_CLAIM_H
#define WAIT_FOR_KUBE_CLAIM_H

#include "cmd/wait-for-kube/watcher.h"
#include "common/run/wait.h"

/* The same for all operands of a run. */
struct claim_plan {
    struct watcher_plan watcher;
    unsigned min_objects, min_endpoints;
};

enum { CLAIM_FOUND = 64 };

struct claim {
    struct wait_target base;
    const struct claim_plan *plan;
    char *shown; /* "job/migrate"; owned */
    char *word;  /* "job"; owned */
    const struct kind *kind;
    struct kind own_kind; /* where it is none of the known ones */
    char *name;           /* NULL: all that the selector matches */
    struct watcher *watcher;
    char found[CLAIM_FOUND]; /* "3 objects" */
    bool pending;            /* an attempt waits for the watcher's first list */
    struct loop_timer limit;
};

/* The two halves of an attempt, as struct wait calls them. */
void claim_start(struct wait_target *target, int64_t deadline);
void claim_cancel(struct wait_target *target, struct reason *doing);

/* The watcher knows something new. */
void claim_look_again(struct claim *claim);

/* Judges by what is known: ATTEMPT_OK, or `why`. */
enum outcome claim_judge(struct claim *claim, struct reason *why);

void claim_free(struct claim *claim);

#endif
