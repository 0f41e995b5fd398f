#include "cmd/copy-agent/inode_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

enum { FIRST_CAPACITY = 64 };

static struct inode_entry *place(const struct inode_table *table, dev_t device, ino_t inode)
{
    uint64_t hash = ((uint64_t)inode ^ ((uint64_t)device << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (size_t)(hash >> 32) & (table->capacity - 1);

    while (table->entries[at].node != 0 &&
           (table->entries[at].inode != inode || table->entries[at].device != device))
        at = (at + 1) & (table->capacity - 1);
    return &table->entries[at];
}

static void grow(struct inode_table *table)
{
    struct inode_table larger = {.capacity = table->capacity ? table->capacity * 2 : FIRST_CAPACITY};

    larger.entries = xcalloc(larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < table->capacity; i++)
        if (table->entries[i].node != 0)
            *place(&larger, table->entries[i].device, table->entries[i].inode) = table->entries[i];
    larger.count = table->count;
    free(table->entries);
    *table = larger;
}

struct inode_entry *inode_table_find(struct inode_table *table, const struct stat *file)
{
    if (table->count * 2 >= table->capacity)
        grow(table);
    struct inode_entry *entry = place(table, file->st_dev, file->st_ino);
    if (entry->node == 0) {
        table->count++;
        entry->device = file->st_dev;
        entry->inode = file->st_ino;
    }
    return entry;
}

void inode_table_free(struct inode_table *table)
{
    free(table->entries);
    memset(table, 0, sizeof *table);
}
