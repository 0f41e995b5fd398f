/* Threads that look at paths for the loop: a look may hang in the kernel for as long as a network volume's server is gone, and then
 * neither the run's deadline nor a signal may wait for it. Threads that hang end with the process. */
#ifndef WAIT_FOR_FILE_CREW_H
#define WAIT_FOR_FILE_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/run/loop.h"

enum { CREW_MOST = 16 /* threads, and so looks at the same time */ };

struct crew_job {
    void (*work)(struct crew_job *job);    /* on a thread of the crew; touches nothing but the job's own */
    void (*on_done)(struct crew_job *job); /* from the loop */
    /* The crew's own. */
    struct crew_job *next;
    bool busy; /* from crew_submit until on_done is called */
};

struct crew_list {
    struct crew_job *first, **end;
};

struct crew {
    struct loop *loop;
    struct loop_watch watch; /* of an eventfd: there are jobs in `done` */
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct crew_list waiting, done;
    size_t threads;
    size_t busy;    /* jobs that were given and not handed back to on_done */
    size_t working; /* threads at a job */
    bool over;
    pthread_t members[CREW_MOST];
};

/* False fills errno. */
bool crew_begin(struct crew *crew, struct loop *loop);

/* Has the job done, soon; one that is busy must not be given again. Where no thread can be started it is done at once. */
void crew_submit(struct crew *crew, struct crew_job *job);

/* Ends the threads. False: some of them are still at a job, and what it uses must stay. */
bool crew_end(struct crew *crew);

#endif
