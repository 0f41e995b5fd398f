#include "cmd/fetch-config/checksum.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/file.h"

#include "common/banned.h"

static const char digits[] = "0123456789abcdefABCDEF";

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool checksum_find(char *text, const char *name, char hex[SPOOL_DIGEST])
{
    size_t lines = 0;
    bool named = false;
    char *line;

    hex[0] = '\0';
    while ((line = file_next_line(&text))) {
        const char *rest = line + strspn(line, digits);
        if (rest - line != SPOOL_DIGEST - 1 || (*rest != '\0' && *rest != ' ' && *rest != '\t'))
            continue;
        rest += strspn(rest, " \t*");
        bool matches = strcmp(last_part(rest), name) == 0;
        lines++;
        if (!matches && (named || lines > 1))
            continue;
        named = named || matches;
        memcpy(hex, line, SPOOL_DIGEST - 1);
        hex[SPOOL_DIGEST - 1] = '\0';
    }
    return named || lines == 1;
}
