#include "common/cli/step.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "tests/unit/suite.h"

static struct step_report report;
static struct step_words words;
static struct step step = {.number = 2, .termination_log = "", .report = &report};

/* How often it was woken. */
static uint64_t woken(void)
{
    uint64_t count = 0;

    return read(step.wake, &count, sizeof count) > 0 ? count : 0;
}

static void enter(void)
{
    step.deadline = DEADLINE_NEVER;
    step.wake = eventfd(0, EFD_NONBLOCK);
    step_enter(&step);
}

START_TEST(a_process_that_is_no_step_reports_to_nobody)
{
    ck_assert_ptr_null(step_current());
    step_report_words(true, CODE_FAILED, NULL, "x");
    step_count_attempt();
    ck_assert(!step_read(&report, &words));
    ck_assert_uint_eq(report.attempts, 0);
}
END_TEST

START_TEST(the_latest_words_count_and_wake)
{
    struct reason why;

    enter();
    ck_assert_ptr_eq(step_current(), &step);
    step_report_words(false, CODE_OK, NULL, "not ready yet");
    ck_assert(step_read(&report, &words));
    ck_assert_str_eq(words.line, "not ready yet");
    ck_assert(!words.final);
    ck_assert_uint_eq(woken(), 1);
    reason_set(&why, CODE_UNTRUSTED, "unknown issuer");
    reason_hint(&why, "look there");
    step_report_words(true, CODE_UNTRUSTED, &why, "given up");
    step_count_attempt();
    step_count_attempt();
    ck_assert(step_read(&report, &words));
    ck_assert(words.final);
    ck_assert_str_eq(words.line, "given up");
    ck_assert_int_eq(words.code, CODE_UNTRUSTED);
    ck_assert_str_eq(words.reason.text, "unknown issuer");
    ck_assert_str_eq(words.reason.hint, "look there");
    ck_assert_uint_eq(woken(), 1);
    ck_assert_uint_eq(report.attempts, 2);
}
END_TEST

/* A step that is killed while it writes leaves what it wrote before. */
START_TEST(half_a_report_is_not_seen)
{
    enter();
    step_report_words(false, CODE_OK, NULL, "first");
    memset(&report.words[(report.edition + 1) & 1], 'x', sizeof report.words[0]);
    ck_assert(step_read(&report, &words));
    ck_assert_str_eq(words.line, "first");
}
END_TEST

START_TEST(a_report_without_an_end_is_given_one)
{
    memset(report.words, 'x', sizeof report.words);
    report.edition = 7;
    ck_assert(step_read(&report, &words));
    ck_assert_uint_eq(strlen(words.line), sizeof words.line - 1);
    ck_assert_uint_eq(strlen(words.reason.text), sizeof words.reason.text - 1);
    ck_assert_uint_eq(strlen(words.reason.detail), sizeof words.reason.detail - 1);
    ck_assert_uint_eq(strlen(words.reason.hint), sizeof words.reason.hint - 1);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_cut)
{
    static char line[3 * VERDICT_LINE];

    memset(line, 'x', sizeof line - 1);
    enter();
    step_report_words(false, CODE_OK, NULL, line);
    ck_assert(step_read(&report, &words));
    ck_assert_uint_eq(strlen(words.line), VERDICT_LINE - 1);
}
END_TEST

SUITE("step", a_process_that_is_no_step_reports_to_nobody, the_latest_words_count_and_wake,
      half_a_report_is_not_seen, a_report_without_an_end_is_given_one, a_line_that_is_too_long_is_cut)
