/* Where files grow until they are whole: a hidden directory inside DEST, so that the rename into place stays within one file
 * system. It is locked while its run lives; what killed runs have left is removed by the next one. */
#ifndef COPY_AGENT_STAGING_H
#define COPY_AGENT_STAGING_H

#include <pthread.h>
#include <stdbool.h>

#include "cmd/copy-agent/descent.h"
#include "common/files/litter.h"

#define STAGING_PREFIX ".initkit-copy-"
#define STAGING_FILE   "f" /* what the one file at a time is called in a slot */

/* STAGING_TREES and a thread's number are the number of its slot for subtrees. */
enum { STAGING_SLOTS = 65, STAGING_TREES = 100 };

struct staging {
    int dest;   /* DEST, the caller's */
    int folder; /* -1: not made yet, or it cannot be */
    int error;  /* why it cannot be; 0 */
    char name[LITTER_NAME];
    int64_t deadline; /* of the run */
    pthread_mutex_t lock;
};

void staging_begin(struct staging *staging, int dest, int64_t deadline);

/* Removes the staging directory and what is left in it, as far as there is time. */
void staging_end(struct staging *staging);

/* The staging directory, made when it is first wanted; -1 with errno when that is not possible. Any thread may ask. */
int staging_folder(struct staging *staging);

/* Makes and opens a directory in there for one thread's temporaries; the caller closes it. -1 with errno. */
int staging_slot(struct staging *staging, unsigned number);

/* For directories that the staging directory cannot serve, because something else is mounted there: a temporary in that directory
 * itself, 0600. Its name goes into `name`. Returns its descriptor, -1 with errno. */
int staging_beside(struct folder *folder, char name[LITTER_NAME]);

/* Removes what dead runs have left in DEST. Not being able to is no reason to fail. */
void staging_sweep(int dest, int64_t deadline);

/* How many hidden entries in DEST no live run owns: what could not be removed. 0 where that is not known. */
unsigned staging_count_litter(int dest);

/* Whether a name in DEST is a copy's own, of this run or another. */
bool staging_is_ours(const char *name);

#endif
