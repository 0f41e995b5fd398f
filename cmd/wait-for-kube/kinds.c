#include "cmd/wait-for-kube/kinds.h"

#include <stddef.h>
#include <strings.h>

#include "common/base/banned.h"

static const struct kind kinds[] = {
    {"job", "jobs", NULL, "batch/v1", false, KIND_JOB},
    {"pod", "pods", "po", "v1", false, KIND_POD},
    {"service", "services", "svc", "v1", false, KIND_SERVICE},
    {"deployment", "deployments", "deploy", "apps/v1", false, KIND_DEPLOYMENT},
    {"statefulset", "statefulsets", "sts", "apps/v1", false, KIND_STATEFULSET},
    {"daemonset", "daemonsets", "ds", "apps/v1", false, KIND_DAEMONSET},
    {"replicaset", "replicasets", "rs", "apps/v1", false, KIND_PLAIN},
    {"persistentvolumeclaim", "persistentvolumeclaims", "pvc", "v1", false, KIND_CLAIM},
    {"customresourcedefinition", "customresourcedefinitions", "crd", "apiextensions.k8s.io/v1", true,
     KIND_DEFINITION},
    {"configmap", "configmaps", "cm", "v1", false, KIND_PLAIN},
    {"secret", "secrets", NULL, "v1", false, KIND_SECRET},
    {"serviceaccount", "serviceaccounts", "sa", "v1", false, KIND_PLAIN},
    {"ingress", "ingresses", "ing", "networking.k8s.io/v1", false, KIND_PLAIN},
    {"cronjob", "cronjobs", "cj", "batch/v1", false, KIND_PLAIN},
    {"lease", "leases", NULL, "coordination.k8s.io/v1", false, KIND_PLAIN},
    {"namespace", "namespaces", "ns", "v1", true, KIND_PLAIN},
    {"node", "nodes", "no", "v1", true, KIND_PLAIN},
    {"persistentvolume", "persistentvolumes", "pv", "v1", true, KIND_PLAIN},
};

const struct kind *kinds_find(const char *word)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcasecmp(word, kinds[i].name) == 0 || strcasecmp(word, kinds[i].plural) == 0 ||
            (kinds[i].alias && strcasecmp(word, kinds[i].alias) == 0))
            return &kinds[i];
    return NULL;
}
