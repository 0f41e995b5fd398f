#include "cmd/copy-agent/links.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FIRST_CAPACITY = 64 };

static struct link_entry *place(const struct links *links, dev_t device, ino_t inode)
{
    uint64_t hash = ((uint64_t)inode ^ ((uint64_t)device << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> 32) & (links->capacity - 1);

    while (links->entries[at].node != 0 &&
           (links->entries[at].inode != inode || links->entries[at].device != device))
        at = (at + 1) & (links->capacity - 1);
    return &links->entries[at];
}

static void grow(struct links *links)
{
    struct links larger = {.capacity = links->capacity ? links->capacity * 2 : FIRST_CAPACITY};

    larger.entries = xcalloc(larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < links->capacity; i++)
        if (links->entries[i].node != 0)
            *place(&larger, links->entries[i].device, links->entries[i].inode) = links->entries[i];
    larger.count = links->count;
    free(links->entries);
    *links = larger;
}

struct link_entry *links_find(struct links *links, const struct stat *file)
{
    if (links->count * 2 >= links->capacity)
        grow(links);
    struct link_entry *entry = place(links, file->st_dev, file->st_ino);
    if (entry->node == 0) {
        links->count++;
        entry->device = file->st_dev;
        entry->inode = file->st_ino;
    }
    return entry;
}

void links_free(struct links *links)
{
    free(links->entries);
    memset(links, 0, sizeof *links);
}
