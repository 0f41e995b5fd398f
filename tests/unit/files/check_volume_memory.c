#include "common/files/volume_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/limits.h"
#include "tests/unit/suite.h"

enum { MEBIBYTE = 1024 * 1024 };

START_TEST(a_memfd_is_in_memory_and_proc_is_not)
{
    int memory = memfd_create("check", MFD_CLOEXEC), proc = open("/proc", O_RDONLY | O_DIRECTORY);

    ck_assert(volume_in_memory(memory));
    ck_assert(!volume_in_memory(proc));
    ck_assert(!volume_in_memory(-1));
    close(memory);
    close(proc);
}
END_TEST

START_TEST(what_a_run_writes_is_added_up)
{
    struct volume_memory memory = {.is_read = true, .limit = (int64_t)32 * MEBIBYTE};
    struct reason why;

    ck_assert(volume_claim(&memory, (int64_t)20 * MEBIBYTE, &why));
    ck_assert(!volume_claim(&memory, (int64_t)20 * MEBIBYTE, &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "needs at least 41.0 MiB of memory, as PATH is in memory");
    expect_contains(why.text, "memory limit is 32.0 MiB");
    ck_assert(volume_claim(&memory, (int64_t)11 * MEBIBYTE, &why)); /* nothing of the other one was added */
    ck_assert(!volume_claim(&memory, 1, &why));
    memory.claimed -= (int64_t)20 * MEBIBYTE;
    ck_assert(volume_claim(&memory, 1, &why));
}
END_TEST

START_TEST(without_a_limit_everything_fits)
{
    struct volume_memory none = {.is_read = true, .limit = LIMITS_NONE},
                         unknown = {.is_read = true, .limit = LIMITS_UNKNOWN};
    struct reason why;

    ck_assert(volume_claim(&none, INT64_MAX / 2, &why));
    ck_assert(volume_claim(&unknown, INT64_MAX / 2, &why));
}
END_TEST

SUITE("volume_memory", a_memfd_is_in_memory_and_proc_is_not, what_a_run_writes_is_added_up,
      without_a_limit_everything_fits)
