#include "common/base/log.h"

#include <fcntl.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

static const char *say(const struct log_event *event, const char *message)
{
    capture_begin(STDERR_FILENO);
    log_event(event, "%s", message);
    return capture_end();
}

static void expect_json_line(const char *line)
{
    size_t length = strlen(line);

    ck_assert_uint_gt(length, 1);
    ck_assert_int_eq(line[length - 1], '\n');
    ck_assert_ptr_eq(strchr(line, '\n'), line + length - 1);
    ck_assert_msg(strict_json(line, length - 1), "not JSON: %s", line);
}

START_TEST(a_text_line)
{
    struct log_event event = {.level = LOG_INFO, .name = "attempt", .target = "mydb:3306", .attempt = 1};

    log_setup("wait-for-tcp", LOG_TEXT, LOG_INFO);
    ck_assert_str_eq(say(&event, "connection refused by 10.96.0.12 (attempt 1)"),
                     "wait-for-tcp: mydb:3306: connection refused by 10.96.0.12 (attempt 1)\n");
    event.target = NULL;
    ck_assert_str_eq(say(&event, "ready"), "wait-for-tcp: ready\n");
}
END_TEST

START_TEST(a_json_line)
{
    struct reason reason;
    struct log_event event = {.level = LOG_INFO,
                              .name = "attempt",
                              .target = "mydb:3306",
                              .attempt = 3,
                              .elapsed = 1234,
                              .reason = &reason};
    regex_t time;

    reason_set(&reason, CODE_FAILED, "connection refused by");
    reason_detail(&reason, " 10.0.0.1");
    reason_hint(&reason, "look \"there\"");
    log_setup("wait-for-tcp", LOG_JSON, LOG_INFO);
    const char *line = say(&event, "refused");
    expect_json_line(line);
    ck_assert_int_eq(regcomp(&time,
                             "\"time\":\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z\"",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    ck_assert_int_eq(regexec(&time, line, 0, NULL, 0), 0);
    regfree(&time);
    expect_contains(
        line, "\"level\":\"info\",\"tool\":\"wait-for-tcp\",\"event\":\"attempt\",\"message\":\"refused\"");
    expect_contains(line, "\"target\":\"mydb:3306\",\"attempt\":3,\"elapsed_ms\":1234");
    expect_contains(
        line, "\"reason\":\"connection refused by 10.0.0.1\",\"class\":1,\"hint\":\"look \\\"there\\\"\"}");
}
END_TEST

START_TEST(what_does_not_apply_is_left_out)
{
    struct log_event event = {.level = LOG_ERROR, .elapsed = -1};

    log_setup("wait-for-tcp", LOG_JSON, LOG_INFO);
    const char *line = say(&event, "oh");
    expect_json_line(line);
    expect_contains(line, "\"event\":\"error\"");
    expect_lacks(line, "target");
    expect_lacks(line, "attempt");
    expect_lacks(line, "elapsed");
    expect_lacks(line, "reason");
    expect_lacks(line, "hint");
    event.elapsed = 0;
    expect_contains(say(&event, "oh"), "\"elapsed_ms\":0");
}
END_TEST

START_TEST(levels)
{
    struct log_event event = {.elapsed = -1};

    for (int limit = LOG_ERROR; limit <= LOG_DEBUG; limit++)
        for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
            log_setup("t", LOG_TEXT, (enum log_level)limit);
            event.level = (enum log_level)level;
            ck_assert_str_eq(say(&event, "x"), level <= limit ? "t: x\n" : "");
        }
    log_setup("t", LOG_TEXT, LOG_WARN);
    capture_begin(STDERR_FILENO);
    log_warn("%d of %s", 1, "many");
    ck_assert_str_eq(capture_end(), "t: 1 of many\n");
    log_setup("t", LOG_TEXT, LOG_ERROR);
    capture_begin(STDERR_FILENO);
    log_warn("quiet");
    ck_assert_str_eq(capture_end(), "");
}
END_TEST

START_TEST(bytes_that_a_terminal_would_act_on)
{
    struct log_event event = {.level = LOG_INFO, .target = "a\nb\x1B[2J", .elapsed = -1};

    log_setup("t", LOG_TEXT, LOG_INFO);
    ck_assert_str_eq(say(&event, "\x07\xFF\xC3\xA9\x7F"), "t: a\\x0ab\\x1b[2J: \\x07\\xff\xC3\xA9\\x7f\n");
}
END_TEST

START_TEST(any_bytes_make_valid_json)
{
    uint32_t random = 7;
    struct reason reason = {.code = CODE_FAILED};
    char message[300];
    struct log_event event = {.level = LOG_INFO, .name = "x", .target = message, .reason = &reason};

    log_setup("t", LOG_JSON, LOG_INFO);
    for (int round = 0; round < 300; round++) {
        for (size_t i = 0; i < sizeof message; i++) {
            random = random * 1664525u + 1013904223u;
            message[i] = (char)(random >> 24);
        }
        message[sizeof message - 1] = '\0';
        snprintf(reason.text, sizeof reason.text, "%s", message + round % 50);
        memcpy(reason.detail, message, sizeof reason.detail - 1);
        memcpy(reason.hint, message + 2, sizeof message - 2);
        expect_json_line(say(&event, message));
    }
}
END_TEST

START_TEST(a_message_cut_within_a_character)
{
    static char message[10000];
    struct log_event event = {.level = LOG_INFO, .elapsed = -1};

    for (size_t i = 0; i + 4 < sizeof message; i += 3)
        memcpy(message + i, "\xE2\x82\xAC", 4);
    log_setup("t", LOG_JSON, LOG_INFO);
    expect_json_line(say(&event, message));
    memset(message, '\x01', sizeof message - 1);
    expect_json_line(say(&event, message));
}
END_TEST

START_TEST(a_target_of_any_length)
{
    static char target[200000];
    struct log_event event = {.level = LOG_INFO, .target = target, .elapsed = -1};

    memset(target, 'x', sizeof target - 1);
    log_setup("t", LOG_JSON, LOG_INFO);
    expect_json_line(say(&event, "m"));
    memset(target, '"', sizeof target - 1);
    expect_json_line(say(&event, "m"));
    log_setup("t", LOG_TEXT, LOG_INFO);
    const char *line = say(&event, "m");
    ck_assert_int_eq(line[strlen(line) - 1], '\n');
}
END_TEST

START_TEST(a_line_that_was_cut_ends_before_the_next_one)
{
    struct log_event event = {.level = LOG_INFO, .elapsed = -1};
    char message[4000], said[8192 + 1] = "";
    int ends[2], errors = dup(STDERR_FILENO);

    log_setup("t", LOG_JSON, LOG_INFO);
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_ge(fcntl(ends[1], F_SETPIPE_SZ, 8192), 0);
    memset(message, '\1', sizeof message - 1); /* six bytes each in JSON */
    message[sizeof message - 1] = '\0';
    dup2(ends[1], STDERR_FILENO);
    log_event(&event, "%s", message);
    ssize_t taken = read(ends[0], said, 8192);
    log_event(&event, "again");
    dup2(errors, STDERR_FILENO);
    ck_assert_int_eq(taken, 8192);
    taken = read(ends[0], said, 8192);
    ck_assert_int_gt(taken, 1);
    said[taken] = '\0';
    ck_assert_int_eq(said[0], '\n');
    expect_json_line(said + 1);
    close(errors);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

SUITE("log", a_text_line, a_json_line, what_does_not_apply_is_left_out, levels,
      bytes_that_a_terminal_would_act_on, any_bytes_make_valid_json, a_message_cut_within_a_character,
      a_target_of_any_length, a_line_that_was_cut_ends_before_the_next_one)
