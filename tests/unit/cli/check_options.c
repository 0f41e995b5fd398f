#include "common/cli/options.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/unit/sample_tool.h"
#include "tests/unit/suite.h"

enum { MOST = 16 };

static struct sample_options options;
static struct reason why;
static char *environment[MOST + 1];

/* Sets the environment of the parses that follow: "NAME=VALUE" texts, NULL at the end. */
static void set_environment(const char *first, ...)
{
    va_list more;
    size_t count = 0;

    va_start(more, first);
    for (const char *text = first; text; text = va_arg(more, const char *)) {
        union {
            const char *given;
            char *kept; /* as environ has it, although nobody writes there */
        } entry = {text};
        ck_assert_uint_lt(count, MOST);
        environment[count++] = entry.kept;
    }
    environment[count] = NULL;
    va_end(more);
}

/* Parses arguments separated by '|'. */
static bool parse(const struct tool *tool, const char *line)
{
    static char words[1024];
    char *argv[MOST + 1] = {words};
    int argc = 1;

    snprintf(words, sizeof words, "tool%s%s", *line != '\0' ? "|" : "", line);
    for (char *at = words; *at != '\0'; at++)
        if (*at == '|') {
            *at = '\0';
            ck_assert_int_lt(argc, MOST);
            argv[argc++] = at + 1;
        }
    options_free(&sample_tool, &options);
    return options_parse(tool, argc, argv, environment, &options, &why);
}

static void accept(const char *line)
{
    ck_assert_msg(parse(&sample_tool, line), "%s: refused: %s", line, why.text);
}

static void refuse(const char *line, const char *names, const char *expects)
{
    ck_assert_msg(!parse(&sample_tool, line), "%s: accepted", line);
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert_msg(strncmp(why.text, names, strlen(names)) == 0, "\"%s\" does not begin with %s", why.text,
                  names);
    expect_contains(why.text, expects);
    options_free(&sample_tool, &options);
}

static void done(void)
{
    options_free(&sample_tool, &options);
}

START_TEST(defaults_without_anything)
{
    accept("");
    ck_assert_int_eq(options.common.retry.timeout, 240000);
    ck_assert_int_eq(options.common.retry.attempt_timeout, 2000);
    ck_assert_int_eq(options.common.retry.interval, 50);
    ck_assert_double_eq(options.common.retry.backoff, 1.1);
    ck_assert_int_eq(options.common.retry.max_interval, 1000);
    ck_assert(!options.common.retry.once);
    ck_assert_int_eq(options.common.min_targets, 0);
    ck_assert_int_eq(options.common.log_format, LOG_TEXT);
    ck_assert_int_eq(options.common.log_level, LOG_INFO);
    ck_assert_str_eq(options.common.termination_log, "/dev/termination-log");
    ck_assert_int_eq(options.hold, 50);
    ck_assert_int_eq(options.limit, 1048576);
    ck_assert_ptr_null(options.send);
    ck_assert_uint_eq(options.expect.count, 0);
    done();
}
END_TEST

START_TEST(values_of_each_type)
{
    accept("--fast|--hold|2s|--limit=64Ki|--parts|3|--share|2|--family=6|--send|PING|--expect|a|--expect=b");
    ck_assert(options.fast);
    ck_assert_int_eq(options.hold, 2000);
    ck_assert_int_eq(options.limit, 65536);
    ck_assert_int_eq(options.parts, 3);
    ck_assert_double_eq(options.share, 2);
    ck_assert_int_eq(options.family, 2);
    ck_assert_str_eq(options.send, "PING");
    ck_assert_uint_eq(options.expect.count, 2);
    ck_assert_str_eq(options.expect.items[0], "a");
    ck_assert_str_eq(options.expect.items[1], "b");
    accept("--send=|--expect=");
    ck_assert_str_eq(options.send, "");
    ck_assert_str_eq(options.expect.items[0], "");
    accept("--send=a=b");
    ck_assert_str_eq(options.send, "a=b");
    accept("--fast=false");
    ck_assert(!options.fast);
    done();
}
END_TEST

