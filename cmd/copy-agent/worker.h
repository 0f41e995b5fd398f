/* What one copying thread works with: its place in the stage, its buffers, and how what it made gets its name. */
#ifndef COPY_AGENT_WORKER_H
#define COPY_AGENT_WORKER_H

#include "cmd/copy-agent/content.h"
#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/metadata.h"
#include "cmd/copy-agent/stage.h"

/* What has been done, as the report and the warnings count it. */
struct tally {
    uint64_t files, bytes, skipped, dropped, unkept;
};

struct worker {
    struct copy *copy;
    struct stage *stage;
    struct content content;
    unsigned number; /* of its slot in the stage */
    int slot;        /* -1: not opened yet, or it cannot be */
    bool slot_tried;
    bool slot_is_plain; /* what is made in it has the mode that was asked for: no default ACL */
    struct stat born;   /* whose temporaries in the slot are; st_nlink 0: not known yet */
    struct metadata_refusals refusals; /* on the slot's file system */
    int trees; /* its directory in the stage for subtrees; -1: not opened, or it cannot be */
    bool trees_tried;
    struct tally tally; /* added to the copy's at the end */
    bool spoilt;        /* part of a file stays under its own name in a directory that is still hidden */
    unsigned moved;     /* directories that were in the way */
};

void worker_begin(struct worker *worker, struct copy *copy, struct stage *stage, unsigned number, bool small);
void worker_end(struct worker *worker);

/* Its directory in the stage, opened when it is first wanted; -1 when that is not possible. */
int worker_slot(struct worker *worker);

/* Its other directory in the stage, where subtrees are made and any name is free; -1 when that is not possible. */
int worker_trees(struct worker *worker);

/* Renames what was made to the node's name. 0 or errno; EXDEV means that it has to be made in the folder itself. */
int worker_place(struct worker *worker, struct folder *folder, int directory, const char *temporary,
                 uint32_t node);

/* Whether a rename failed with what file systems answer that have none. */
bool worker_lacks_rename(int error);

/* Where a name could not be given with EPERM: notes that what has it, or its directory, is immutable, if that is so. */
bool worker_note_locked(const struct worker *worker, const struct folder *folder, uint32_t node);

/* Notes an errno for a path of the plan; 0: `doing` says it all, SOURCE changed meanwhile. */
void worker_note(const struct worker *worker, uint32_t node, const char *doing, int error);

#endif
