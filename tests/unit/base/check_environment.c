#include "common/base/environment.h"

#include <stdbool.h>
#include <unistd.h>

#include "tests/unit/suite.h"

START_TEST(a_variable_is_found_by_its_whole_name)
{
    setenv("LONG_NAME", "value", 1);
    setenv("LONG", "", 1);
    unsetenv("LO");
    ck_assert_str_eq(environment_get("LONG_NAME"), "value");
    ck_assert_str_eq(environment_get("LONG"), "");
    ck_assert_ptr_null(environment_get("LO"));
    ck_assert_ptr_null(environment_get("LONG_NAME_"));
}
END_TEST

START_TEST(all_of_them_are_listed)
{
    bool found = false;

    setenv("NAME", "listed", 1);
    for (char **entry = environment_all(); *entry; entry++)
        found = found || strcmp(*entry, "NAME=listed") == 0;
    ck_assert(found);
}
END_TEST

START_TEST(libraries_find_none)
{
    setenv("SSLKEYLOGFILE", "/secrets", 1);
    ck_assert_ptr_null(getenv("SSLKEYLOGFILE"));
    ck_assert_ptr_null(getenv("PATH"));
    ck_assert_str_eq(environment_get("SSLKEYLOGFILE"), "/secrets");
}
END_TEST

START_TEST(an_empty_environment)
{
    static char *none[] = {NULL};

    environ = none;
    ck_assert_ptr_null(environment_get("PATH"));
    environ = NULL;
    ck_assert_ptr_null(environment_get("PATH"));
}
END_TEST

START_TEST(an_empty_variable_of_a_list_is_not_set)
{
    char full[] = "NAME=value", empty[] = "NONE=", longer[] = "NAME_=x";
    char *list[] = {longer, empty, full, NULL};

    ck_assert_str_eq(environment_find(list, "NAME"), "value");
    ck_assert_ptr_null(environment_find(list, "NONE"));
    ck_assert_ptr_null(environment_find(list, "NAM"));
    ck_assert_ptr_null(environment_find(NULL, "NAME"));
}
END_TEST

SUITE("environment", a_variable_is_found_by_its_whole_name, all_of_them_are_listed,
      an_empty_variable_of_a_list_is_not_set, libraries_find_none, an_empty_environment)
