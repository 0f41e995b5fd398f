#include "common/cli/tool.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/stop.h"
#include "tests/unit/capture.h"
#include "tests/unit/sample_tool.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct sample_options options;
static struct verdict verdict;
static int code = -1;

static bool begin(const char *first, const char *second)
{
    char name[] = "tool", one[64], two[64];
    char *argv[] = {name, one, two, NULL};

    snprintf(one, sizeof one, "%s", first ? first : "");
    snprintf(two, sizeof two, "%s", second ? second : "");
    argv[1] = first ? one : NULL;
    argv[2] = second ? two : NULL;
    bool begun = tool_begin(&sample_tool, 1 + (first != NULL) + (second != NULL), argv, &options, &verdict,
                            &code);
    options_free(&sample_tool, &options);
    return begun;
}

START_TEST(a_run_begins)
{
    ck_assert(begin("--warn-only", "a:1"));
    ck_assert_str_eq(verdict.tool, "wait-for-tcp");
    ck_assert_str_eq(verdict.termination_log, "/dev/termination-log");
    ck_assert(verdict.warn_only);
    ck_assert_int_ge(stop_descriptor(), 0);
}
END_TEST

START_TEST(help_and_version_go_to_standard_output)
{
    capture_begin(STDOUT_FILENO);
    bool begun = begin("--help", NULL);
    const char *said = capture_end();
    ck_assert(!begun);
    ck_assert_int_eq(code, 0);
    expect_contains(said, "Usage: wait-for-tcp [OPTION]... TARGET...");
    capture_begin(STDOUT_FILENO);
    begun = begin("--version", NULL);
    said = capture_end();
    ck_assert(!begun);
    ck_assert_int_eq(code, 0);
    expect_contains(said, "wait-for-tcp ");
    expect_contains(said, "c-ares 2\n");
}
END_TEST

START_TEST(a_wrong_usage_is_exit_2_and_one_line)
{
    capture_begin(STDERR_FILENO);
    bool begun = begin("--hold", "soon");
    const char *said = capture_end();

    ck_assert(!begun);
    ck_assert_int_eq(code, 2);
    ck_assert_str_eq(said, "wait-for-tcp: --hold: \"soon\" is not a duration such as 250ms, 2s or 1m30s\n");
}
END_TEST

START_TEST(warn_only_does_not_forgive_a_wrong_usage)
{
    capture_begin(STDERR_FILENO);
    bool begun = begin("--warn-only", "--no-such");

    capture_end();
    ck_assert(!begun);
    ck_assert_int_eq(code, 2);
}
END_TEST

START_TEST(unknown_variables_are_a_warning)
{
    setenv("INITKIT_TIMOUT", "1s", 1);
    capture_begin(STDERR_FILENO);
    bool begun = begin("a:1", NULL);
    const char *said = capture_end();

    ck_assert(begun);
    ck_assert_str_eq(said, "wait-for-tcp: INITKIT_TIMOUT: no tool of initkit knows this variable\n");
}
END_TEST

START_TEST(closed_standard_streams_are_taken)
{
    close(STDIN_FILENO);
    ck_assert(begin("a:1", NULL));
    ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
    ck_assert_int_gt(stop_descriptor(), STDERR_FILENO);
    int next = open("/dev/null", O_RDONLY);
    ck_assert_int_gt(next, STDERR_FILENO);
    close(next);
}
END_TEST

SUITE("tool", a_run_begins, help_and_version_go_to_standard_output, a_wrong_usage_is_exit_2_and_one_line,
      warn_only_does_not_forgive_a_wrong_usage, unknown_variables_are_a_warning,
      closed_standard_streams_are_taken)
