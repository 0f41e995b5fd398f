#include "common/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/suite.h"

static bool is_readable(int descriptor)
{
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};

    return poll(&wait, 1, 0) == 1;
}

START_TEST(nothing_before_a_signal)
{
    ck_assert_int_eq(stop_descriptor(), -1);
    stop_install();
    ck_assert_int_ge(stop_descriptor(), 0);
    ck_assert_int_eq(stop_signal(), 0);
    ck_assert(!is_readable(stop_descriptor()));
    ck_assert(fcntl(stop_descriptor(), F_GETFD) & FD_CLOEXEC);
}
END_TEST

START_TEST(the_first_signal_counts_and_stays)
{
    stop_install();
    raise(SIGINT);
    raise(SIGTERM);
    ck_assert_int_eq(stop_signal(), SIGINT);
    ck_assert(is_readable(stop_descriptor()));
    ck_assert(is_readable(stop_descriptor()));
}
END_TEST

START_TEST(a_closed_pipe_is_an_error_not_a_death)
{
    int pipes[2];

    stop_install();
    ck_assert_int_eq(pipe(pipes), 0);
    close(pipes[0]);
    ck_assert_int_eq(write(pipes[1], "x", 1), -1);
    ck_assert_int_eq(errno, EPIPE);
    close(pipes[1]);
}
END_TEST

START_TEST(waiting_for_room_ends_with_the_signal)
{
    static char full[1024 * 1024];
    int pipes[2];

    stop_install();
    ck_assert_int_eq(pipe2(pipes, O_NONBLOCK), 0);
    ck_assert(stop_wait_writable(pipes[1], -1));
    while (write(pipes[1], full, sizeof full) > 0)
        ;
    ck_assert(!stop_wait_writable(pipes[1], 10));
    raise(SIGTERM);
    ck_assert(!stop_wait_writable(pipes[1], -1));
    ck_assert_int_gt(read(pipes[0], full, sizeof full), 0);
    ck_assert(stop_wait_writable(pipes[1], -1)); /* what can be said at once still is */
    close(pipes[0]);
    ck_assert(stop_wait_writable(pipes[1], -1)); /* writing then tells of the error */
    close(pipes[1]);
}
END_TEST

static void allow_descriptors(rlim_t count)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = count;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(what_cannot_be_waited_for_is_written_all_the_same)
{
    int pipes[2];

    stop_install();
    ck_assert_int_eq(pipe(pipes), 0);
    allow_descriptors(1); /* then poll takes no more than one of them (EINVAL) */
    ck_assert(stop_wait_writable(pipes[1], -1));
    allow_descriptors(64); /* for what a sanitizer does at the end */
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(without_a_descriptor_a_signal_ends_it_at_once)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        allow_descriptors(0);
        stop_install();
        raise(SIGTERM);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 128 + SIGTERM);
}
END_TEST

SUITE("stop", nothing_before_a_signal, the_first_signal_counts_and_stays,
      a_closed_pipe_is_an_error_not_a_death, waiting_for_room_ends_with_the_signal,
      what_cannot_be_waited_for_is_written_all_the_same, without_a_descriptor_a_signal_ends_it_at_once)
