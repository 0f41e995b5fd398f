/* Runs commands and says exactly how long they took and how much memory they had. For tests/bench.
 *
 *     measure once RUNS COMMAND... [';' COMMAND...]...   all commands by turns, RUNS times. A line a run: number of the
 *                                                        command, microseconds, of them CPU, exit status
 *     measure memory COMMAND...                          the largest process of the command: KiB resident at its peak
 *     measure notice RUNS AFTER SPREAD TARGETS listen COMMAND...
 *     measure notice RUNS AFTER SPREAD 1 rename FROM TO COMMAND...
 *         Starts RUNS commands one shortly after another, and AFTER milliseconds after its start (SPREAD per cent less for
 *         the first, more for the last) makes ready what each waits for: TARGETS ports that refused until then, or a
 *         file with a new name. `{n}` in arguments and names is the number of the run, `{port}` its port,
 *         an argument `{targets}` becomes all of its 127.0.0.1:PORT. A line a run: microseconds from its start until ready,
 *         from ready until its end, CPU, exit status
 *     measure serve                                      prints its port, and accepts connections one after another
 *
 * Why not time(1) and ru_maxrss: a shell around a program of half a millisecond is most of what one would measure, and
 * ru_maxrss begins with the size of the process that started the program. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS_MAX = 16, RUNS_MAX = 1000, STAGGER = 37000 /* microseconds from one start to the next */ };

extern char **environ;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(2);
}

static long long microseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long cpu_time(const struct rusage *used)
{
    return (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000000LL + used->ru_utime.tv_usec +
           used->ru_stime.tv_usec;
}

static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In silence, and with no signal blocked. */
static pid_t start(char **command)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    for (int i = 0; i <= 2; i++)
        posix_spawn_file_actions_addopen(&files, i, "/dev/null", i == 0 ? O_RDONLY : O_WRONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    errno = posix_spawn(&pid, command[0], &files, &attributes, command, environ);
    if (errno != 0)
        die(command[0]);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

/* --- once --- */

static void measure_once(int number, char **command)
{
    struct rusage used;
    int status;
    long long begun = microseconds();
    pid_t pid = start(command);

    if (wait4(pid, &status, 0, &used) != pid)
        die("wait4");
    long long ended = microseconds();
    printf("%d %lld %lld %d\n", number, ended - begun, cpu_time(&used), exit_status(status));
}

/* What ran just before leaves its traces in the caches and with the scheduler: so each turn has another order. */
static void shuffle(int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int other = (int)(random() % (i + 1)), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static void once(long runs, char **arguments)
{
    char **commands[COMMANDS_MAX];
    int order[COMMANDS_MAX], count = 0;

    commands[count++] = arguments;
    for (char **at = arguments; *at; at++) {
        if (strcmp(*at, ";") != 0)
            continue;
        *at = NULL;
        if (count < COMMANDS_MAX)
            commands[count++] = at + 1;
    }
    for (int number = 0; number < count; number++)
        order[number] = number;
    for (long i = 0; i < runs; i++) {
        shuffle(order, count);
        for (int turn = 0; turn < count; turn++)
            measure_once(order[turn], commands[order[turn]]);
    }
}

/* --- memory --- */

/* The largest of the "NAME: N kB" lines of a file below /proc/PID. */
static long proc_kib(pid_t pid, const char *file, const char *name)
{
    char path[64], line[256];
    long most = 0;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *lines = fopen(path, "r");
    while (lines && fgets(line, sizeof line, lines))
        if (strncmp(line, name, strlen(name)) == 0 && atol(line + strlen(name)) > most)
            most = atol(line + strlen(name));
    if (lines)
        fclose(lines);
    return most;
}

/* Stops every process of the command just before it ends, while its memory is still there. VmHWM is the peak, but the kernel
 * counts it in batches of pages; the sum of the mappings is exact. */
static void memory(char **command)
{
    long most = 0;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        for (int i = 0; i <= 2; i++)
            dup2(null, i);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(command[0], command);
        _exit(127);
    }
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
        die(command[0]);
    ptrace(PTRACE_SETOPTIONS, pid, NULL,
           PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE);
    ptrace(PTRACE_CONT, pid, NULL, NULL);
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (!WIFSTOPPED(status))
            continue;
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_EXIT) {
            long peak = proc_kib(pid, "status", "VmHWM:"), now = proc_kib(pid, "smaps_rollup", "Rss:");
            most = peak > most ? peak : most;
            most = now > most ? now : most;
        }
        bool ours = event != 0 || signal == SIGTRAP || signal == SIGSTOP;
        ptrace(PTRACE_CONT, pid, NULL, ours ? 0L : (long)signal);
    }
    printf("%ld\n", most);
}

/* --- notice --- */

struct run {
    pid_t pid;
    long long starts, readies; /* when it is to start and to become ready */
    long long started, ready, ended;
    int *sockets, *ports;
    int status;
    struct rusage used;
};

static struct {
    long targets;
    const char *from, *to; /* NULL: ports */
    char **command;
} plan;

static void bind_ports(struct run *run)
{
    run->sockets = calloc((size_t)plan.targets, sizeof *run->sockets);
    run->ports = calloc((size_t)plan.targets, sizeof *run->ports);
    for (long i = 0; i < plan.targets; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof address;
        run->sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (run->sockets[i] < 0 || bind(run->sockets[i], (struct sockaddr *)&address, length) != 0 ||
            getsockname(run->sockets[i], (struct sockaddr *)&address, &length) != 0)
            die("a port");
        run->ports[i] = ntohs(address.sin_port);
    }
}