START_TEST(a_refusal_names_the_flag_and_what_was_expected)
{
    refuse("--hold|soon", "--hold: \"soon\"", "duration");
    refuse("--hold=", "--hold: \"\"", "duration");
    refuse("-H|soon", "-H: \"soon\"", "duration");
    refuse("-Hsoon", "-H: \"soon\"", "duration");
    refuse("--interval=0", "--interval: \"0\"", "above 0");
    refuse("--limit|0", "--limit: \"0\"", "size");
    refuse("--limit|1x", "--limit: \"1x\"", "size");
    refuse("--parts|0", "--parts: \"0\"", "from 1 to 5");
    refuse("--parts|6", "--parts: \"6\"", "from 1 to 5");
    refuse("-p9", "-p: \"9\"", "from 1 to 5");
    refuse("--share|2.1", "--share: \"2.1\"", "from 1 to 2");
    refuse("--family|5", "--family: \"5\"", "any|4|6");
    refuse("--family|", "--family: \"\"", "any|4|6");
    refuse("--fast=yes", "--fast: \"yes\"", "true or false");
    refuse("--send|bad", "--send: ", "something good");
    refuse("--transmit|bad", "--transmit: ", "something good");
    refuse("--expect|good|--expect|bad", "--expect: ", "something good");
}
END_TEST

START_TEST(options_that_do_not_exist)
{
    refuse("--no-such", "--no-such: ", "unknown option");
    refuse("--hol|1s", "--hol: ", "unknown option");
    refuse("--holds=geheim", "--holds: ", "unknown option");
    expect_lacks(why.text, "geheim");
    refuse("--=x", "--: ", "unknown option");
    refuse("-x", "-x: ", "unknown option");
    refuse("-fx", "-x: ", "unknown option");
    refuse("-1", "-1: ", "unknown option");
    refuse("---", "---: ", "unknown option");
}
END_TEST

START_TEST(values_that_are_missing)
{
    refuse("--hold", "--hold: ", "expects a value");
    refuse("-H", "-H: ", "expects a value");
    refuse("-fH", "-H: ", "expects a value");
    refuse("--transmit", "--transmit: ", "expects a value");
}
END_TEST

START_TEST(a_value_may_look_like_an_option)
{
    accept("--send|--fast|a:1");
    ck_assert_str_eq(options.send, "--fast");
    ck_assert(!options.fast);
    ck_assert_uint_eq(options.common.operands.count, 1);
    accept("--send|--|a:1");
    ck_assert_str_eq(options.send, "--");
    ck_assert_uint_eq(options.common.operands.count, 1);
    done();
}
END_TEST

START_TEST(options_and_operands_mixed)
{
    accept("a:1|--fast|b:2|-H|1s|c:3");
    ck_assert(options.fast);
    ck_assert_int_eq(options.hold, 1000);
    ck_assert_uint_eq(options.common.operands.count, 3);
    ck_assert_str_eq(options.common.operands.items[0], "a:1");
    ck_assert_str_eq(options.common.operands.items[2], "c:3");
    done();
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
    accept("--fast|--|--hold|-x|--");
    ck_assert(options.fast);
    ck_assert_uint_eq(options.common.operands.count, 3);
    ck_assert_str_eq(options.common.operands.items[0], "--hold");
    ck_assert_str_eq(options.common.operands.items[2], "--");
    accept("-");
    ck_assert_str_eq(options.common.operands.items[0], "-");
    done();
}
END_TEST

START_TEST(short_options_in_one_word)
{
    accept("-fqH2s");
    ck_assert(options.fast);
    ck_assert_int_eq(options.common.log_level, LOG_ERROR);
    ck_assert_int_eq(options.hold, 2000);
    accept("-4fp|3");
    ck_assert_int_eq(options.family, 1);
    ck_assert_int_eq(options.parts, 3);
    done();
}
END_TEST

START_TEST(other_ways_to_say_the_same)
{
    accept("-6");
    ck_assert_int_eq(options.family, 2);
    accept("-4|-6");
    ck_assert_int_eq(options.family, 2);
    accept("-v");
    ck_assert_int_eq(options.common.log_level, LOG_DEBUG);
    accept("--transmit|x");
    ck_assert_str_eq(options.send, "x");
    accept("--transmit=x");
    ck_assert_str_eq(options.send, "x");
    accept("-tx");
    ck_assert_str_eq(options.send, "x");
    done();
}
END_TEST

START_TEST(the_last_of_the_same_flag_counts)
{
    accept("--hold|1s|--hold|2s|--fast|--fast=false");
    ck_assert_int_eq(options.hold, 2000);
    ck_assert(!options.fast);
    done();
}
END_TEST

