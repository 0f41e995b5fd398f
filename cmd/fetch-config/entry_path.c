#include "cmd/fetch-config/entry_path.h"

#include <string.h>
#include <strings.h>

#include "cmd/fetch-config/extract_stage.h"

#include "common/base/banned.h"

/* In any case: on some volumes names that differ only in case are the same. */
static bool is_of_a_stage(const char *part)
{
    return strncasecmp(part, EXTRACT_STAGE_PREFIX, sizeof EXTRACT_STAGE_PREFIX - 1) == 0;
}

int entry_path(const char *path, size_t strip, char out[PATH_MAX], const char **problem)
{
    size_t length = 0, levels = 0;

    *problem = *path == '/' ? "has an absolute path" : NULL;
    while (*path != '\0' && !*problem) {
        size_t part = strcspn(path, "/");
        if (part == 2 && strncmp(path, "..", 2) == 0)
            *problem = "has a path with ..";
        else if (is_of_a_stage(path))
            *problem = "has a name that only fetch-config uses, " EXTRACT_STAGE_PREFIX;
        else if (length + part + 2 > PATH_MAX)
            *problem = "has a path that is too long";
        else if (part > 0 && !(part == 1 && *path == '.')) {
            if (++levels > ENTRY_PATH_LEVELS)
                *problem = "has a path of more than 256 levels";
            if (strip > 0) {
                strip--;
            } else {
                if (length > 0)
                    out[length++] = '/';
                memcpy(out + length, path, part);
                length += part;
            }
        }
        path += part + (path[part] == '/');
    }
    out[length] = '\0';
    return *problem ? -1 : length > 0;
}

bool entry_path_link_stays(const char *path, const char *target)
{
    long depth = 0;

    if (*target == '/' || *target == '\0')
        return false;
    for (const char *at = path; *at != '\0'; at++)
        depth += *at == '/';
    while (*target != '\0') {
        size_t part = strcspn(target, "/");
        if (part == 2 && strncmp(target, "..", 2) == 0)
            depth--;
        else if (part > 0 && !(part == 1 && *target == '.'))
            depth++;
        if (depth < 0)
            return false;
        target += part + (target[part] == '/');
    }
    return true;
}
