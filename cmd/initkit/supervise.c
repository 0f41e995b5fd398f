#include "cmd/initkit/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/initkit/run_report.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/base/stop.h"

#include "common/base/banned.h"

enum {
    /* Milliseconds: */
    LAST_WORDS = 500, /* past the run's time, which the steps know: they end by themselves */
    PATIENCE = 10000, /* from SIGTERM to SIGKILL */
};

bool supervise_begin(struct supervisor *supervisor, struct reason *why)
{
    struct sigaction action = {.sa_handler = SIG_DFL}; /* ignored, children would leave no status */
    sigset_t children;

    supervisor->children = xcalloc(supervisor->chain->count, sizeof *supervisor->children);
    supervisor->began = deadline_now();
    supervisor->kill_at = DEADLINE_NEVER;
    supervisor->output = -1;
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, &supervisor->mask);
    supervisor->child_signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    supervisor->surroundings = (struct child_surroundings){
        .options = supervisor->options,
        .deadline = deadline_limit(supervisor->began, supervisor->options->retry.timeout),
        .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
        .output = -1,
    };
    if (supervisor->child_signals >= 0 && supervisor->surroundings.wake >= 0 &&
        child_prepare(supervisor->children, supervisor->chain->count, supervisor->chain))
        return true;
    reason_set(why, CODE_INTERNAL, "cannot prepare for the steps: %s", strerror(errno));
    if (errno == EPERM)
        reason_hint(why, "does a seccomp profile forbid it? examples/seccomp/initkit-run.json does not");
    return false;
}

static void close_output(struct supervisor *supervisor)
{
    if (supervisor->output >= 0)
        close(supervisor->output);
    if (supervisor->surroundings.output >= 0)
        close(supervisor->surroundings.output);
    supervisor->output = supervisor->surroundings.output = -1;
}

void supervise_end(struct supervisor *supervisor)
{
    close_output(supervisor);
    if (supervisor->child_signals >= 0)
        close(supervisor->child_signals);
    if (supervisor->surroundings.wake >= 0)
        close(supervisor->surroundings.wake);
    sigprocmask(SIG_SETMASK, &supervisor->mask, NULL);
    free(supervisor->children);
}

/* --- ends --- */

static void order_end(struct supervisor *supervisor, int number)
{
    if (supervisor->kill_at != DEADLINE_NEVER)
        return;
    supervisor->kill_at = deadline_after(deadline_now(), PATIENCE);
    for (size_t i = 0; i < supervisor->chain->count; i++)
        child_signal(&supervisor->children[i], number);
}

static void kill_all(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->chain->count; i++)
        child_signal(&supervisor->children[i], SIGKILL);
    supervisor->kill_at = deadline_after(deadline_now(), PATIENCE); /* nothing more can be done */
}

/* Without a verdict, from which --warn-only would have made the exit code 0: it could not be started, or was killed. */
static bool is_forgiven(const struct child *child)
{
    return child->plan->warn_only && (child->code == CODE_FAILED || child->code == CODE_INTERNAL);
}

static void note_end(struct supervisor *supervisor, struct child *child)
{
    if (child->state == CHILD_FAILED && is_forgiven(child)) {
        child->state = CHILD_DONE;
        run_report_forgiven(supervisor->chain, child);
    }
    if (child->state == CHILD_DONE)
        supervisor->done++;
}

/* PID 1 inherits processes that it never started: they are only taken away. */
static void reap(struct supervisor *supervisor)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR))
        for (size_t i = 0; i < supervisor->chain->count; i++)
            if (supervisor->children[i].state == CHILD_RUNNING && supervisor->children[i].pid == pid) {
                child_end(&supervisor->children[i], status);
                supervisor->running--;
                note_end(supervisor, &supervisor->children[i]);
            }
}

/* What ends after all were ordered to end has decided nothing. */
static void judge_ends(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->chain->count && supervisor->kill_at == DEADLINE_NEVER; i++) {
        if (supervisor->children[i].state != CHILD_FAILED)
            continue;
        supervisor->decided = &supervisor->children[i];
        order_end(supervisor, SIGTERM);
    }
}

/* --- on a terminal --- */

/* What steps write goes through a pipe while the table is shown: lines between its rows would tear it. Only this end must not
 * block: the other one is the steps' standard error. */
static void begin_board(struct supervisor *supervisor)
{
    int ends[2];

    supervisor->board = (struct board){.head = "step",
                                       .trying = "running",
                                       .count = supervisor->chain->count,
                                       .fill = run_report_row,
                                       .owner = supervisor};
    board_begin(&supervisor->board, supervisor->options);
    if (!supervisor->board.on)
        return;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        board_end(&supervisor->board);
        return;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    supervisor->output = ends[0];
    supervisor->surroundings.output = ends[1];
}

