/* Finds out what the watch does not show, by a small list or two of its own: why a Service has too few endpoints, and what the pod
 * of a failed Job reported. What may not be read is left out. */
#ifndef WAIT_FOR_KUBE_INQUIRY_H
#define WAIT_FOR_KUBE_INQUIRY_H

#include "cmd/wait-for-kube/evidence.h"
#include "cmd/wait-for-kube/pieces.h"
#include "cmd/wait-for-kube/watcher.h"

/* What is asked for. */
enum inquiry_step {
    INQUIRY_NOTHING,
    INQUIRY_SERVICE, /* and then the pods that it selects */
    INQUIRY_PODS,
    INQUIRY_JOB, /* the Job's pods */
};

struct inquiry {
    /* Set by the owner. */
    const struct watcher_plan *plan;
    const char *namespace;
    void (*on_end)(void *owner); /* once, not within inquiry_start: `text` is there */
    void *owner;

    char text[EVIDENCE_TEXT]; /* what was found; empty: nothing */
    bool forbidden;           /* to read it all */

    enum inquiry_step step; /* INQUIRY_NOTHING: it is free */
    char name[WATCHER_NAME];
    int64_t deadline;
    struct evidence evidence;
    unsigned objects; /* of the present list */
    struct loop_timer timer;
    struct url url;
    struct strings headers;
    struct exchange exchange;
    struct pieces pieces;
};

/* Begins one about the Service or Job of that name. */
void inquiry_start(struct inquiry *inquiry, enum inquiry_step step, const char *name, int64_t deadline);

/* Ends it without on_end. */
void inquiry_cancel(struct inquiry *inquiry);

#endif
