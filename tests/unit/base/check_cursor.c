#include "common/base/cursor.h"

#include "tests/unit/suite.h"

static const unsigned char bytes[] = {0x00, 0x02, 'a', 'b', 0xFF, 0xFE, 0xFD, 0xFC, 7};

static struct cursor begin(size_t length)
{
    return (struct cursor){.at = bytes, .left = length};
}

START_TEST(numbers_are_in_network_byte_order)
{
    struct cursor cursor = begin(sizeof bytes);

    ck_assert_uint_eq(cursor_take_number(&cursor, 2), 2);
    ck_assert_mem_eq(cursor_take(&cursor, 2), "ab", 2);
    ck_assert_uint_eq(cursor_take_number(&cursor, 4), 0xFFFEFDFC);
    ck_assert_uint_eq(cursor_take_number(&cursor, 1), 7);
    ck_assert_uint_eq(cursor.left, 0);
    ck_assert(!cursor.broken);
}
END_TEST

START_TEST(a_part_has_its_length_before_it)
{
    struct cursor cursor = begin(sizeof bytes), part = cursor_take_part(&cursor, 2);

    ck_assert_uint_eq(part.left, 2);
    ck_assert_ptr_eq(part.at, bytes + 2);
    ck_assert(!part.broken);
    ck_assert_ptr_eq(cursor.at, bytes + 4);
    part = cursor_take_part(&cursor, 4);
    ck_assert(part.broken);
    ck_assert_uint_eq(part.left, 0);
    ck_assert(cursor.broken);
}
END_TEST

START_TEST(what_does_not_fit_ends_the_reading)
{
    struct cursor cursor = begin(3);

    ck_assert_ptr_null(cursor_take(&cursor, 4));
    ck_assert(cursor.broken);
    ck_assert_uint_eq(cursor.left, 0);
    ck_assert_ptr_null(cursor_take(&cursor, 0));
    ck_assert_uint_eq(cursor_take_number(&cursor, 1), 0);
    ck_assert(cursor_take_part(&cursor, 1).broken);
    cursor = begin(3);
    ck_assert(cursor_take_part(&cursor, 2).broken);
}
END_TEST

SUITE("cursor", numbers_are_in_network_byte_order, a_part_has_its_length_before_it,
      what_does_not_fit_ends_the_reading)