/* A copy of the text with `{n}` and `{port}` filled in. */
static char *fill_in(const char *text, const struct run *run, long number)
{
    char *out = NULL;
    size_t size;
    FILE *stream = open_memstream(&out, &size);

    while (*text) {
        if (strncmp(text, "{n}", 3) == 0) {
            fprintf(stream, "%ld", number);
            text += 3;
        } else if (strncmp(text, "{port}", 6) == 0) {
            fprintf(stream, "%d", run->ports[0]);
            text += 6;
        } else {
            fputc(*text++, stream);
        }
    }
    fclose(stream);
    return out;
}

static void start_run(struct run *run, long number)
{
    size_t count = 0, at = 0;

    while (plan.command[count])
        count++;
    char **command = calloc(count + (size_t)plan.targets + 1, sizeof *command);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(plan.command[i], "{targets}") != 0) {
            command[at++] = fill_in(plan.command[i], run, number);
            continue;
        }
        for (long port = 0; port < plan.targets; port++)
            if (asprintf(&command[at++], "127.0.0.1:%d", run->ports[port]) < 0)
                die("memory");
    }
    run->started = microseconds();
    run->readies += run->started - run->starts;
    run->pid = start(command);
}

static void make_ready(struct run *run, long number)
{
    if (plan.from) {
        char *from = fill_in(plan.from, run, number), *to = fill_in(plan.to, run, number);
        run->ready = microseconds();
        if (rename(from, to) != 0)
            die(from);
        return;
    }
    run->ready = microseconds();
    for (long i = 0; i < plan.targets; i++)
        if (listen(run->sockets[i], 128) != 0)
            die("listen");
}

static void reap(struct run *runs, long count)
{
    struct rusage used;
    int status;
    pid_t pid;

    while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0) {
        for (long i = 0; i < count; i++) {
            if (runs[i].pid != pid)
                continue;
            runs[i].ended = microseconds();
            runs[i].status = exit_status(status);
            runs[i].used = used;
        }
    }
}

/* What is due is done; when the next thing is, or 0. */
static long long advance(struct run *runs, long count)
{
    long long next = 0, now = microseconds();

    for (long i = 0; i < count; i++) {
        struct run *run = &runs[i];
        if (run->started == 0 && run->starts <= now)
            start_run(run, i);
        if (run->started != 0 && run->ready == 0 && run->readies <= now)
            make_ready(run, i);
        long long due = run->started == 0 ? run->starts : run->ready == 0 ? run->readies : 0;
        if (due != 0 && (next == 0 || due < next))
            next = due;
    }
    return next;
}

static bool all_ended(const struct run *runs, long count)
{
    for (long i = 0; i < count; i++)
        if (runs[i].ended == 0 || runs[i].ready == 0)
            return false;
    return true;
}

static void notice(long count, long after, long spread)
{
    struct run *runs = calloc((size_t)count, sizeof *runs);
    long long now = microseconds();
    sigset_t child;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    for (long i = 0; i < count; i++) {
        double share = count > 1 ? 2.0 * (double)i / (double)(count - 1) - 1 : 0;
        if (!plan.from)
            bind_ports(&runs[i]);
        runs[i].starts = now + i * STAGGER;
        runs[i].readies = runs[i].starts +
                          (long long)(1000.0 * (double)after * (1 + share * (double)spread / 100));
    }
    while (!all_ended(runs, count)) {
        long long next = advance(runs, count), left = next == 0 ? 1000000 : next - microseconds();
        if (left > 0) {
            struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
            sigtimedwait(&child, NULL, &wait);
        }
        reap(runs, count);
    }
    for (long i = 0; i < count; i++)
        printf("%lld %lld %lld %d\n", runs[i].ready - runs[i].started, runs[i].ended - runs[i].ready,
               cpu_time(&runs[i].used), runs[i].status);
}

/* --- serve --- */

static void serve(void)
{
    struct run listener;
    char chunk[4096];

    plan.targets = 1;
    bind_ports(&listener);
    listen(listener.sockets[0], 1024);
    printf("%d\n", listener.ports[0]);
    fflush(stdout);
    for (;;) {
        int peer = accept(listener.sockets[0], NULL, NULL);
        if (peer < 0)
            continue;
        while (read(peer, chunk, sizeof chunk) > 0)
            ;
        close(peer);
    }
}

static int usage(void)
{
    fputs("measure: once RUNS COMMAND... | memory COMMAND... | notice RUNS AFTER SPREAD TARGETS "
          "listen|rename... | serve\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "once") == 0) {
        once(atol(argv[2]), argv + 3);
    } else if (argc > 2 && strcmp(argv[1], "memory") == 0) {
        memory(argv + 2);
    } else if (argc > 7 && strcmp(argv[1], "notice") == 0) {
        bool renames = argc > 9 && strcmp(argv[6], "rename") == 0;
        plan.targets = atol(argv[5]);
        plan.from = renames ? argv[7] : NULL;
        plan.to = renames ? argv[8] : NULL;
        plan.command = argv + (renames ? 9 : 7);
        notice(atol(argv[2]), atol(argv[3]), atol(argv[4]));
    } else if (argc == 2 && strcmp(argv[1], "serve") == 0) {
        serve();
    } else {
        return usage();
    }
    return 0;
}
