#include "cmd/wait-for-kube/query.h"

#include <curl/curl.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

char *query_path(const char *version, const char *namespace, const char *plural)
{
    struct buf path;

    buf_init(&path, QUERY_MOST);
    buf_add_format(&path, "/%s/%s", strchr(version, '/') ? "apis" : "api", version);
    if (namespace)
        buf_add_format(&path, "/namespaces/%s", namespace);
    buf_add_format(&path, "/%s", plural);
    return path.data;
}

bool query_add(struct buf *out, const char *name, const char *value)
{
    char *encoded = curl_easy_escape(NULL, value, 0);

    if (!encoded)
        mem_exhausted();
    bool fits = buf_add_format(out, "%s=%s", name, encoded);
    curl_free(encoded);
    return fits;
}
