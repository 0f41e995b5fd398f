/* What one copying thread works with: its place in the staging directory, its buffers, and how what it made gets its name. */
#ifndef COPY_AGENT_COPY_THREAD_H
#define COPY_AGENT_COPY_THREAD_H

#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/file_content.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/staging.h"

/* What has been done, as the report and the warnings count it. */
struct tally {
    uint64_t files, bytes, skipped, dropped, unkept;
};

struct copy_thread {
    struct copy *copy;
    struct staging *staging;
    struct file_content content;
    unsigned number; /* of its slot in the staging directory */
    int slot;        /* -1: not opened yet, or it cannot be */
    bool slot_tried;
    bool slot_is_plain; /* what is made in it has the mode that was asked for: no default ACL */
    struct stat born;   /* whose temporaries in the slot are; st_nlink 0: not known yet */
    struct metadata_refusals refusals; /* on the slot's file system */
    int trees; /* its directory in the staging directory for subtrees; -1: not opened, or it cannot be */
    bool trees_tried;
    struct tally tally; /* added to the copy's at the end */
    bool spoilt;        /* part of a file stays under its own name in a directory that is still hidden */
    unsigned moved;     /* directories that were in the way */
};

void copy_thread_begin(struct copy_thread *thread, struct copy *copy, struct staging *staging,
                       unsigned number, bool small);
void copy_thread_end(struct copy_thread *thread);

/* Its directory in the staging directory, opened when it is first wanted; -1 when that is not possible. */
int copy_thread_slot(struct copy_thread *thread);

/* Its other directory in the staging directory, where subtrees are made and any name is free; -1 when that is not possible. */
int copy_thread_trees(struct copy_thread *thread);

/* Renames what was made to the node's name. 0 or errno; EXDEV means that it has to be made in the folder itself. */
int copy_thread_place(struct copy_thread *thread, struct folder *folder, int directory, const char *temporary,
                      uint32_t node);

/* Whether a rename failed with what file systems answer that have none. */
bool copy_thread_lacks_rename(int error);

/* Where a name could not be given with EPERM: notes that what has it, or its directory, is immutable, if that is so. */
bool copy_thread_note_locked(const struct copy_thread *thread, const struct folder *folder, uint32_t node);

/* Notes an errno for a path of the plan; 0: `doing` is the whole message, SOURCE changed meanwhile. */
void copy_thread_note(const struct copy_thread *thread, uint32_t node, const char *doing, int error);

#endif
