#include "common/cli/variables.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static char warned[4096];

static void note(const char *name)
{
    size_t length = strlen(warned);

    snprintf(warned + length, sizeof warned - length, "%s;", name);
}

START_TEST(names)
{
    char name[VARIABLE_NAME], long_one[2 * VARIABLE_NAME];

    variable_name("wait-for-tcp", "attempt-timeout", name);
    ck_assert_str_eq(name, "INITKIT_WAIT_FOR_TCP_ATTEMPT_TIMEOUT");
    variable_name(NULL, "timeout", name);
    ck_assert_str_eq(name, "INITKIT_TIMEOUT");
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    variable_name(long_one, "timeout", name);
    ck_assert_uint_eq(strlen(name), VARIABLE_NAME - 1);
}
END_TEST

START_TEST(ours_are_those_with_the_prefix)
{
    char one[] = "INITKIT_A=1", other[] = "PATH=/bin", near[] = "INITKIT=1", two[] = "INITKIT_=";
    char *environment[] = {one, other, near, two, NULL};
    char **ours = variables_ours(environment), **none = variables_ours(NULL);

    ck_assert_ptr_eq(ours[0], one);
    ck_assert_ptr_eq(ours[1], two);
    ck_assert_ptr_null(ours[2]);
    ck_assert_ptr_null(none[0]);
    free(ours);
    free(none);
}
END_TEST

START_TEST(which_of_the_two_counts)
{
    char own[] = "INITKIT_A_B=1", shared[] = "INITKIT_B=2",
         empty[] = "INITKIT_A_B=", longer[] = "INITKIT_B2=3";
    char *both[] = {longer, shared, own, NULL}, *half[] = {empty, shared, NULL}, *none[] = {longer, NULL};
    char name[VARIABLE_NAME];

    ck_assert_str_eq(variable_find(both, "a", "b", false, name), "1");
    ck_assert_str_eq(name, "INITKIT_A_B");
    ck_assert_str_eq(variable_find(half, "a", "b", false, name), "2");
    ck_assert_str_eq(name, "INITKIT_B");
    ck_assert_str_eq(variable_find(half, "a", "b", true, name), "");
    ck_assert_ptr_null(variable_find(none, "a", "b", false, name));
    ck_assert_ptr_null(variable_find(NULL, "a", "b", false, name));
}
END_TEST

START_TEST(variables_that_no_tool_knows)
{
    char long_one[300];
    char known[] = "INITKIT_TIMEOUT=1s", wrong[] = "INITKIT_TIMOUT=1s", other[] = "TIMOUT=1",
         bare[] = "INITKIT_=1";
    char *environment[] = {known, wrong, other, bare, long_one, NULL};

    memset(long_one, 'X', sizeof long_one - 1);
    memcpy(long_one, "INITKIT_", 8);
    long_one[sizeof long_one - 1] = '\0';
    variables_warn_unknown(environment, note);
    ck_assert_int_eq(strncmp(warned, "INITKIT_TIMOUT;INITKIT_;INITKIT_XXXX", 36), 0);
    expect_lacks(warned, "INITKIT_TIMEOUT;");
    variables_warn_unknown(NULL, note);
}
END_TEST

START_TEST(what_kubernetes_sets_for_a_service_of_that_name)
{
    char host[] = "INITKIT_SERVICE_HOST=10.0.0.1", named[] = "INITKIT_SERVICE_PORT_HTTP=80",
         port[] = "INITKIT_PORT=tcp://10.0.0.1:80", tcp[] = "INITKIT_PORT_80_TCP_ADDR=10.0.0.1",
         targets[] = "INITKIT_TARGETS=a", namespace[] = "INITKIT_NAMESPACE=b";
    char *environment[] = {host, named, port, tcp, targets, namespace, NULL};

    variables_warn_unknown(environment, note);
    ck_assert_str_eq(warned, "");
}
END_TEST

SUITE("variables", names, ours_are_those_with_the_prefix, which_of_the_two_counts,
      variables_that_no_tool_knows, what_kubernetes_sets_for_a_service_of_that_name)
