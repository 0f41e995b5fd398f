#include "common/dns/hosts.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/file.h"
#include "common/net/hostname.h"

#include "common/base/banned.h"

enum { FILE_MAX = 4 * 1024 * 1024 };

static const char blanks[] = " \t\f\v\r";

static void add(struct address found[HOSTS_ADDRESSES], size_t *count, const char *text, int family)
{
    struct address address;

    if (!address_parse(text, 0, &address) || (family != AF_UNSPEC && address_family(&address) != family))
        return;
    for (size_t i = 0; i < *count; i++)
        if (address_same(&found[i], &address))
            return;
    if (*count < HOSTS_ADDRESSES)
        found[(*count)++] = address;
}

/* Whether one of the names after the address is `name`. A trailing dot counts, as in libc. Puts a NUL after each name. */
static bool line_names(char *names, const char *name)
{
    while (*(names += strspn(names, blanks)) != '\0') {
        size_t length = strcspn(names, blanks);
        bool more = names[length] != '\0';
        names[length] = '\0';
        if (strcasecmp(names, name) == 0)
            return true;
        names += length + more;
    }
    return false;
}

size_t hosts_find(char *text, const char *name, int family, struct address found[HOSTS_ADDRESSES])
{
    size_t count = 0;
    char *line;

    while ((line = file_next_line(&text))) {
        line[strcspn(line, "#")] = '\0';
        line += strspn(line, blanks);
        size_t length = strcspn(line, blanks);
        if (line[length] == '\0' || !line_names(line + length, name))
            continue;
        line[length] = '\0';
        add(found, &count, line, family);
    }
    if (count == 0 && hostname_same("localhost", name)) {
        add(found, &count, "127.0.0.1", family);
        add(found, &count, "::1", family);
    }
    return count;
}

size_t hosts_lookup(const char *path, const char *name, int family, struct address found[HOSTS_ADDRESSES])
{
    struct buf content;
    struct reason ignored;

    buf_init(&content, FILE_MAX);
    if (!file_read(path, &content, NULL, &ignored))
        buf_clear(&content);
    size_t count = hosts_find(content.data, name, family, found);
    buf_free(&content);
    return count;
}
