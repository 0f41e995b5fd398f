#include "cmd/copy-agent/space.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/suite.h"

START_TEST(what_fits_and_what_does_not)
{
    struct space space = {4096, 1000000, 10, false};
    struct plan_totals totals = {.new_bytes = 1000000, .new_inodes = 10};
    struct reason why;

    ck_assert(space_check(&space, &totals, 4, -1, &why));
    totals.new_bytes++;
    ck_assert(!space_check(&space, &totals, 4, -1, &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "needs 976.6 KiB of room, and only 976.6 KiB are free");
    totals.new_bytes = 0;
    totals.new_inodes = 11;
    ck_assert(!space_check(&space, &totals, 4, -1, &why));
    expect_contains(why.text, "11 files and directories, and only 10 inodes");
}
END_TEST

START_TEST(what_is_replaced_is_there_twice_for_a_moment)
{
    struct space space = {4096, 1000000, SPACE_UNLIMITED, false};
    struct plan_totals totals = {.largest = 400000, .replaced = 2};
    struct reason why;

    ck_assert(space_check(&space, &totals, 4, -1, &why));
    totals.replaced = 3;
    ck_assert(!space_check(&space, &totals, 4, -1, &why));
    ck_assert(space_check(&space, &totals, 2, -1, &why));
}
END_TEST

START_TEST(what_is_written_to_memory_counts_against_the_limit)
{
    enum { MEBIBYTE = 1024 * 1024 };
    struct space space = {4096, SPACE_UNLIMITED, SPACE_UNLIMITED, true};
    struct plan_totals totals = {.new_bytes = 30 * MEBIBYTE, .new_inodes = 1024};
    struct reason why;

    ck_assert(space_check(&space, &totals, 1, 32 * MEBIBYTE, &why));
    ck_assert(!space_check(&space, &totals, 1, 32 * MEBIBYTE - 1, &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "needs 32.0 MiB of memory");
    expect_contains(why.text, "memory limit is 32.0 MiB");
    ck_assert(space_check(&space, &totals, 1, -1, &why));
    space.in_memory = false;
    ck_assert(space_check(&space, &totals, 1, MEBIBYTE, &why));
}
END_TEST

START_TEST(a_file_system_that_tells_nothing_has_room_for_all)
{
    struct plan_totals totals = {.new_bytes = UINT64_MAX / 4, .new_inodes = UINT64_MAX / 4};
    struct reason why;
    struct space space;
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);

    space_read(proc, &space);
    ck_assert(space_check(&space, &totals, 4, -1, &why));
    close(proc);
    space_read(-1, &space);
    ck_assert(space_check(&space, &totals, 4, -1, &why));
}
END_TEST

SUITE("space", what_fits_and_what_does_not, what_is_replaced_is_there_twice_for_a_moment,
      what_is_written_to_memory_counts_against_the_limit, a_file_system_that_tells_nothing_has_room_for_all)
