/* Which files with several names have been met: hard links stay hard links. */
#ifndef COPY_AGENT_LINKS_H
#define COPY_AGENT_LINKS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct link_entry {
    dev_t device; /* overlayfs may give each layer a number of its own, so both are the key */
    ino_t inode;
    uint32_t node;    /* the first name's; 0: a free place, as the root is no file */
    ino_t dest_inode; /* of what DEST has under that name; 0: nothing */
};

struct links {
    struct link_entry *entries;
    size_t count, capacity;
};

/* The entry of `file`, its node 0 when it is new: then the caller fills node and dest_inode. Valid until the next call. */
struct link_entry *links_find(struct links *links, const struct stat *file);
void links_free(struct links *links);

#endif
