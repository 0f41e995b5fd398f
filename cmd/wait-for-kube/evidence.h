/* Why a Service has no endpoints, and what a failed Job's pod reported: pure functions of the JSON of objects that no watch has. */
#ifndef WAIT_FOR_KUBE_EVIDENCE_H
#define WAIT_FOR_KUBE_EVIDENCE_H

#include <jansson.h>
#include <stdbool.h>

enum { EVIDENCE_TEXT = 240, EVIDENCE_SELECTOR = 512, EVIDENCE_TIME = 32 };

/* Zeroed at first. */
struct evidence {
    bool missing; /* the Service: a list does not have it */
    bool found;
    bool is_external; /* and it is of type ExternalName */
    char selector
        [EVIDENCE_SELECTOR]; /* of the Service: "app=db,tier=x"; empty: it has none, or one that is too long */
    bool pods_known;         /* those that the selector matches have been read */
    bool cut;                /* but not all of them */
    unsigned pods;
    char pod[EVIDENCE_TEXT];   /* the first one that is not ready, or the last one that failed: "db-0: …" */
    char ended[EVIDENCE_TIME]; /* when that one failed */
};

/* Adds a Service, if it is the one of that name. */
void evidence_add_service(struct evidence *evidence, const json_t *service, const char *name);

/* Adds a pod that the selector matches. */
void evidence_add_pod(struct evidence *evidence, const json_t *pod);

/* Adds a pod of a failed Job. */
void evidence_add_failed_pod(struct evidence *evidence, const json_t *pod);

/* Why the Service has too few endpoints: "selector app=db matches no pod". Empty: that is not known. */
void evidence_explain(const struct evidence *evidence, char text[EVIDENCE_TEXT]);

#endif
