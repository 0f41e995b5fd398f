/* The way from the roots of SOURCE and DEST down to a directory of the plan, one component after another and never through a
 * link, so that paths may be longer than PATH_MAX and nobody can lead the copy elsewhere. On deep trees only the lowest
 * directories stay open. */
#ifndef COPY_AGENT_DESCENT_H
#define COPY_AGENT_DESCENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/copy-agent/plan.h"

/* A directory of SOURCE and its counterpart in DEST. Both are closed when the last user lets go. */
struct folder {
    int source;
    int dest;    /* O_PATH: good for *at calls only; -1: there is none */
    bool hidden; /* within the staging directory: what is made in it has its final name at once */
    atomic_uint users;
    atomic_bool beside; /* the staging directory cannot serve it */
    atomic_bool swept;  /* of what killed runs left in it; see staging_beside */
    bool restores; /* nobody sets its mode in DEST at the end: what folder_unlock changed is taken back */
    atomic_uint locked; /* the mode before folder_unlock, and 1; 0: it was not needed */
};

struct folder *folder_new(int source, int dest);
struct folder *folder_hold(struct folder *folder);
void folder_release(struct folder *folder); /* NULL is fine */

/* Opens the folder's side in DEST for reading; -1 with errno. */
int folder_reopen_dest(struct folder *folder);

/* Lets its owner write into the folder's side in DEST, which a copy of a read-only directory does not; its mode is set again at the
 * end, or when the folder is released. False when that is not ours to do. */
bool folder_unlock(struct folder *folder);

enum descent_sides {
    DESCENT_BOTH,
    DESCENT_SOURCE, /* what DEST lacks is no error: its side is -1 then */
    DESCENT_DEST,   /* the source's side stays -1 */
};

struct descent {
    const struct plan *plan;
    enum descent_sides sides;
    struct rung *rungs; /* from the root; those far up are closed again */
    size_t count, capacity;
};

/* The roots stay the caller's. `dest` may be -1 with DESCENT_SOURCE. */
void descent_begin(struct descent *descent, const struct plan *plan, enum descent_sides sides, int source,
                   int dest);
void descent_end(struct descent *descent);

/* Opens the folder of a directory of the plan. It is valid until the next call; folder_hold keeps it longer. NULL with errno
 * when it cannot be opened. */
struct folder *descent_to(struct descent *descent, uint32_t directory);

#endif
