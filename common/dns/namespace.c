#include "common/dns/namespace.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/environment.h"
#include "common/base/file.h"

#include "common/base/banned.h"

enum { FILE_MAX = 4096 };

/* Copies `text` up to white space, if that is a DNS label (RFC 1123), as the name of a namespace is. */
static bool take(const char *text, char pod_namespace[NAMESPACE_TEXT])
{
    static const char label[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = strspn(text, label);

    if (length == 0 || length >= NAMESPACE_TEXT || text[length + strspn(text + length, " \r\n")] != '\0')
        return false;
    memcpy(pod_namespace, text, length);
    pod_namespace[length] = '\0';
    return true;
}

static bool take_file(const char *path, char pod_namespace[NAMESPACE_TEXT])
{
    struct buf content;
    struct reason ignored;

    buf_init(&content, FILE_MAX);
    bool taken = file_read(path, &content, NULL, &ignored) && take(content.data, pod_namespace);
    buf_free(&content);
    return taken;
}

static bool take_search_domain(const struct resolvconf *conf, char pod_namespace[NAMESPACE_TEXT])
{
    char first[HOSTNAME_SIZE];

    if (conf->domain_count == 0)
        return false;
    memcpy(first, conf->domains[0], sizeof first);
    char *dot = strchr(first, '.');
    if (!dot || strncmp(dot, ".svc.", 5) != 0)
        return false;
    *dot = '\0';
    return take(first, pod_namespace);
}

bool namespace_find(const char *file, const struct resolvconf *conf, char pod_namespace[NAMESPACE_TEXT],
                    struct reason *why)
{
    static const char *const variables[] = {"INITKIT_NAMESPACE", "POD_NAMESPACE"};

    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = environment_get(variables[i]);
        if (!value || *value == '\0')
            continue;
        if (take(value, pod_namespace))
            return true;
        return reason_set(why, CODE_USAGE,
                          "%s: \"%.100s\" is not a namespace: expected letters a-z, digits and hyphens",
                          variables[i], value);
    }
    if (!take_file(file, pod_namespace) && !take_search_domain(conf, pod_namespace))
        pod_namespace[0] = '\0';
    return true;
}
