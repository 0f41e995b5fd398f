#include "cmd/copy-agent/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/copy-agent/descent.h"
#include "cmd/copy-agent/new_directory.h"
#include "cmd/copy-agent/note.h"
#include "cmd/copy-agent/subtree.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum {
    QUEUE = 64, /* batches waiting; each keeps two descriptors open at most */
    BATCH = 32, /* files */
    STACK = 64 * 1024,
    SUBTREES = 16,      /* for each thread, so that all have something to do to the end */
    SUBTREE_LEAST = 32, /* entries */
    DESCRIPTORS = 256,  /* for the directories of subtrees, of all threads, by the pair */
    LEVELS_MOST = 16,
};

/* Some files of one directory; or, where `end` is `first`, a subtree in it. */
struct batch {
    struct folder *folder;
    uint32_t first, end;
};

struct transfer {
    struct copy *copy;
    struct staging *staging;
    bool small;
    uint32_t most;             /* entries of a subtree */
    unsigned levels;           /* of a subtree: each keeps two descriptors open */
    struct copy_thread *alone; /* the feeder copies by itself; NULL: threads do */
    pthread_mutex_t lock;
    pthread_cond_t more, less;
    struct batch queue[QUEUE];
    size_t head, count;
    size_t idle;      /* threads that wait for more */
    bool complete;    /* nothing will be added any more */
    unsigned numbers; /* given to threads */
};

/* --- the threads that copy --- */

static void work_on(struct copy_thread *thread, const struct batch *batch)
{
    const struct copy *copy = thread->copy;

    for (uint32_t i = batch->first; i < batch->end && journal_halt(&copy->journal) == CODE_OK; i++)
        if (subtree_wants(&copy->plan.nodes[i]))
            subtree_entry(thread, batch->folder, i);
    if (batch->first == batch->end && journal_halt(&copy->journal) == CODE_OK)
        subtree_transfer(thread, batch->folder, batch->first);
    folder_release(batch->folder);
}

/* False when there is nothing left to do. */
static bool take(struct transfer *transfer, struct batch *batch)
{
    pthread_mutex_lock(&transfer->lock);
    while (transfer->count == 0 && !transfer->complete) {
        transfer->idle++;
        pthread_cond_wait(&transfer->more, &transfer->lock);
        transfer->idle--;
    }
    bool any = transfer->count > 0;
    if (any) {
        *batch = transfer->queue[transfer->head];
        transfer->head = (transfer->head + 1) % QUEUE;
        transfer->count--;
        /* The feeder fills it up at one go: waking it for each batch costs more than the copying of small files. */
        if (transfer->count == QUEUE / 2 || transfer->count == 0)
            pthread_cond_signal(&transfer->less);
    }
    pthread_mutex_unlock(&transfer->lock);
    return any;
}

static void *run_thread(void *argument)
{
    struct transfer *transfer = argument;
    struct copy_thread thread;
    struct batch batch;

    pthread_mutex_lock(&transfer->lock);
    unsigned number = transfer->numbers++;
    pthread_mutex_unlock(&transfer->lock);
    copy_thread_begin(&thread, transfer->copy, transfer->staging, number, transfer->small);
    while (take(transfer, &batch))
        work_on(&thread, &batch);
    copy_thread_end(&thread);
    return NULL;
}

/* --- the thread that feeds them --- */

static void say_progress(struct transfer *transfer)
{
    struct copy *copy = transfer->copy;

    progress_say(&copy->progress, copy->progress_files, copy->plan.totals.work_files, copy->progress_bytes,
                 copy->plan.totals.work_bytes);
}

/* Waits for a signal on `condition`, at most until a progress line is due. */
static void wait_for(struct transfer *transfer, pthread_cond_t *condition)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 1;
    pthread_cond_timedwait(condition, &transfer->lock, &until);
    say_progress(transfer);
}

static void on_chunk(void *owner)
{
    say_progress(owner);
}

static void hand_over(struct transfer *transfer, struct folder *folder, uint32_t first, uint32_t end)
{
    struct batch batch = {folder_hold(folder), first, end};

    if (transfer->alone) {
        work_on(transfer->alone, &batch);
        say_progress(transfer);
        return;
    }
    pthread_mutex_lock(&transfer->lock);
    while (transfer->count == QUEUE)
        wait_for(transfer, &transfer->less);
    transfer->queue[(transfer->head + transfer->count) % QUEUE] = batch;
    transfer->count++;
    if (transfer->idle > 0)
        pthread_cond_signal(&transfer->more);
    pthread_mutex_unlock(&transfer->lock);
    say_progress(transfer);
}

/* The files of a directory come right behind it, before the directories in it. */
static void feed_files(struct transfer *transfer, uint32_t directory, struct folder *folder)
{
    const struct plan *plan = &transfer->copy->plan;
    uint32_t end = plan->nodes[directory].next, first = 0, wanted = 0, last = 0;

    for (uint32_t i = directory + 1; i < end && plan->nodes[i].kind != PLAN_DIRECTORY; i++) {
        if (!subtree_wants(&plan->nodes[i]))
            continue;
        if (wanted == BATCH) {
            hand_over(transfer, folder, first, last + 1);
            wanted = 0;
        }
        if (wanted++ == 0)
            first = i;
        last = i;
    }
    if (wanted > 0)
        hand_over(transfer, folder, first, last + 1);
}