START_TEST(flag_beats_own_variable_beats_shared_variable)
{
    set_environment("INITKIT_TIMEOUT=1s", NULL);
    accept("");
    ck_assert_int_eq(options.common.retry.timeout, 1000);
    set_environment("INITKIT_TIMEOUT=1s", "INITKIT_WAIT_FOR_TCP_TIMEOUT=2s", NULL);
    accept("");
    ck_assert_int_eq(options.common.retry.timeout, 2000);
    accept("--timeout|3s");
    ck_assert_int_eq(options.common.retry.timeout, 3000);
    set_environment("INITKIT_WAIT_FOR_DNS_TIMEOUT=2s", "INITKIT_TIMEOUTS=5s", "XINITKIT_TIMEOUT=6s", NULL);
    accept("");
    ck_assert_int_eq(options.common.retry.timeout, 240000);
    done();
}
END_TEST

START_TEST(an_empty_variable_is_unset)
{
    set_environment("INITKIT_TIMEOUT=1s", "INITKIT_WAIT_FOR_TCP_TIMEOUT=", "INITKIT_PARTS=", NULL);
    accept("");
    ck_assert_int_eq(options.common.retry.timeout, 1000);
    ck_assert_int_eq(options.parts, 1);
    set_environment("INITKIT_TERMINATION_LOG=", NULL);
    accept("");
    ck_assert_str_eq(options.common.termination_log, "");
    set_environment("INITKIT_WAIT_FOR_TCP_TERMINATION_LOG=", "INITKIT_TERMINATION_LOG=/x", NULL);
    accept("");
    ck_assert_str_eq(options.common.termination_log, "");
    done();
}
END_TEST

START_TEST(a_refusal_names_the_variable)
{
    set_environment("INITKIT_HOLD=soon", NULL);
    refuse("", "INITKIT_HOLD: \"soon\"", "duration");
    set_environment("INITKIT_WAIT_FOR_TCP_PARTS=7", NULL);
    refuse("", "INITKIT_WAIT_FOR_TCP_PARTS: \"7\"", "from 1 to 5");
    accept("--parts|2");
    set_environment("INITKIT_FAST=1", NULL);
    refuse("", "INITKIT_FAST: \"1\"", "true or false");
    set_environment("INITKIT_EXPECT=good\nbad", NULL);
    refuse("", "INITKIT_EXPECT: ", "something good");
    set_environment("INITKIT_MIN_TARGETS=3", NULL);
    refuse("a:1|b:2", "INITKIT_MIN_TARGETS: ", "2 operands");
}
END_TEST

START_TEST(switches_in_the_environment)
{
    set_environment("INITKIT_FAST=true", NULL);
    accept("");
    ck_assert(options.fast);
    accept("--fast=false");
    ck_assert(!options.fast);
    set_environment("INITKIT_FAST=false", NULL);
    accept("");
    ck_assert(!options.fast);
    done();
}
END_TEST

START_TEST(repeatable_options_have_one_value_a_line_and_a_flag_replaces_them)
{
    set_environment("INITKIT_EXPECT=one\ntwo words\r\n\nthree\n", NULL);
    accept("");
    ck_assert_uint_eq(options.expect.count, 3);
    ck_assert_str_eq(options.expect.items[1], "two words");
    ck_assert_str_eq(options.expect.items[2], "three");
    accept("--expect|flag");
    ck_assert_uint_eq(options.expect.count, 1);
    ck_assert_str_eq(options.expect.items[0], "flag");
    done();
}
END_TEST

START_TEST(operands_from_the_environment)
{
    set_environment("INITKIT_TARGETS= a:1\tb:2\n c:3 \r\n", NULL);
    accept("");
    ck_assert_uint_eq(options.common.operands.count, 3);
    ck_assert_str_eq(options.common.operands.items[2], "c:3");
    accept("d:4");
    ck_assert_uint_eq(options.common.operands.count, 1);
    ck_assert_str_eq(options.common.operands.items[0], "d:4");
    set_environment("INITKIT_TARGETS=a:1", "INITKIT_WAIT_FOR_TCP_TARGETS=b:2 c:3", NULL);
    accept("");
    ck_assert_uint_eq(options.common.operands.count, 2);
    done();
}
END_TEST

START_TEST(flags_that_have_no_variable)
{
    set_environment("INITKIT_ONCE=true", "INITKIT_HELP=true", "INITKIT_VERSION=true", "INITKIT_NOW=5s", NULL);
    accept("");
    ck_assert(!options.common.retry.once);
    ck_assert(!options.common.help);
    ck_assert(!options.common.version);
    ck_assert_int_eq(options.common.retry.stable, 0);
    done();
}
END_TEST

