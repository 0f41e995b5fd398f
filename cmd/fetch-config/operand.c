#include "cmd/fetch-config/operand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* Drops empty parts and ".", in place. ".." stays: behind what is not there it leads nowhere. */
static void drop_empty_parts(char *path)
{
    char *to = path;

    for (const char *at = path; *at != '\0';) {
        size_t part = strcspn(at, "/");
        if (part > 0 && !(part == 1 && *at == '.')) {
            if (to > path)
                *to++ = '/';
            memmove(to, at, part);
            to += part;
        }
        at += part + (at[part] == '/');
    }
    *to = '\0';
}

/* The last part is a name in its directory, whatever is there: a link is replaced, not followed. */
void operand_find_place(const char *path, struct operand_place *place)
{
    char *folder = xstrdup(path);
    size_t length = strlen(folder);
    struct stat found = {0};
    bool there = false;

    while (length > 0 && folder[length - 1] == '/') /* "dir/" is "dir" */
        length--;
    do {
        while (length > 0 && folder[length - 1] != '/')
            length--;
        char kept = folder[length];
        folder[length] = '\0';
        there = stat(length > 0 ? folder : ".", &found) == 0;
        folder[length] = kept;
        while (!there && length > 0 && folder[length - 1] == '/')
            length--;
    } while (!there && length > 0);
    place->device = found.st_dev;
    place->inode = found.st_ino;
    place->rest = xstrdup(path + length);
    drop_empty_parts(place->rest);
    free(folder);
}

bool operand_same_place(const struct operand_place *one, const struct operand_place *other)
{
    return one->rest && other->rest && one->inode == other->inode && one->device == other->device &&
           strcmp(one->rest, other->rest) == 0;
}

void operand_place_free(struct operand_place *place)
{
    free(place->rest);
    place->rest = NULL;
}
