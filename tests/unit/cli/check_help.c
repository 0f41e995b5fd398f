#include "common/cli/help.h"

#include <unistd.h>

#include "tests/unit/capture.h"
#include "tests/unit/sample_tool.h"
#include "tests/unit/suite.h"

static const char *help(const struct tool *tool)
{
    capture_begin(STDOUT_FILENO);
    help_print(stdout, tool);
    return capture_end();
}

START_TEST(the_left_column)
{
    char text[HELP_FORM];

    ck_assert_str_eq(help_form(&sample_tool.options[0], text), "-f, --fast");
    ck_assert_str_eq(help_form(&sample_tool.options[1], text), "-H, --hold D");
    ck_assert_str_eq(help_form(&sample_tool.options[2], text), "--limit S");
    ck_assert_str_eq(help_form(&sample_tool.options[6], text), "-4");
}
END_TEST

START_TEST(every_row_is_there_with_its_default)
{
    const char *text = help(&sample_tool);

    for (size_t i = 0; options_row(&sample_tool, i); i++) {
        char form[HELP_FORM];
        expect_contains(text, help_form(options_row(&sample_tool, i), form));
    }
    expect_contains(text, "A duration (default: 50ms)");
    expect_contains(text, "A list (repeatable)");
    expect_contains(text, "The same as --family=4");
    expect_contains(text, "The same as --send\n");
    expect_contains(text, "limit (default: 4m)");
    expect_contains(text, "INITKIT_WAIT_FOR_TCP_LOG_LEVEL");
    expect_contains(text, "  # Try it\n  wait-for-tcp mydb:3306\n");
}
END_TEST

START_TEST(no_line_is_wider_than_a_hundred_columns)
{
    const char *text = help(&sample_tool);

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        ck_assert_msg(length <= 100, "%.*s", (int)length, text);
        ck_assert_msg(length == 0 || text[length - 1] != ' ', "%.*s|", (int)length, text);
        text += length + (text[length] == '\n');
    }
}
END_TEST

START_TEST(a_one_shot_tool_has_no_waiting_options)
{
    const char *text = help(&sample_one_shot_tool);

    expect_lacks(text, "--interval");
    expect_lacks(text, "--min-targets");
    expect_lacks(text, "INITKIT_TARGETS");
    expect_contains(text, "--log-format");
}
END_TEST

START_TEST(rows_that_have_a_variable)
{
    ck_assert(help_has_variable(&sample_tool.options[0]));
    ck_assert(!help_has_variable(&sample_tool.options[6]));  /* -4 */
    ck_assert(!help_has_variable(&sample_tool.options[11])); /* --now */
}
END_TEST

START_TEST(exit_codes)
{
    size_t waiting = 0, one_shot = 0;

    while (help_code(&sample_tool, waiting))
        waiting++;
    while (help_code(&sample_one_shot_tool, one_shot))
        one_shot++;
    ck_assert_uint_gt(waiting, one_shot);
    ck_assert_uint_gt(one_shot, 2);
    ck_assert_str_eq(help_code(NULL, 0)->code, "0");
    expect_contains(help(&sample_tool), "\n  124 ");
}
END_TEST

SUITE("help", the_left_column, every_row_is_there_with_its_default, no_line_is_wider_than_a_hundred_columns,
      a_one_shot_tool_has_no_waiting_options, rows_that_have_a_variable, exit_codes)
