#include "common/base/buf.h"

#include "tests/unit/suite.h"

START_TEST(an_empty_one_is_a_string)
{
    struct buf buf;

    buf_init(&buf, 10);
    ck_assert_uint_eq(buf.length, 0);
    ck_assert_str_eq(buf.data, "");
    buf_free(&buf);
}
END_TEST

START_TEST(up_to_the_maximum_and_not_beyond)
{
    struct buf buf;

    buf_init(&buf, 5);
    ck_assert(buf_add_text(&buf, "abc"));
    ck_assert(!buf_add_text(&buf, "def"));
    ck_assert_str_eq(buf.data, "abc");
    ck_assert(buf_add_text(&buf, "de"));
    ck_assert_str_eq(buf.data, "abcde");
    ck_assert(!buf_add(&buf, "f", 1));
    ck_assert(buf_add(&buf, "", 0));
    ck_assert_uint_eq(buf.length, 5);
    buf_free(&buf);
}
END_TEST

START_TEST(a_length_that_would_wrap_round)
{
    struct buf buf;

    buf_init(&buf, SIZE_MAX);
    ck_assert(buf_add_text(&buf, "abc"));
    buf.max = 1000;
    ck_assert(!buf_add(&buf, "x", SIZE_MAX));
    ck_assert(!buf_add(&buf, "x", SIZE_MAX - 3));
    ck_assert_str_eq(buf.data, "abc");
    buf_free(&buf);
}
END_TEST

START_TEST(a_format_that_does_not_fit_adds_nothing)
{
    struct buf buf;

    buf_init(&buf, 6);
    ck_assert(buf_add_format(&buf, "%d-%s", 12, "ab"));
    ck_assert(!buf_add_format(&buf, "%s", "cd"));
    ck_assert_str_eq(buf.data, "12-ab");
    ck_assert(buf_add_format(&buf, "%s", "c"));
    ck_assert_str_eq(buf.data, "12-abc");
    buf_free(&buf);
}
END_TEST

START_TEST(growing_keeps_what_is_there)
{
    struct buf buf;
    enum { TIMES = 10000 };

    buf_init(&buf, 7 * TIMES);
    for (int i = 0; i < TIMES; i++)
        ck_assert(buf_add_format(&buf, "%06d,", i));
    ck_assert_uint_eq(buf.length, 7 * TIMES);
    ck_assert_uint_eq(strlen(buf.data), 7 * TIMES);
    for (int i = 0; i < TIMES; i++)
        ck_assert_int_eq(strtol(buf.data + 7 * (ptrdiff_t)i, NULL, 10), i);
    buf_free(&buf);
}
END_TEST

START_TEST(bytes_may_be_nuls)
{
    struct buf buf;

    buf_init(&buf, 10);
    ck_assert(buf_add(&buf, "a\0b", 3));
    ck_assert_uint_eq(buf.length, 3);
    ck_assert_int_eq(memcmp(buf.data, "a\0b\0", 4), 0);
    buf_free(&buf);
}
END_TEST

START_TEST(cleared_and_used_again)
{
    struct buf buf;

    buf_init(&buf, 10);
    buf_add_text(&buf, "0123456789");
    buf_clear(&buf);
    ck_assert_str_eq(buf.data, "");
    ck_assert(buf_add_text(&buf, "abc"));
    ck_assert_str_eq(buf.data, "abc");
    buf_free(&buf);
}
END_TEST

SUITE("buf", an_empty_one_is_a_string, up_to_the_maximum_and_not_beyond, a_length_that_would_wrap_round,
      a_format_that_does_not_fit_adds_nothing, growing_keeps_what_is_there, bytes_may_be_nuls,
      cleared_and_used_again)
