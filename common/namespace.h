/* The pod's namespace, which %n in a host name stands for. */
#ifndef COMMON_NAMESPACE_H
#define COMMON_NAMESPACE_H

#include "common/resolvconf.h"

enum { NAMESPACE_TEXT = 64 }; /* a DNS label */

#define NAMESPACE_FILE "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

/* From INITKIT_NAMESPACE, else POD_NAMESPACE, else `file`, else the first search domain of `conf` (may be NULL) where it has
 * the form NAMESPACE.svc.CLUSTER. Empty when it cannot be known; what is no DNS label is passed over. */
void namespace_find(const char *file, const struct resolvconf *conf, char namespace[NAMESPACE_TEXT]);

#endif
