/* Where the API server is, and what it is told and trusted by: the pod's service account, or what the options name. */
#ifndef WAIT_FOR_KUBE_CLUSTER_H
#define WAIT_FOR_KUBE_CLUSTER_H

#include "common/base/reason.h"
#include "common/http/headers.h"
#include "common/http/https.h"
#include "common/http/url.h"

#define CLUSTER_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

struct cluster_options {
    const char *server;     /* NULL: KUBERNETES_SERVICE_HOST and _PORT */
    const char *token_file; /* NULL: the service account's, over https */
    struct strings trust_stores;
    const char *account;     /* the folder CLUSTER_ACCOUNT, but for tests */
    const char *host, *port; /* values of the two variables; NULL: not set */
};

struct cluster {
    char *server; /* without a slash at its end */
    struct url url;
    char *token_file; /* NULL: none */
    struct headers_entry token;
    struct strings trust_stores;
};

/* False fills `why` (CODE_USAGE). cluster_free in either case. */
bool cluster_find(const struct cluster_options *options, struct cluster *cluster, struct reason *why);
void cluster_free(struct cluster *cluster);

#endif
