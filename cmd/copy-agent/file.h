/* One path at a time: a file, a symbolic link or a further name of a file, made whole in the stage and renamed into place. */
#ifndef COPY_AGENT_FILE_H
#define COPY_AGENT_FILE_H

#include "cmd/copy-agent/content.h"
#include "cmd/copy-agent/copy.h"
#include "cmd/copy-agent/stage.h"

/* What one thread works with. */
struct file_worker {
    struct copy *copy;
    struct stage *stage;
    struct content content;
    unsigned number; /* of its slot in the stage */
    int slot;        /* -1: not opened yet, or it cannot be */
    bool slot_tried;
    bool slot_is_plain; /* what is made in it has the mode that was asked for: no default ACL */
    struct stat born;   /* whose temporaries in the slot are; st_nlink 0: not known yet */
    unsigned moved;     /* directories that were in the way */
};

void file_worker_begin(struct file_worker *worker, struct copy *copy, struct stage *stage, unsigned number,
                       bool small);
void file_worker_end(struct file_worker *worker);

/* Does what the plan says for a file or symbolic link in `folder`. Trouble goes to the journal. */
void file_transfer(struct file_worker *worker, struct folder *folder, uint32_t node);

/* Gives the file `leader` in `leader_folder`, which is in place, the name of `node` in `folder`, too. */
void file_link(struct file_worker *worker, const struct folder *leader_folder, uint32_t leader,
               struct folder *folder, uint32_t node);

#endif
