#include "cmd/initkit/child.h"

#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/log.h"
#include "common/base/stop.h"
#include "tests/unit/sample_tool.h"
#include "tests/unit/suite.h"

static int (*doing)(void);

static int sample_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return doing();
}

static const struct chain_tool sample = {&sample_tool, sample_main};
static const struct common_options options = {.termination_log = "", .log_level = LOG_INFO};
static char *words_of_step[] = {NULL};
static struct chain chain = {.steps = {{.tool = &sample, .argv = words_of_step}}, .count = 1};
static struct child child;
static struct step_words words;

/* Runs it as a step, sends it `number` if that is not 0, and notes how it ended. */
static void play(int (*what)(void), int number)
{
    const struct child_surroundings surroundings = {
        .options = &options, .deadline = DEADLINE_NEVER, .wake = eventfd(0, 0), .output = -1};
    int status;

    doing = what;
    stop_install();
    child = (struct child){.state = CHILD_NEXT};
    ck_assert(child_prepare(&child, 1, &chain));
    child_words(&child, &words);
    ck_assert_str_eq(words.line, "wait-for-tcp: has not been started yet");
    ck_assert(child_start(&child, &surroundings));
    ck_assert_int_eq(child.state, CHILD_RUNNING);
    if (number != 0)
        child_signal(&child, number);
    ck_assert_int_eq(waitpid(child.pid, &status, 0), child.pid);
    child_end(&child, status);
    child_words(&child, &words);
}

static int done(void)
{
    step_report_words(true, CODE_OK, NULL, "wait-for-tcp: ready");
    return CODE_OK;
}

static int failed(void)
{
    step_report_words(true, CODE_HTTP_STATUS, NULL, "wait-for-tcp: status 404");
    return CODE_HTTP_STATUS;
}

static int silent(void)
{
    step_report_words(false, CODE_OK, NULL, "wait-for-tcp: still trying");
    return 9;
}

static int until_stopped(void)
{
    while (stop_signal() == 0)
        usleep(1000);
    return 128 + stop_signal();
}

static int for_ever(void)
{
    while (true)
        pause();
    return 0;
}

START_TEST(the_verdict_is_the_tools)
{
    play(done, 0);
    ck_assert_int_eq(child.state, CHILD_DONE);
    ck_assert_str_eq(words.line, "wait-for-tcp: ready");
    play(failed, 0);
    ck_assert_int_eq(child.state, CHILD_FAILED);
    ck_assert_int_eq(child.code, CODE_HTTP_STATUS);
    ck_assert_str_eq(words.line, "wait-for-tcp: status 404");
}
END_TEST

static int silent_success(void)
{
    step_report_words(false, CODE_OK, NULL, "wait-for-tcp: still trying");
    return CODE_OK;
}

START_TEST(an_end_without_a_verdict_is_told_as_that)
{
    play(silent_success, 0);
    ck_assert_int_eq(child.state, CHILD_FAILED);
    ck_assert_int_eq(child.code, CODE_INTERNAL);
    expect_contains(words.line, "wait-for-tcp: ended with exit code 0 and no verdict; hint: ");
    play(silent, 0);
    ck_assert_int_eq(child.state, CHILD_FAILED);
    ck_assert_int_eq((int)child.code, 9);
    expect_contains(words.line, "wait-for-tcp: ended with exit code 9 and no verdict; hint: ");
}
END_TEST

/* The signal may come before the tool has begun: it is not lost, and it is not the run's. */
START_TEST(a_signal_reaches_a_step_that_has_just_been_started)
{
    for (int i = 0; i < 50; i++) {
        play(until_stopped, SIGTERM);
        ck_assert_int_eq(child.code, CODE_SIGTERM);
        ck_assert_int_eq(stop_signal(), 0);
    }
}
END_TEST

START_TEST(a_death_is_told_with_the_signal_and_its_usual_cause)
{
    play(for_ever, SIGABRT);
    ck_assert_int_eq(child.code, CODE_INTERNAL);
    expect_contains(words.line, "wait-for-tcp: was killed by SIGABRT; hint: this is a bug");
    play(for_ever, SIGUSR1);
    expect_contains(words.line, "wait-for-tcp: was killed by signal 10");
    play(for_ever, SIGSYS);
    expect_contains(words.reason.hint, "seccomp");
}
END_TEST

START_TEST(what_the_run_killed_itself_is_no_matter_of_memory)
{
    play(for_ever, SIGKILL);
    expect_contains(words.line, "did not end after SIGTERM, and was killed");
    expect_lacks(words.line, "memory");
}
END_TEST

SUITE("child", the_verdict_is_the_tools, an_end_without_a_verdict_is_told_as_that,
      a_signal_reaches_a_step_that_has_just_been_started, a_death_is_told_with_the_signal_and_its_usual_cause,
      what_the_run_killed_itself_is_no_matter_of_memory)
