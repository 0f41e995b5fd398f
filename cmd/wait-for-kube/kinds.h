/* The kinds of Kubernetes objects that are known by name. */
#ifndef WAIT_FOR_KUBE_KINDS_H
#define WAIT_FOR_KUBE_KINDS_H

#include <stdbool.h>

/* What there is to say about an object of the kind. */
enum kind_form {
    KIND_PLAIN, /* conditions, where it has any */
    KIND_POD,
    KIND_JOB,
    KIND_DEPLOYMENT,
    KIND_STATEFULSET,
    KIND_DAEMONSET,
    KIND_SERVICE, /* watched through its EndpointSlices */
    KIND_SECRET,  /* none of its values is shown */
    KIND_CLAIM,   /* of a volume */
    KIND_DEFINITION,
};

struct kind {
    const char *name;    /* "job" */
    const char *plural;  /* "jobs", as in a path */
    const char *alias;   /* "deploy"; may be NULL */
    const char *version; /* "v1", "batch/v1" */
    bool is_cluster;     /* in no namespace */
    enum kind_form form;
};

/* By name, plural or alias, whatever the letters' case; NULL: there is none. */
const struct kind *kinds_find(const char *word);

#endif