/* Whether what steps write can be taken now: into memory while the table is shown, then only as fast as the terminal takes it, so
 * that nothing gets lost. */
static bool can_take(const struct supervisor *supervisor)
{
    return supervisor->output >= 0 && (supervisor->board.on || stop_wait_writable(STDERR_FILENO, 0));
}

/* One piece. False when there is none. */
static bool take_piece(struct supervisor *supervisor)
{
    char bytes[STOP_CHUNK];
    ssize_t length = read(supervisor->output, bytes, sizeof bytes);

    if (length > 0)
        board_take(&supervisor->board, bytes, (size_t)length);
    return length > 0;
}

static void end_board(struct supervisor *supervisor)
{
    while (supervisor->output >= 0 && take_piece(supervisor))
        ; /* nobody writes any more */
    board_end(&supervisor->board);
    close_output(supervisor);
}

/* --- waiting --- */

static void drain(int fd)
{
    char bytes[1024];

    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

/* The next point in time at which something has to be done without an event. */
static int64_t next_due(const struct supervisor *supervisor)
{
    int64_t due = supervisor->kill_at;

    if (due == DEADLINE_NEVER && supervisor->surroundings.deadline != DEADLINE_NEVER)
        due = deadline_after(supervisor->surroundings.deadline, LAST_WORDS);
    return due;
}

static void wait_for_event(struct supervisor *supervisor)
{
    enum { CHILDREN, NEWS, STOP, OUTPUT };
    struct pollfd waits[] = {
        [CHILDREN] = {.fd = supervisor->child_signals, .events = POLLIN},
        [NEWS] = {.fd = supervisor->surroundings.wake, .events = POLLIN},
        /* It stays readable: it is watched until its signal has been passed on, not until the signal has come. */
        [STOP] = {.fd = supervisor->kill_at == DEADLINE_NEVER ? stop_descriptor() : -1, .events = POLLIN},
        [OUTPUT] = {.fd = can_take(supervisor) ? supervisor->output : -1, .events = POLLIN},
    };
    int64_t now = deadline_now(), left = deadline_left(next_due(supervisor), now);

    board_draw(&supervisor->board, now);
    if (supervisor->output >= 0 && left > BOARD_EVERY)
        left = BOARD_EVERY;
    if (poll(waits, sizeof waits / sizeof waits[0], left > INT_MAX ? INT_MAX : (int)left) <= 0)
        return;
    if (waits[CHILDREN].revents != 0)
        drain(supervisor->child_signals);
    if (waits[OUTPUT].revents != 0)
        take_piece(supervisor);
    if (waits[NEWS].revents != 0) {
        drain(supervisor->surroundings.wake);
        run_report_so_far(supervisor);
    }
}

static void act_on_time(struct supervisor *supervisor)
{
    if (stop_signal() != 0)
        order_end(supervisor, stop_signal());
    if (deadline_left(next_due(supervisor), deadline_now()) > 0)
        return;
    if (supervisor->kill_at != DEADLINE_NEVER)
        kill_all(supervisor);
    else
        order_end(supervisor, SIGTERM);
}

/* --- stages --- */

static bool goes_on(const struct supervisor *supervisor)
{
    return supervisor->kill_at == DEADLINE_NEVER && stop_signal() == 0 &&
           deadline_left(supervisor->surroundings.deadline, deadline_now()) > 0;
}

static void start_step(struct supervisor *supervisor, struct child *child)
{
    if (child_start(child, &supervisor->surroundings))
        supervisor->running++;
    else
        note_end(supervisor, child);
    judge_ends(supervisor);
}

static size_t start_stage(struct supervisor *supervisor, size_t first)
{
    size_t next = first;

    while (next < supervisor->chain->count &&
           supervisor->chain->steps[next].stage == supervisor->chain->steps[first].stage) {
        if (goes_on(supervisor))
            start_step(supervisor, &supervisor->children[next]);
        next++;
    }
    return next;
}

bool supervise_run(struct supervisor *supervisor)
{
    size_t next = 0;

    begin_board(supervisor);
    while (next < supervisor->chain->count && goes_on(supervisor)) {
        next = start_stage(supervisor, next);
        run_report_so_far(supervisor);
        while (supervisor->running > 0) {
            act_on_time(supervisor);
            wait_for_event(supervisor);
            reap(supervisor);
            judge_ends(supervisor);
        }
    }
    reap(supervisor);
    end_board(supervisor);
    return supervisor->done == supervisor->chain->count && stop_signal() == 0;
}
