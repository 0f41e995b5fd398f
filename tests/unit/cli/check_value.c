#include "common/base/strings.h"
#include "common/cli/value.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static struct reason why;
static struct value_source source = {.name = "INITKIT_X", .why = &why};

START_TEST(a_list_grows_and_is_cleared)
{
    struct strings list = {0};
    char text[16];

    for (int i = 0; i < 1000; i++) {
        int length = snprintf(text, sizeof text, "item-%d---", i);
        strings_add(&list, text, (size_t)length - 3);
    }
    ck_assert_uint_eq(list.count, 1000);
    ck_assert_str_eq(list.items[0], "item-0");
    ck_assert_str_eq(list.items[999], "item-999");
    strings_clear(&list);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_ptr_null(list.items);
    strings_clear(&list);
}
END_TEST

START_TEST(a_value_is_put_at_its_offset)
{
    struct {
        int64_t before, at, after;
    } place = {1, 2, 3};
    struct option row = {.type = OPTION_NUMBER, .offset = sizeof(int64_t), .min = 0, .max = 100};

    ck_assert(value_store(&source, &row, "42", &place));
    ck_assert_int_eq(place.before, 1);
    ck_assert_int_eq(place.at, 42);
    ck_assert_int_eq(place.after, 3);
}
END_TEST

START_TEST(two_rows_may_share_a_list)
{
    struct strings list = {0};
    struct option with = {.type = OPTION_LIST, .mark = '+'}, without = {.type = OPTION_LIST, .mark = '-'};

    ck_assert(value_store(&source, &with, "a", &list));
    ck_assert(value_store(&source, &without, "", &list));
    ck_assert_str_eq(list.items[0], "+a");
    ck_assert_str_eq(list.items[1], "-");
    strings_clear(&list);
}
END_TEST

START_TEST(a_refusal_shows_no_more_than_a_hundred_bytes_of_the_value)
{
    char text[5000];
    int64_t at;
    struct option row = {.type = OPTION_DURATION};

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!value_store(&source, &row, text, &at));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, "INITKIT_X: \"xxxx");
    expect_contains(why.text, "xx\" is not a duration such as");
}
END_TEST

SUITE("value", a_list_grows_and_is_cleared, a_value_is_put_at_its_offset, two_rows_may_share_a_list,
      a_refusal_shows_no_more_than_a_hundred_bytes_of_the_value)
