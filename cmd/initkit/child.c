#include "cmd/initkit/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/stop.h"
#include "common/cli/variables.h"

#include "common/base/banned.h"

bool child_prepare(struct child *children, size_t count, const struct chain *chain)
{
    struct step_report *reports = mmap(NULL, count * sizeof *reports, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (reports == MAP_FAILED)
        return false;
    for (size_t i = 0; i < count; i++) {
        children[i].plan = &chain->steps[i];
        children[i].step = (struct step){.number = (unsigned)i + 1, .report = &reports[i]};
    }
    return true;
}

/* --- in the new process --- */

/* The run's choice is the tools' default, as a variable of all tools is. */
static void set_defaults(const struct common_options *options)
{
    const struct {
        const char *option;
        int value;
    } passed[] = {{"log-format", options->log_format},
                  {"log-level", options->log_level},
                  {"sandbox", options->sandbox}};
    char name[VARIABLE_NAME];

    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        variable_name(NULL, passed[i].option, name);
        setenv(name, options_choice(passed[i].option, passed[i].value), 1);
    }
}

static bool is_same_terminal(int a, int b)
{
    struct stat first, second;

    return fstat(a, &first) == 0 && fstat(b, &second) == 0 && S_ISCHR(first.st_mode) &&
           first.st_rdev == second.st_rdev;
}

static void redirect_output(int output)
{
    if (output < 0)
        return;
    if (is_same_terminal(STDOUT_FILENO, STDERR_FILENO))
        dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
}

/* Both stop signals are blocked until the descriptor that they make readable is this process's own. */
static _Noreturn void become_step(struct child *child, const struct child_surroundings *surroundings,
                                  pid_t parent, const sigset_t *mask)
{
    stop_renew();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) /* it died before that */
        raise(SIGTERM);
    sigprocmask(SIG_SETMASK, mask, NULL);
    log_redirect(NULL, NULL, NULL); /* to the run's table */
    redirect_output(surroundings->output);
    set_defaults(surroundings->options);
    step_enter(&child->step);
    exit(child->plan->tool->main(child->plan->argc, child->plan->argv));
}

/* --- in the run --- */

static bool fail_to_start(struct child *child, int trouble)
{
    child->state = CHILD_FAILED;
    child->ended = child->began;
    child->code = trouble == ENOMEM ? CODE_INTERNAL : CODE_FAILED;
    reason_set(&child->why, child->code, "cannot be started: %s", strerror(trouble));
    if (trouble == EAGAIN)
        reason_hint(&child->why,
                    "how many processes may the container have (pids limit of its cgroup, ulimit -u)?");
    else if (trouble == ENOMEM)
        reason_hint(&child->why, "raise the container's memory limit");
    else
        reason_hint(
            &child->why,
            "does a seccomp profile forbid new processes? examples/seccomp/initkit-run.json allows them");
    return false;
}

bool child_start(struct child *child, const struct child_surroundings *surroundings)
{
    pid_t parent = getpid();
    sigset_t blocked, before;

    child->step.deadline = surroundings->deadline;
    child->step.termination_log = surroundings->options->termination_log;
    child->step.wake = surroundings->wake;
    child->began = deadline_now();
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    child->pid = fork();
    if (child->pid == 0) {
        sigdelset(&before, SIGCHLD);
        become_step(child, surroundings, parent, &before);
    }
    int trouble = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child->pid < 0)
        return fail_to_start(child, trouble);
    child->state = CHILD_RUNNING;
    return true;
}

void child_signal(struct child *child, int number)
{
    if (child->state != CHILD_RUNNING)
        return;
    child->killed = number == SIGKILL;
    kill(child->pid, number);
}

static const char a_bug[] = "this is a bug: please report it";

static const struct {
    int number;
    const char *name, *hint;
} killers[] = {
    {SIGKILL, "SIGKILL",
     "was the container out of memory? raise its limit, or let fewer steps run at the same time (--then)"},
    {SIGSYS, "SIGSYS", "a seccomp profile forbids a system call: which one is in the node's audit log"},
    {SIGSEGV, "SIGSEGV", a_bug},
    {SIGBUS, "SIGBUS", a_bug},
    {SIGABRT, "SIGABRT", a_bug},
    {SIGILL, "SIGILL", a_bug},
    {SIGFPE, "SIGFPE", a_bug},
    {SIGTRAP, "SIGTRAP", a_bug},
};

static void note_signal(struct child *child, int number)
{
    child->code = CODE_INTERNAL;
    reason_set(&child->why, CODE_INTERNAL, "was killed by signal %d", number);
    for (size_t i = 0; i < sizeof killers / sizeof killers[0]; i++) {
        if (killers[i].number != number)
            continue;
        reason_set(&child->why, CODE_INTERNAL, "was killed by %s", killers[i].name);
        reason_hint(&child->why, "%s", killers[i].hint);
    }
    if (child->killed) {
        reason_set(&child->why, CODE_INTERNAL, "did not end after SIGTERM, and was killed");
        reason_hint(&child->why, "%s", a_bug);
    }
}

/* An exit code without a verdict is a bug, and 0 then no proof that anything was done. */
static void note_exit(struct child *child, int status)
{
    struct step_words words;

    child->code = (enum code)status;
    if (step_read(child->step.report, &words) && words.final)
        return;
    child->code = status != 0 ? (enum code)status : CODE_INTERNAL;
    reason_set(&child->why, child->code, "ended with exit code %d and no verdict", status);
    reason_hint(&child->why, "%s", a_bug);
}

void child_end(struct child *child, int status)
{
    child->ended = deadline_now();
    if (WIFSIGNALED(status))
        note_signal(child, WTERMSIG(status));
    else
        note_exit(child, WEXITSTATUS(status));
    child->state = child->code == CODE_OK ? CHILD_DONE : CHILD_FAILED;
}

void child_words(const struct child *child, struct step_words *words)
{
    if (step_read(child->step.report, words) && child->why.text[0] == '\0')
        return;
    *words = (struct step_words){.code = child->code, .reason = child->why};
    if (child->why.text[0] == '\0')
        reason_set(&words->reason, CODE_OK, "has not %s yet",
                   child->state == CHILD_NEXT ? "been started" : "reported anything");
    snprintf(words->line, sizeof words->line, "%s: %s%s%s", child->plan->tool->tool->name, words->reason.text,
             words->reason.hint[0] != '\0' ? "; hint: " : "", words->reason.hint);
}
