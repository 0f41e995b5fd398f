/* The pod's namespace, which %n in a host name stands for. */
#ifndef COMMON_DNS_NAMESPACE_H
#define COMMON_DNS_NAMESPACE_H

#include <stdbool.h>

#include "common/base/reason.h"
#include "common/dns/resolvconf.h"

enum { NAMESPACE_TEXT = 64 }; /* a DNS label */

#define NAMESPACE_FILE "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

/* Finds the namespace in INITKIT_NAMESPACE, else POD_NAMESPACE, else `file`, else the first search domain of `conf` if it has
 * the form NAMESPACE.svc.CLUSTER. Empty when it is unknown. False (CODE_USAGE) when a variable contains an invalid
 * namespace. */
bool namespace_find(const char *file, const struct resolvconf *conf, char pod_namespace[NAMESPACE_TEXT],
                    struct reason *why);

#endif
