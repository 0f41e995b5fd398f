/* One operand, KIND/NAME or KIND with --selector, and the attempts at it: each is a look at what the watcher knows. */
#ifndef WAIT_FOR_KUBE_CLAIM_H
#define WAIT_FOR_KUBE_CLAIM_H

#include "cmd/wait-for-kube/inquiry.h"
#include "cmd/wait-for-kube/watcher.h"
#include "common/run/wait.h"

/* The same for all operands of a run. */
struct claim_plan {
    struct watcher_plan watcher;
    unsigned min_objects, min_endpoints;
    int64_t patience;          /* milliseconds before it is found out why a Service is not ready */
    struct inquiry *inquiries; /* CLAIM_INQUIRIES, shared by all operands */
};

enum { CLAIM_FOUND = 64, CLAIM_INQUIRIES = 2 };

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
    const char *about;       /* of what was judged: the object whose state more can be said of; NULL: none */
    size_t ready;            /* endpoints of a Service */
    bool pending;            /* an attempt waits for the watcher's list, or for `inquiry` */
    int64_t deadline;        /* of the attempt */
    struct loop_timer limit;

    struct inquiry *inquiry; /* under way for `outcome` and `why`; NULL: none */
    enum outcome outcome;
    struct reason why;
    int64_t look_at;           /* when the next one may begin; 0: not known yet */
    char words[EVIDENCE_TEXT]; /* what the last one found, of a Service with `words_for` ready endpoints */
    size_t words_for;
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
