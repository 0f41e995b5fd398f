/* The parts of walk.c, for each other. */
#ifndef COPY_AGENT_WALK_PARTS_H
#define COPY_AGENT_WALK_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "cmd/copy-agent/ancestors.h"
#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/inode_table.h"
#include "cmd/copy-agent/stamps.h"
#include "common/base/buf.h"
#include "common/files/listing.h"

/* A directory that has been seen and is still to be walked. */
struct pending {
    uint32_t parent;
    size_t name; /* offset in pending_names, which it ends */
    int rule;
    uint8_t action;
    bool out, closed; /* closed: it is another file system, which is not entered */
    mode_t mode;
};

struct walk {
    struct copy *copy;
    struct plan *plan;
    uint64_t block_size;
    struct inode_table inodes;
    struct ancestors ancestors; /* where links are followed */
    struct stamps stamps;
    struct pending *pending;
    size_t pending_count, pending_capacity;
    struct buf pending_names;
    struct buf path; /* below SOURCE, of what is looked at; kept only where patterns ask for it */
    bool keeps_path;
    const char *below; /* what is left of the only path that is copied; NULL: all is */
    struct listing listing;
};

/* One thing in a directory of SOURCE. */
struct entry {
    const char *name;
    const char *dest_name;
    uint32_t parent;
    int rule;
    struct stat source, present;
    bool is_present;
};

/* The path of `name` in the directory `parent`, or of that itself. The caller frees it. */
void walk_path(const struct walk *walk, uint32_t parent, const char *name, struct buf *path);

/* Notes an errno for it. */
void walk_note(const struct walk *walk, uint32_t parent, const char *name, const char *doing, int error);

/* Notes that it is listed in its directory and cannot be looked at. */
void walk_note_unseen(const struct walk *walk, const struct folder *folder, const struct entry *entry,
                      int error);

/* Warns of a device, a FIFO or a socket. */
void walk_warn_special(const struct walk *walk, const struct entry *entry);

/* plan_decide. Where only owner, mode or time differ, it may be the volume that keeps others than it was given. */
enum plan_action walk_decide(const struct walk *walk, const struct entry *entry, bool render);

/* Adds a file or symbolic link to the plan. */
void walk_add_file(struct walk *walk, const struct folder *folder, const struct entry *entry);

#endif
