/* Which files with several names have been met: hard table stay hard table. */
#ifndef COPY_AGENT_INODE_TABLE_H
#define COPY_AGENT_INODE_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct inode_entry {
    dev_t device; /* overlayfs may give each layer a number of its own, so both are the key */
    ino_t inode;
    uint32_t node;    /* the first name's; 0: a free place, as the root is not a file */
    ino_t dest_inode; /* of what DEST has under that name; 0: nothing */
};

struct inode_table {
    struct inode_entry *entries;
    size_t count, capacity;
};

/* The entry of `file`, its node 0 when it is new: then the caller fills node and dest_inode. Valid until the next call. */
struct inode_entry *inode_table_find(struct inode_table *table, const struct stat *file);
void inode_table_free(struct inode_table *table);

#endif
