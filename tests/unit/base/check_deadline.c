#include "common/base/deadline.h"

#include <signal.h>
#include <time.h>

#include "common/base/stop.h"
#include "tests/unit/suite.h"

START_TEST(a_point_after_another)
{
    ck_assert_int_eq(deadline_after(1000, 500), 1500);
    ck_assert_int_eq(deadline_after(1000, 0), 1000);
    ck_assert_int_eq(deadline_after(1000, DEADLINE_NEVER), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_after(1000, DEADLINE_NEVER - 1000), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_after(1000, DEADLINE_NEVER - 1001), DEADLINE_NEVER - 1);
    ck_assert_int_eq(deadline_after(DEADLINE_NEVER, 1), DEADLINE_NEVER);
}
END_TEST

START_TEST(no_limit)
{
    ck_assert_int_eq(deadline_limit(1000, 0), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_limit(1000, 1), 1001);
}
END_TEST

START_TEST(the_earlier_of_two)
{
    ck_assert_int_eq(deadline_earlier(1, 2), 1);
    ck_assert_int_eq(deadline_earlier(2, 1), 1);
    ck_assert_int_eq(deadline_earlier(DEADLINE_NEVER, 1), 1);
    ck_assert_int_eq(deadline_earlier(DEADLINE_NEVER, DEADLINE_NEVER), DEADLINE_NEVER);
}
END_TEST

START_TEST(what_is_left)
{
    ck_assert_int_eq(deadline_left(1500, 1000), 500);
    ck_assert_int_eq(deadline_left(1000, 1000), 0);
    ck_assert_int_eq(deadline_left(999, 1000), 0);
    ck_assert_int_eq(deadline_left(DEADLINE_NEVER, 1000), DEADLINE_NEVER);
}
END_TEST

START_TEST(long_work_goes_on_until_the_deadline_or_a_signal)
{
    ck_assert(deadline_goes_on(0));
    ck_assert(deadline_goes_on(DEADLINE_NEVER));
    ck_assert(deadline_goes_on(deadline_now() + 3600 * 1000));
    ck_assert(!deadline_goes_on(deadline_now()));
    stop_install();
    raise(SIGTERM);
    ck_assert(!deadline_goes_on(0));
}
END_TEST

START_TEST(the_clock_goes_forward)
{
    int64_t before = deadline_now();
    struct timespec nap = {.tv_nsec = 20000000};

    nanosleep(&nap, NULL);
    ck_assert_int_ge(deadline_now() - before, 19);
}
END_TEST

SUITE("deadline", a_point_after_another, no_limit, the_earlier_of_two, what_is_left,
      long_work_goes_on_until_the_deadline_or_a_signal, the_clock_goes_forward)
