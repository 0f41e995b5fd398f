#include "cmd/copy-agent/traits.h"

#include "tests/unit/suite.h"

static int64_t step(time_t seconds, long nanoseconds)
{
    const struct timespec set = {1700000001, 123456789}, got = {seconds, nanoseconds};

    return traits_step(&set, &got);
}

START_TEST(steps_that_file_systems_have)
{
    ck_assert_int_eq(step(1700000001, 123456789), 1);
    ck_assert_int_eq(step(1700000001, 123456700), 100);
    ck_assert_int_eq(step(1700000001, 123456000), 1000);
    ck_assert_int_eq(step(1700000001, 123000000), 1000000);
    ck_assert_int_eq(step(1700000001, 120000000), 10000000);
    ck_assert_int_eq(step(1700000001, 0), 1000000000);
    ck_assert_int_eq(step(1700000000, 0), 2000000000);
}
END_TEST

START_TEST(another_time_is_no_step)
{
    ck_assert_int_eq(step(1700000002, 0), -1);
    ck_assert_int_eq(step(1700000001, 123456790), -1);
    ck_assert_int_eq(step(1800000000, 5), -1);
    ck_assert_int_eq(step(0, 0), -1);
}
END_TEST

SUITE("traits", steps_that_file_systems_have, another_time_is_no_step)
