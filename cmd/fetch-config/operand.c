#include "cmd/fetch-config/operand.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/files/publish.h"

#include "common/base/banned.h"

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

/* Drops empty components and ".", in place. ".." stays: after a directory that does not exist it has no meaning. */
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

static char *join(const char *folder, const char *rest)
{
    struct buf path;

    buf_init(&path, SIZE_MAX / 2);
    buf_add_format(&path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, rest);
    return path.data;
}

/* The last component is only a name in its directory, even if it is a link: that is replaced, not followed. */
void operand_find_place(const char *path, bool whole, struct operand_place *place)
{
    char *folder = xstrdup(path);
    size_t length = strlen(folder);
    struct stat found = {0};
    char *real = NULL;
    bool there = false;

    while (length > 0 && folder[length - 1] == '/') /* "dir/" is "dir" */
        length--;
    do {
        while (length > 0 && folder[length - 1] != '/')
            length--;
        char kept = folder[length];
        folder[length] = '\0';
        there = stat(length > 0 ? folder : ".", &found) == 0;
        if (there && whole)
            real = realpath(length > 0 ? folder : ".", NULL);
        folder[length] = kept;
        while (!there && length > 0 && folder[length - 1] == '/')
            length--;
    } while (!there && length > 0);
    place->device = found.st_dev;
    place->inode = found.st_ino;
    place->rest = xstrdup(path + length);
    drop_empty_parts(place->rest);
    place->whole = whole ? join(real ? real : "", place->rest) : NULL;
    free(real);
    free(folder);
}

bool operand_same_place(const struct operand_place *one, const struct operand_place *other)
{
    return one->rest && other->rest && one->inode == other->inode && one->device == other->device &&
           strcmp(one->rest, other->rest) == 0;
}

/* Compares paths so that "/" sorts before all other bytes: a directory comes directly before what is below it. */
static int compare_places(const void *a, const void *b)
{
    const char *one = (*(const struct operand_place *const *)a)->whole;
    const char *other = (*(const struct operand_place *const *)b)->whole;

    while (*one != '\0' && *one == *other)
        one++, other++;
    if (*one == *other)
        return 0;
    if (*one == '/' || *other == '/')
        return *one == '/' ? *other == '\0' ? 1 : -1 : *one == '\0' ? -1 : 1;
    return (unsigned char)*one < (unsigned char)*other ? -1 : 1;
}

static bool is_below(const struct operand_place *place, const struct operand_place *upper)
{
    size_t length = strlen(upper->whole);

    return strncmp(place->whole, upper->whole, length) == 0 && place->whole[length] == '/';
}

size_t operand_find_nested(const struct operand_place **places, size_t count)
{
    qsort(places, count, sizeof(struct operand_place *), compare_places);
    for (size_t i = 1; i < count; i++)
        if (is_below(places[i], places[i - 1]))
            return i - 1;
    return count;
}

void operand_place_free(struct operand_place *place)
{
    free(place->whole);
    place->whole = NULL;
    free(place->rest);
    place->rest = NULL;
}
