#include "cmd/wait-for-file/crew.h"

#include <sys/resource.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "tests/unit/suite.h"

enum { JOBS = 40 };

struct task {
    struct crew_job job;
    int pipe[2]; /* the work waits for its end; -1: for nothing */
    bool worked, done;
};

static struct crew crew;
static struct loop *loop;
static struct task tasks[JOBS];
static size_t left;

static struct task *task_of(struct crew_job *job)
{
    return (struct task *)job; /* its first member */
}

static void work(struct crew_job *job)
{
    struct task *task = task_of(job);
    char byte;

    if (task->pipe[0] >= 0 && read(task->pipe[0], &byte, 1) != 0)
        return;
    task->worked = true;
}

static void on_done(struct crew_job *job)
{
    ck_assert(!job->busy);
    task_of(job)->done = true;
    if (--left == 0)
        loop_quit(loop);
}

static void submit(struct task *task, bool hangs)
{
    *task = (struct task){.job = {.work = work, .on_done = on_done}, .pipe = {-1, -1}};
    if (hangs)
        ck_assert_int_eq(pipe(task->pipe), 0);
    crew_submit(&crew, &task->job);
}

static void begin(void)
{
    loop = loop_new();
    ck_assert(crew_begin(&crew, loop));
}

static void end(void)
{
    ck_assert(crew_end(&crew));
    loop_free(loop);
}

START_TEST(all_jobs_are_done)
{
    begin();
    left = JOBS;
    for (size_t i = 0; i < JOBS; i++)
        submit(&tasks[i], false);
    loop_run(loop);
    for (size_t i = 0; i < JOBS; i++)
        ck_assert(tasks[i].worked && tasks[i].done);
    ck_assert_uint_le(crew.threads, CREW_MOST);
    end();
}
END_TEST

START_TEST(one_that_hangs_keeps_no_other)
{
    begin();
    submit(&tasks[0], true);
    left = 1;
    submit(&tasks[1], false);
    loop_run(loop);
    ck_assert(tasks[1].done && !tasks[0].done);
    ck_assert(tasks[0].job.busy);
    ck_assert(!crew_end(&crew)); /* what it uses must stay */
    close(tasks[0].pipe[1]);
}
END_TEST

START_TEST(one_that_hung_is_handed_back_when_it_ends)
{
    begin();
    submit(&tasks[0], true);
    left = 1;
    close(tasks[0].pipe[1]);
    loop_run(loop);
    ck_assert(tasks[0].done && tasks[0].worked);
    end();
}
END_TEST

START_TEST(without_threads_it_is_done_at_once)
{
    struct rlimit before, none;

    if (geteuid() == 0)
        ck_assert_int_eq(setuid(65532), 0); /* root may start any number */
    begin();
    getrlimit(RLIMIT_NPROC, &before);
    none = (struct rlimit){0, before.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &none), 0);
    left = 1;
    submit(&tasks[0], false);
    ck_assert(tasks[0].worked && !tasks[0].done);
    loop_run(loop);
    ck_assert(tasks[0].done);
    ck_assert_uint_eq(crew.threads, 0);
    setrlimit(RLIMIT_NPROC, &before); /* the leak checker needs a thread */
    end();
}
END_TEST

START_TEST(what_never_began_ends)
{
    crew = (struct crew){0};
    ck_assert(crew_end(&crew));
}
END_TEST

SUITE("crew", all_jobs_are_done, one_that_hangs_keeps_no_other, one_that_hung_is_handed_back_when_it_ends,
      without_threads_it_is_done_at_once, what_never_began_ends)
