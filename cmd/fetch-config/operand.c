#include "cmd/fetch-config/operand.h"

#include <string.h>

#include "common/mem.h"
#include "common/publish.h"

#include "common/banned.h"

static bool begins_path(const char *text)
{
    return text[0] == '/' || strncmp(text, "./", 2) == 0 || strcmp(text, "-") == 0;
}

bool operand_split(const char *operand, char **url, const char **path)
{
    for (const char *at = operand + strlen(operand); at > operand; at--) {
        if (at[-1] != '=' || !begins_path(at))
            continue;
        *url = xstrndup(operand, (size_t)(at - operand) - 1);
        *path = at;
        return true;
    }
    return false;
}

const char *operand_path(const char *path)
{
    static const struct {
        const char *name, *path;
    } names[] = {
        {"/dev/stdout", "-"},
        {"/dev/fd/1", "-"},
        {"/proc/self/fd/1", "-"},
        {"/dev/fd/2", PUBLISH_STDERR},
        {"/proc/self/fd/2", PUBLISH_STDERR},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(path, names[i].name) == 0)
            return names[i].path;
    return path;
}
