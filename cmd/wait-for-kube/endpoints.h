/* The ready endpoints of a Service, each counted once, in however many EndpointSlices it is.
 * https://kubernetes.io/docs/reference/kubernetes-api/discovery/endpoint-slice-v1/ */
#ifndef WAIT_FOR_KUBE_ENDPOINTS_H
#define WAIT_FOR_KUBE_ENDPOINTS_H

#include <jansson.h>
#include <stdint.h>

enum { ENDPOINTS_SLICE = 1000 }; /* of a slice: the API allows no more */

/* A hash of each endpoint: of the pod behind it, else of its address. Two with the same hash count once, which is stricter. */
struct endpoints {
    uint64_t *hashes; /* owned; NULL: none */
    size_t count;
};

/* Replaces `ready` by the ready endpoints of a slice. */
void endpoints_read(const json_t *slice, struct endpoints *ready);

/* How many different ones there are. Sorts them. */
size_t endpoints_count(struct endpoints *all);

/* Adds those of another slice. */
void endpoints_add(struct endpoints *all, const struct endpoints *more);

void endpoints_free(struct endpoints *endpoints);

#endif
