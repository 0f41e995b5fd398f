#include "cmd/copy-agent/ancestors.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FIRST_CAPACITY = 16 };

struct ancestor {
    uint32_t node;
    dev_t device;
    ino_t inode;
};

static void push(struct ancestors *ancestors, uint32_t node, const struct stat *directory)
{
    if (ancestors->count == ancestors->capacity) {
        ancestors->capacity = ancestors->capacity ? ancestors->capacity * 2 : FIRST_CAPACITY;
        ancestors->items = xrealloc(ancestors->items, ancestors->capacity * sizeof *ancestors->items);
    }
    ancestors->items[ancestors->count++] = (struct ancestor){node, directory->st_dev, directory->st_ino};
}

bool ancestors_enter(struct ancestors *ancestors, uint32_t node, uint32_t parent,
                     const struct stat *directory)
{
    while (ancestors->count > 0 && ancestors->items[ancestors->count - 1].node != parent)
        ancestors->count--;
    for (size_t i = 0; i < ancestors->count; i++)
        if (ancestors->items[i].inode == directory->st_ino && ancestors->items[i].device == directory->st_dev)
            return false;
    push(ancestors, node, directory);
    return true;
}

void ancestors_free(struct ancestors *ancestors)
{
    free(ancestors->items);
    memset(ancestors, 0, sizeof *ancestors);
}
