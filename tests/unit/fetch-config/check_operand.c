#include "cmd/fetch-config/operand.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static const char *split(const char *operand)
{
    static char text[256];
    char *part = NULL;
    const char *path = NULL;

    if (!operand_split(operand, &part, &path))
        return "none";
    snprintf(text, sizeof text, "%s %s", part, path);
    free(part);
    return text;
}

START_TEST(operands)
{
    ck_assert_str_eq(split("http://a/b=/c"), "http://a/b /c");
    ck_assert_str_eq(split("http://a/?x=1&y=/z=/c"), "http://a/?x=1&y=/z /c");
    ck_assert_str_eq(split("http://a/b=./c=d"), "http://a/b ./c=d");
    ck_assert_str_eq(split("http://a/b=-"), "http://a/b -");
    ck_assert_str_eq(split("http://a/b=/c=-"), "http://a/b=/c -");
    ck_assert_str_eq(split("http://a/?x=-y"), "none");
    ck_assert_str_eq(split("http://a/b=c"), "none");
    ck_assert_str_eq(split("http://a/b"), "none");
    ck_assert_str_eq(split(""), "none");
}
END_TEST

START_TEST(paths_below_each_other)
{
    static const char *const paths[] = {"/initkit-x/a.b", "/initkit-x/a/c", "/initkit-x/a-", "/initkit-x/a"};
    struct operand_place places[COUNT_OF(paths)] = {{0}};
    const struct operand_place *order[COUNT_OF(paths)];

    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        operand_find_place(paths[i], true, &places[i]);
        order[i] = &places[i];
    }
    ck_assert_uint_eq(operand_find_nested(order, 1), 1);
    ck_assert_uint_eq(operand_find_nested(order, 3), 3);
    size_t found = operand_find_nested(order, 4);
    ck_assert_uint_lt(found, 3);
    ck_assert_str_eq(order[found]->whole, "/initkit-x/a");
    ck_assert_str_eq(order[found + 1]->whole, "/initkit-x/a/c");
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        operand_place_free(&places[i]);
}
END_TEST

SUITE("fetch_operand", operands, paths_below_each_other)