static void feed_subtree(struct transfer *transfer, struct descent *descent, uint32_t directory)
{
    struct folder *parent = descent_to(descent, transfer->copy->plan.nodes[directory].parent);

    if (parent)
        hand_over(transfer, parent, directory, directory);
    else
        note_errno(transfer->copy, directory, "cannot be made", errno);
}

/* Returns the index to go on with. */
static uint32_t feed_directory(struct transfer *transfer, struct descent *descent, uint32_t directory)
{
    struct plan *plan = &transfer->copy->plan;
    struct plan_node *node = &plan->nodes[directory];
    bool make = node->action == PLAN_CREATE || node->action == PLAN_REPLACE;

    if (node->kind != PLAN_DIRECTORY)
        return directory + 1;
    if (node->out || node->action == PLAN_REFUSE || (!make && !node->busy))
        return node->next;
    if (node->action == PLAN_CREATE && subtree_fits(plan, directory, transfer->most, transfer->levels)) {
        feed_subtree(transfer, descent, directory);
        return node->next;
    }
    node->touched |= directory != PLAN_ROOT && (make || !transfer->copy->rules.leaves_directories);
    if (directory != PLAN_ROOT && make && !new_directory_make(transfer->copy, descent, directory))
        return node->next;
    if (!node->busy)
        return node->next;
    struct folder *folder = descent_to(descent, directory);
    if (!folder) {
        note_errno(transfer->copy, directory, "cannot be opened", errno);
        return node->next;
    }
    feed_files(transfer, directory, folder);
    return directory + 1;
}

static void feed(struct transfer *transfer)
{
    struct copy *copy = transfer->copy;
    struct descent descent;

    descent_begin(&descent, &copy->plan, DESCENT_BOTH, copy->source, copy->dest);
    for (uint32_t i = 0; i < copy->plan.count && journal_halt(&copy->journal) == CODE_OK;)
        i = feed_directory(transfer, &descent, i);
    descent_end(&descent);
}

/* --- both --- */

/* Signals are the main thread's: another would only be interrupted in its write. */
static bool start_thread(struct transfer *transfer, pthread_t *handle)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(handle, &attributes, run_thread, transfer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

static void complete(struct transfer *transfer)
{
    pthread_mutex_lock(&transfer->lock);
    while (transfer->count > 0)
        wait_for(transfer, &transfer->less);
    transfer->complete = true;
    pthread_cond_broadcast(&transfer->more);
    pthread_mutex_unlock(&transfer->lock);
}

/* One thread alone shares no descriptors, locks and wakes nobody: each call is cheaper. */
static void run_alone(struct transfer *transfer)
{
    struct copy_thread thread;

    copy_thread_begin(&thread, transfer->copy, transfer->staging, transfer->numbers, transfer->small);
    thread.content.on_chunk = on_chunk;
    thread.content.owner = transfer;
    transfer->alone = &thread;
    feed(transfer);
    transfer->alone = NULL;
    copy_thread_end(&thread);
}

static void run_threads(struct transfer *transfer, unsigned jobs)
{
    pthread_t *threads = xcalloc(jobs, sizeof *threads);
    unsigned started = 0;

    pthread_mutex_init(&transfer->lock, NULL);
    pthread_cond_init(&transfer->more, NULL);
    pthread_cond_init(&transfer->less, NULL);
    while (started < jobs && start_thread(transfer, &threads[started]))
        started++;
    if (started == 0) {
        run_alone(transfer);
    } else {
        feed(transfer);
        complete(transfer);
        for (unsigned i = 0; i < started; i++)
            pthread_join(threads[i], NULL);
    }
    pthread_cond_destroy(&transfer->less);
    pthread_cond_destroy(&transfer->more);
    pthread_mutex_destroy(&transfer->lock);
    free(threads);
}

static uint32_t choose_most(const struct copy *copy, unsigned jobs)
{
    uint32_t share = copy->plan.count / (jobs * SUBTREES);

    if (jobs == 1 || share > SUBTREE_MOST)
        return SUBTREE_MOST;
    return share > SUBTREE_LEAST ? share : SUBTREE_LEAST;
}

void transfer_tree(struct copy *copy, struct staging *staging, unsigned jobs, bool small)
{
    struct transfer *transfer = xcalloc(1, sizeof *transfer);

    transfer->copy = copy;
    transfer->staging = staging;
    transfer->small = small;
    transfer->most = choose_most(copy, jobs);
    transfer->levels = jobs < DESCRIPTORS / LEVELS_MOST ? LEVELS_MOST : DESCRIPTORS / jobs;
    transfer->numbers = 1; /* 0 is the slot of what follows */
    if (jobs > 1)
        run_threads(transfer, jobs);
    else
        run_alone(transfer);
    free(transfer);
}