START_TEST(warn_only_moves_the_default_timeout_only)
{
    accept("--warn-only");
    ck_assert_int_eq(options.common.retry.timeout, 15000);
    accept("--warn-only|--timeout|1m");
    ck_assert_int_eq(options.common.retry.timeout, 60000);
    accept("--warn-only|--timeout|0");
    ck_assert_int_eq(options.common.retry.timeout, 0);
    set_environment("INITKIT_WARN_ONLY=true", "INITKIT_TIMEOUT=30s", NULL);
    accept("");
    ck_assert(options.common.warn_only);
    ck_assert_int_eq(options.common.retry.timeout, 30000);
    done();
}
END_TEST

START_TEST(warn_only_sets_no_limit_where_the_default_is_none)
{
    struct tool endless = sample_tool;

    endless.initials = NULL;
    ck_assert(parse(&endless, "--warn-only"));
    ck_assert_int_eq(options.common.retry.timeout, 0);
    done();
}
END_TEST

START_TEST(min_targets_must_be_possible)
{
    accept("--min-targets|2|a:1|b:2");
    refuse("--min-targets|3|a:1|b:2", "--min-targets: ", "2 operands");
    refuse("--min-targets|0|a:1", "--min-targets: ", "from 1");
}
END_TEST

START_TEST(help_comes_before_what_the_environment_says)
{
    set_environment("INITKIT_HOLD=soon", NULL);
    accept("--help");
    ck_assert(options.common.help);
    accept("--version");
    ck_assert(options.common.version);
    refuse("--help|--no-such", "--no-such", "unknown");
}
END_TEST

START_TEST(an_interval_above_the_cap_raises_the_cap)
{
    accept("--interval|5s");
    ck_assert_int_eq(options.common.retry.max_interval, 5000);
    done();
}
END_TEST

START_TEST(a_one_shot_tool_does_not_wait)
{
    static const char *const absent[] = {"--timeout",   "--interval",    "--once",
                                         "--warn-only", "--min-targets", "--backoff"};

    for (size_t i = 0; i < COUNT_OF(absent); i++) {
        ck_assert_msg(!parse(&sample_one_shot_tool, absent[i]), "%s", absent[i]);
        expect_contains(why.text, "unknown option");
    }
    ck_assert(parse(&sample_one_shot_tool, "--log-format|json|-q|--termination-log|/x"));
    set_environment("INITKIT_TIMEOUT=garbage", "INITKIT_WARN_ONLY=garbage", NULL);
    ck_assert(parse(&sample_one_shot_tool, "a"));
    done();
}
END_TEST

START_TEST(the_empty_command_line)
{
    char *none[] = {NULL};

    ck_assert(options_parse(&sample_tool, 0, none, NULL, &options, &why));
    ck_assert_uint_eq(options.common.operands.count, 0);
    done();
}
END_TEST

START_TEST(rows_and_their_defaults)
{
    size_t count = 0;

    for (const struct option *row; (row = options_row(&sample_tool, count)); count++) {
        if (row->name && strcmp(row->name, "timeout") == 0)
            ck_assert_str_eq(options_initial(&sample_tool, row), "4m");
        if (row->name && strcmp(row->name, "once") == 0)
            ck_assert_ptr_null(options_initial(&sample_tool, row));
    }
    ck_assert_uint_gt(count, sample_tool.option_count + 10);
    ck_assert_ptr_null(options_row(&sample_tool, count + 5));
    ck_assert_str_eq(options_initial(&sample_tool, options_row(&sample_tool, 1)), "50ms");
}
END_TEST

SUITE("options", defaults_without_anything, values_of_each_type,
      a_refusal_names_the_flag_and_what_was_expected, options_that_do_not_exist, values_that_are_missing,
      a_value_may_look_like_an_option, options_and_operands_mixed, two_dashes_end_the_options,
      short_options_in_one_word, other_ways_to_say_the_same, the_last_of_the_same_flag_counts,
      flag_beats_own_variable_beats_shared_variable, an_empty_variable_is_unset, a_refusal_names_the_variable,
      switches_in_the_environment, repeatable_options_have_one_value_a_line_and_a_flag_replaces_them,
      operands_from_the_environment, flags_that_have_no_variable, warn_only_moves_the_default_timeout_only,
      warn_only_sets_no_limit_where_the_default_is_none, min_targets_must_be_possible,
      help_comes_before_what_the_environment_says, an_interval_above_the_cap_raises_the_cap,
      a_one_shot_tool_does_not_wait, the_empty_command_line, rows_and_their_defaults)
