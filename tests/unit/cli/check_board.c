#include "common/cli/board.h"

#include <stdio.h>

#include "tests/unit/suite.h"

enum { ROWS_MOST = 300 };

static struct board_row rows[ROWS_MOST];
static struct buf painted;
static unsigned short widths[BOARD_LINES_MOST];
static size_t lines;

static void fill(const void *owner, size_t index, struct board_row *row)
{
    (void)owner;
    *row = rows[index];
}

static struct board board = {.head = "target", .trying = "waiting", .fill = fill};

static void add(enum board_state state, const char *name, unsigned attempts, int64_t took, const char *reason)
{
    struct board_row *row = &rows[board.count++];

    *row = (struct board_row){.state = state, .attempts = attempts, .took = took};
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->reason, sizeof row->reason, "%s", reason);
}

static const char *paint(int width, int height)
{
    if (painted.data)
        buf_free(&painted);
    buf_init(&painted, 1024 * 1024);
    lines = board_paint(&board, width, height, &painted, widths);
    return painted.data;
}

static void two(void)
{
    board.count = 0;
    add(BOARD_TRYING, "mydb:3306", 12, 3249, "connection refused by 10.96.0.12");
    add(BOARD_NEXT, "cache:6379", 0, 0, "");
}

START_TEST(a_row_each_under_a_head)
{
    two();
    ck_assert_str_eq(paint(100, 24),
                     "target      state    attempts  time\n"
                     "mydb:3306   waiting  12        3.2s     connection refused by 10.96.0.12\n"
                     "cache:6379  next\n");
    ck_assert_uint_eq(lines, 3);
    ck_assert_uint_eq(widths[1],
                      strlen("mydb:3306   waiting  12        3.2s     connection refused by 10.96.0.12"));
    ck_assert_uint_eq(widths[2], strlen("cache:6379  next"));
}
END_TEST

START_TEST(what_has_ended_tells_its_own_time)
{
    board.count = 0;
    add(BOARD_DONE, "a:1", 1, 51, "");
    add(BOARD_FAILED, "b:2", 2, 1234, "no");
    ck_assert_str_eq(paint(80, 24), "target  state    attempts  time\n"
                                    "a:1     done     1         51ms\n"
                                    "b:2     failed   2         1.2s     no\n");
}
END_TEST

START_TEST(no_line_is_as_wide_as_the_screen)
{
    two();
    for (int width = 0; width < 120; width++) {
        paint(width, 24);
        ck_assert_uint_eq(lines, 3);
        for (size_t i = 0; i < lines; i++)
            ck_assert_int_lt(widths[i], width > 2 ? width : 2);
    }
    ck_assert_str_eq(paint(30, 24), "target      state\n"
                                    "mydb:3306   waiting  connect\u2026\n"
                                    "cache:6379  next\n");
    expect_lacks(paint(50, 24), "attempts");
    expect_contains(paint(50, 24), "3.2s");
}
END_TEST

START_TEST(long_names_leave_room)
{
    board.count = 0;
    add(BOARD_TRYING, "https://config-server.example.com/a/long/path/app.yaml", 1, 100, "HTTP status 503");
    ck_assert_str_eq(paint(80, 24),
                     "target                      state    attempts  time\n"
                     "https://config-server.exa\u2026  waiting  1         100ms    HTTP status 503\n");
}
END_TEST

START_TEST(too_many_rows_are_counted_and_those_that_matter_stay)
{
    board.count = 0;
    for (int i = 0; i < 100; i++)
        add(BOARD_DONE, "done:1", 1, 100, "");
    add(BOARD_TRYING, "late:1", 9, 900, "refused");
    add(BOARD_FAILED, "wrong:1", 9, 900, "broken");
    for (int i = 0; i < 50; i++)
        add(BOARD_NEXT, "next:1", 0, 0, "");
    const char *text = paint(80, 10);
    ck_assert_uint_eq(lines, 9);
    expect_contains(text, "late:1");
    expect_contains(text, "wrong:1");
    expect_lacks(text, "done:1");
    expect_contains(text, "and 145 more: 45 next, 100 done\n");
    ck_assert_str_eq(paint(80, 2), "and 152 more: 1 failed, 1 waiting, 50 next, 100 done\n");
}
END_TEST

START_TEST(screens_of_hardly_any_size)
{
    two();
    for (int height = 0; height < 6; height++)
        for (int width = 0; width < 6; width++) {
            paint(width, height);
            ck_assert_uint_ge(lines, 1);
            ck_assert_int_lt((int)lines, height > 2 ? height : 2);
        }
    board.count = 0;
    for (int i = 0; i < ROWS_MOST; i++)
        add(BOARD_TRYING, "x:1", 1, 1, "");
    paint(80, 10000);
    ck_assert_uint_eq(lines, BOARD_LINES_MOST);
    expect_contains(painted.data, "and 102 more: 102 waiting\n");
}
END_TEST

/* What a peer said must not steer the terminal. */
START_TEST(nothing_but_visible_characters)
{
    board.count = 0;
    add(BOARD_TRYING, "a\033[2J:1", 1, 1, "b\r\nc\x80");
    expect_contains(paint(80, 24), "a\\x1b[");
    expect_contains(painted.data, "b\\x0d\\x0ac\\x80");
    expect_lacks(painted.data, "\033");
}
END_TEST

START_TEST(other_characters_may_be_wide)
{
    board.count = 0;
    add(BOARD_TRYING, "a:1", 1, 1, "\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22\u6f22");
    paint(36, 24);
    ck_assert_uint_eq(widths[1], 3 + 2 + 7 + 2 + 20);
    paint(35, 24);
    expect_contains(painted.data, "\u2026");
    ck_assert_int_lt(widths[1], 35);
}
END_TEST

/* How wide such a name is only the terminal knows: it is told where the next cell begins. */
START_TEST(cells_behind_other_characters_stand_in_their_column)
{
    board.count = 0;
    add(BOARD_TRYING, "gr\u00f6\u00dfe:1", 1, 100, "\u00e4h");
    add(BOARD_TRYING, "abcdefgh:1", 1, 100, "eh");
    ck_assert_str_eq(paint(80, 24), "target      state    attempts  time\n"
                                    "gr\u00f6\u00dfe:1\033[K\033[13Gwaiting\033[K\033[22G1\033[K\033[32G100ms"
                                    "\033[K\033[41G\u00e4h\n"
                                    "abcdefgh:1  waiting  1         100ms    eh\n");
}
END_TEST

START_TEST(colours_are_closed_and_take_no_column)
{
    two();
    paint(60, 24);
    unsigned short plain = widths[1];
    board.colours = true;
    expect_contains(paint(60, 24), "\033[33mwaiting\033[0m");
    ck_assert_uint_eq(widths[1], plain);
    board.colours = false;
}
END_TEST

SUITE("board", a_row_each_under_a_head, what_has_ended_tells_its_own_time, no_line_is_as_wide_as_the_screen,
      long_names_leave_room, too_many_rows_are_counted_and_those_that_matter_stay, screens_of_hardly_any_size,
      nothing_but_visible_characters, other_characters_may_be_wide,
      cells_behind_other_characters_stand_in_their_column, colours_are_closed_and_take_no_column)
