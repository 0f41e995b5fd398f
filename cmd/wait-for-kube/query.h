/* The URLs of the Kubernetes API, put together. */
#ifndef WAIT_FOR_KUBE_QUERY_H
#define WAIT_FOR_KUBE_QUERY_H

#include <stdbool.h>

#include "common/base/buf.h"

enum { QUERY_MOST = 16 * 1024 }; /* bytes of a URL */

/* "/apis/batch/v1/namespaces/shop/jobs"; `namespace` NULL: in none. The caller frees it. */
char *query_path(const char *version, const char *namespace, const char *plural);

/* Adds NAME=VALUE, with VALUE encoded. False: there is no room. */
bool query_add(struct buf *out, const char *name, const char *value);

#endif
