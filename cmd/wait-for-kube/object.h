/* Whether an object is in the state that is waited for: a pure function of its JSON. */
#ifndef WAIT_FOR_KUBE_OBJECT_H
#define WAIT_FOR_KUBE_OBJECT_H

#include <jansson.h>
#include <stdbool.h>

#include "cmd/wait-for-kube/kinds.h"
#include "common/base/reason.h"

enum goal_kind {
    GOAL_DEFAULT, /* what a kind is usually waited for */
    GOAL_COMPLETE,
    GOAL_READY,
    GOAL_AVAILABLE,
    GOAL_EXISTS,
    GOAL_DELETED,
    GOAL_CONDITION,
    GOAL_JSON,
};

/* --for */
struct goal {
    enum goal_kind kind;
    char *name;   /* a condition's TYPE, or a POINTER */
    char *value;  /* STATUS, or VALUE; NULL: "True", or any value */
    json_t *json; /* VALUE read as JSON; NULL: it is none */
};

/* False fills `why` (CODE_USAGE). goal_free in either case. */
bool goal_parse(const char *text, struct goal *goal, struct reason *why);
void goal_free(struct goal *goal);

/* Whether the goal makes sense for the kind. False fills `why` (CODE_USAGE). */
bool goal_fits(const struct goal *goal, const struct kind *kind, struct reason *why);

enum { OBJECT_TEXT = 240 };

struct judged {
    enum outcome outcome;   /* ATTEMPT_FAIL: it will never be */
    char text[OBJECT_TEXT]; /* why it is not: "container app is waiting: ImagePullBackOff" */
};

void object_judge(enum kind_form form, const struct goal *goal, const json_t *object, struct judged *judged);

/* A string of the object; NULL: there is none. */
const char *object_text(const json_t *object, const char *pointer);

#endif
