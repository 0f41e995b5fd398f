#include "cmd/wait-for-file/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/banned.h"

enum { STACK = 64 * 1024 };

static void list_clear(struct crew_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

static void list_add(struct crew_list *list, struct crew_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct crew_job *list_take(struct crew_list *list)
{
    struct crew_job *job = list->first;

    list->first = job->next;
    if (!list->first)
        list->end = &list->first;
    return job;
}

/* --- on a thread --- */

/* NULL: the run is over. Called with the lock. */
static struct crew_job *crew_next(struct crew *crew)
{
    while (!crew->waiting.first && !crew->over)
        pthread_cond_wait(&crew->wanted, &crew->lock);
    if (crew->over)
        return NULL;
    crew->working++;
    return list_take(&crew->waiting);
}

static void crew_hand_back(struct crew *crew, struct crew_job *job)
{
    const uint64_t one = 1;

    list_add(&crew->done, job);
    while (write(crew->watch.fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void *crew_work(void *owner)
{
    struct crew *crew = owner;
    struct crew_job *job;

    pthread_mutex_lock(&crew->lock);
    while ((job = crew_next(crew))) {
        pthread_mutex_unlock(&crew->lock);
        job->work(job);
        pthread_mutex_lock(&crew->lock);
        crew->working--;
        crew_hand_back(crew, job);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* --- on the loop --- */

static void crew_on_event(void *owner, uint32_t events)
{
    struct crew *crew = owner;
    uint64_t count;

    (void)events;
    if (read(crew->watch.fd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
        return;
    pthread_mutex_lock(&crew->lock);
    struct crew_job *job = crew->done.first;
    list_clear(&crew->done);
    pthread_mutex_unlock(&crew->lock);
    while (job) {
        struct crew_job *next = job->next;
        crew->busy--;
        job->busy = false;
        job->on_done(job);
        job = next;
    }
}

bool crew_begin(struct crew *crew, struct loop *loop)
{
    *crew = (struct crew){.loop = loop};
    list_clear(&crew->waiting);
    list_clear(&crew->done);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->wanted, NULL);
    crew->watch = (struct loop_watch){
        .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .on_event = crew_on_event,
        .owner = crew,
    };
    return crew->watch.fd >= 0 && loop_watch_add(loop, &crew->watch, EPOLLIN);
}

/* Signals are the main thread's. */
static void crew_start_thread(struct crew *crew)
{
    pthread_attr_t attributes;
    sigset_t all, before;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&crew->members[crew->threads], &attributes, crew_work, crew) == 0)
        crew->threads++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

/* With a thread for each job that is under way, up to the most, none waits behind one that hangs. */
void crew_submit(struct crew *crew, struct crew_job *job)
{
    job->busy = true;
    crew->busy++;
    if (crew->threads < crew->busy && crew->threads < CREW_MOST)
        crew_start_thread(crew);
    if (crew->threads == 0)
        job->work(job);
    pthread_mutex_lock(&crew->lock);
    if (crew->threads == 0) {
        crew_hand_back(crew, job);
    } else {
        list_add(&crew->waiting, job);
        pthread_cond_signal(&crew->wanted);
    }
    pthread_mutex_unlock(&crew->lock);
}

bool crew_end(struct crew *crew)
{
    if (!crew->loop)
        return true; /* it never began */
    pthread_mutex_lock(&crew->lock);
    crew->over = true;
    bool all_idle = crew->working == 0;
    pthread_cond_broadcast(&crew->wanted);
    pthread_mutex_unlock(&crew->lock);
    if (!all_idle)
        return false;
    for (size_t i = 0; i < crew->threads; i++)
        pthread_join(crew->members[i], NULL);
    if (crew->watch.fd >= 0) {
        loop_watch_remove(crew->loop, &crew->watch);
        close(crew->watch.fd);
    }
    pthread_cond_destroy(&crew->wanted);
    pthread_mutex_destroy(&crew->lock);
    return true;
}
