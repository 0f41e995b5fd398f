#include "cmd/copy-agent/space.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/suite.h"

START_TEST(what_fits_and_what_does_not)
{
    struct space space = {4096, 1000000, 10, false};
    struct plan_totals totals = {.new_bytes = 1000000, .new_inodes = 10};
    struct reason why;

    ck_assert(space_check(&space, &totals, 4, &why));
    totals.new_bytes++;
    ck_assert(!space_check(&space, &totals, 4, &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "MiB are free");
    totals.new_bytes = 0;
    totals.new_inodes = 11;
    ck_assert(!space_check(&space, &totals, 4, &why));
    expect_contains(why.text, "11 files and directories, and only 10 inodes");
}
END_TEST

START_TEST(what_is_replaced_is_there_twice_for_a_moment)
{
    struct space space = {4096, 1000000, SPACE_UNLIMITED, false};
    struct plan_totals totals = {.largest = 400000, .replaced = 2};
    struct reason why;

    ck_assert(space_check(&space, &totals, 4, &why));
    totals.replaced = 3;
    ck_assert(!space_check(&space, &totals, 4, &why));
    ck_assert(space_check(&space, &totals, 2, &why));
}
END_TEST

START_TEST(a_file_system_that_tells_nothing_has_room_for_all)
{
    struct plan_totals totals = {.new_bytes = UINT64_MAX / 4, .new_inodes = UINT64_MAX / 4};
    struct reason why;
    struct space space;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);

    space_read(proc, &space);
    ck_assert(space_check(&space, &totals, 4, &why));
    close(proc);
    space_read(-1, &space);
    ck_assert(space_check(&space, &totals, 4, &why));
}
END_TEST

SUITE("space", what_fits_and_what_does_not, what_is_replaced_is_there_twice_for_a_moment,
      a_file_system_that_tells_nothing_has_room_for_all)
