/* The names of a target and of its hidden files. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/files/directory.h"
#include "common/files/publish_parts.h"

#include "common/base/banned.h"

enum { NAME_WHOLE = 200, NAME_PART = 180 };

/* FNV-1a. */
static uint64_t hash(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return hash;
}

/* Does not cut within a UTF-8 character: some file systems refuse such names. */
static int name_part(const char *name)
{
    size_t length = NAME_PART;

    while (length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80)
        length--;
    return (int)length;
}

/* Leaves room for the prefix, the kind, and two numbers. */
void publish_prefix(const char *name, const char *kind, char prefix[PUBLISH_PREFIX])
{
    if (strlen(name) <= NAME_WHOLE)
        snprintf(prefix, PUBLISH_PREFIX, ".%s" PUBLISH_MARK "%s", name, kind);
    else
        snprintf(prefix, PUBLISH_PREFIX, ".%.*s~%016" PRIx64 PUBLISH_MARK "%s", name_part(name), name,
                 hash(name), kind);
}

const char *publish_name(const struct publish *publish)
{
    return directory_last_part(publish->path);
}
