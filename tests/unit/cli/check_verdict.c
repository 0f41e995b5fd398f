#include "common/cli/verdict.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/scratch.h"
#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

static struct verdict verdict = {.tool = "wait-for-tcp", .termination_log = ""};

static void log_to(const char *path)
{
    verdict.termination_log = path;
    log_setup("wait-for-tcp", LOG_TEXT, LOG_INFO);
}

static int finish(enum code code, const char *target, const char *line, const char **said)
{
    struct log_event event = {.level = LOG_INFO, .target = target, .elapsed = -1};

    capture_begin(STDERR_FILENO);
    int exit_code = verdict_finish(&verdict, code, &event, line);
    const char *text = capture_end();
    if (said)
        *said = text;
    return exit_code;
}

/* The line that was logged is the message, which has no newline at its end. */
static void expect_line_is(const char *said, const char *message)
{
    size_t length = strlen(message);

    ck_assert(strncmp(said, message, length) == 0 && strcmp(said + length, "\n") == 0);
}

START_TEST(written_in_place_longer_then_shorter)
{
    char *path = scratch_file("termination-log", "");
    struct stat before, after;

    log_to(path);
    ck_assert_int_eq(stat(path, &before), 0);
    verdict_so_far(&verdict, "a rather long line about what is not ready yet");
    ck_assert_str_eq(scratch_read(path, NULL),
                     "wait-for-tcp: a rather long line about what is not ready yet");
    verdict_so_far(&verdict, "short");
    ck_assert_str_eq(scratch_read(path, NULL), "wait-for-tcp: short");
    verdict_so_far(&verdict, "longer again");
    ck_assert_str_eq(scratch_read(path, NULL), "wait-for-tcp: longer again");
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(a_missing_file_is_not_made)
{
    log_to(scratch_path("missing"));
    verdict_so_far(&verdict, "x");
    ck_assert_int_eq(finish(CODE_OK, NULL, "x", NULL), 0);
    ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

START_TEST(odd_places_do_no_harm)
{
    char *fifo = scratch_path("fifo");

    ck_assert_int_eq(mkfifo(fifo, 0644), 0);
    log_to(fifo);
    verdict_so_far(&verdict, "x");
    log_to("/dev/null");
    verdict_so_far(&verdict, "x");
    log_to(scratch_path(""));
    verdict_so_far(&verdict, "x");
    log_to("");
    verdict_so_far(&verdict, "x");
}
END_TEST

START_TEST(at_most_a_kibibyte_and_one_line)
{
    char *path = scratch_file("termination-log", ""), *content;
    static char line[5000];
    size_t length;

    log_to(path);
    memset(line, 'x', sizeof line - 1);
    verdict_so_far(&verdict, line);
    content = scratch_read(path, &length);
    ck_assert_uint_eq(length, VERDICT_LINE - 1);
    ck_assert_int_eq(content[length - 1], 'x');
    for (size_t i = 0; i + 4 < sizeof line; i += 3)
        memcpy(line + i, "\xE2\x82\xAC", 4);
    verdict_so_far(&verdict, line);
    content = scratch_read(path, &length);
    ck_assert_uint_le(length, VERDICT_LINE);
    ck_assert(strict_utf8(content, length));
    verdict_so_far(&verdict, "two\nlines\r\x1B[2J");
    ck_assert_str_eq(scratch_read(path, NULL), "wait-for-tcp: two\\x0alines\\x0d\\x1b[2J");
}
END_TEST

START_TEST(the_last_line_and_the_message_name_the_target)
{
    char *path = scratch_file("termination-log", "");
    const char *said;

    log_to(path);
    ck_assert_int_eq(finish(CODE_OK, "mydb:3306", "ready after 3.2s (14 attempts)", &said), 0);
    ck_assert_str_eq(said, "wait-for-tcp: mydb:3306: ready after 3.2s (14 attempts)\n");
    expect_line_is(said, scratch_read(path, NULL));
}
END_TEST

START_TEST(each_code_is_the_exit_code)
{
    static const int codes[] = {0, 1, 2, 3, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 124, 130, 143};

    log_to("");
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        ck_assert_int_eq(finish((enum code)codes[i], NULL, "x", NULL), codes[i]);
}
END_TEST

START_TEST(warn_only_forgives_what_would_block_the_app)
{
    static const int forgiven[] = {0, 1, 3, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 124},
                     stay[] = {2, 130, 143};

    log_to("");
    verdict.warn_only = true;
    for (size_t i = 0; i < COUNT_OF(forgiven); i++)
        ck_assert_int_eq(finish((enum code)forgiven[i], NULL, "x", NULL), 0);
    for (size_t i = 0; i < COUNT_OF(stay); i++)
        ck_assert_int_eq(finish((enum code)stay[i], NULL, "x", NULL), stay[i]);
}
END_TEST

START_TEST(a_refusal_says_reason_detail_and_hint)
{
    char *path = scratch_file("termination-log", "");
    struct reason why;

    log_to(path);
    reason_set(&why, CODE_USAGE, "--timeout: no");
    reason_detail(&why, " really");
    reason_hint(&why, "look");
    capture_begin(STDERR_FILENO);
    int code = verdict_refuse(&verdict, &why);
    const char *said = capture_end();
    ck_assert_int_eq(code, 2);
    ck_assert_str_eq(said, "wait-for-tcp: --timeout: no really; hint: look\n");
    expect_line_is(said, scratch_read(path, NULL));
}
END_TEST

START_TEST(a_refusal_without_a_reason_says_so)
{
    struct reason why = {.code = CODE_INTERNAL};

    log_to("");
    capture_begin(STDERR_FILENO);
    ck_assert_int_eq(verdict_refuse(&verdict, &why), 3);
    expect_contains(capture_end(), "no reason is known");
}
END_TEST

START_TEST(a_very_long_target_leaves_a_message)
{
    char *path = scratch_file("termination-log", "");
    static char target[100000];
    size_t length;

    log_to(path);
    memset(target, 't', sizeof target - 1);
    finish(CODE_FAILED, target, "not ready", NULL);
    const char *content = scratch_read(path, &length);
    ck_assert_uint_eq(length, VERDICT_LINE - 1);
    expect_contains(content, "wait-for-tcp: ttttttt");
}
END_TEST

static struct buf kept;

static void keep_line(void *owner, const char *bytes, size_t length)
{
    (void)owner;
    buf_add(&kept, bytes, length);
}

static void give_back(void *owner)
{
    (void)owner;
    log_redirect(NULL, NULL, NULL);
    log_write(kept.data, kept.length);
}

/* Lines that a live table holds back are not lost with the process. */
START_TEST(out_of_memory_is_the_end_of_holding_lines_back)
{
    log_to("");
    buf_init(&kept, 1000);
    log_redirect(keep_line, give_back, NULL);
    capture_begin(STDERR_FILENO);
    log_warn("held");
    verdict_exhausted(&verdict);
    const char *said = capture_end();
    expect_contains(said, "wait-for-tcp: held\nwait-for-tcp: out of memory");
    buf_free(&kept);
}
END_TEST

START_TEST(the_log_is_emptied_for_the_program_that_follows)
{
    char *path = scratch_file("termination-log", "");
    size_t length;

    log_to(path);
    verdict_so_far(&verdict, "not ready");
    verdict_clear(&verdict);
    scratch_read(path, &length);
    ck_assert_uint_eq(length, 0);
    log_to("");
    verdict_clear(&verdict);
}
END_TEST

SUITE("verdict", out_of_memory_is_the_end_of_holding_lines_back,
      the_log_is_emptied_for_the_program_that_follows, written_in_place_longer_then_shorter,
      a_missing_file_is_not_made, odd_places_do_no_harm, at_most_a_kibibyte_and_one_line,
      the_last_line_and_the_message_name_the_target, each_code_is_the_exit_code,
      warn_only_forgives_what_would_block_the_app, a_refusal_says_reason_detail_and_hint,
      a_refusal_without_a_reason_says_so, a_very_long_target_leaves_a_message)
