#include "common/base/limits.h"

#include <sys/resource.h>

#include <stdio.h>
#include <sys/stat.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static const char *put(const char *name, const char *content)
{
    char *path = scratch_file(name, content);

    free(path);
    return content;
}

static void folder(const char *name)
{
    char *path = scratch_path(name);

    ck_assert_int_eq(mkdir(path, 0755), 0);
    free(path);
}

static struct limits look(const char *cgroups)
{
    struct limits limits;
    char *proc = scratch_file("cgroup", cgroups), *sys = scratch_path("sys");

    limits_read(proc, sys, &limits);
    free(proc);
    free(sys);
    return limits;
}

START_TEST(nothing_known)
{
    struct limits limits = look("");

    ck_assert_uint_ge(limits.cpus, 1);
    ck_assert_int_eq(limits.memory, LIMITS_UNKNOWN);
}
END_TEST

START_TEST(version_2_the_lowest_on_the_way_up_counts)
{
    folder("sys");
    folder("sys/pod");
    folder("sys/pod/container");
    put("sys/pod/memory.max", "1000000\n");
    put("sys/pod/container/memory.max", "max\n");
    put("sys/pod/container/cpu.max", "10000 100000\n");
    struct limits limits = look("0::/pod/container\n");
    ck_assert_int_eq(limits.memory, 1000000);
    ck_assert_uint_eq(limits.cpus, 1);
}
END_TEST

START_TEST(version_2_in_a_namespace)
{
    folder("sys");
    put("sys/memory.max", "max\n");
    put("sys/cpu.max", "max 100000\n");
    struct limits limits = look("0::/\n");
    ck_assert_int_eq(limits.memory, LIMITS_NONE);
    ck_assert_uint_ge(limits.cpus, 1);
}
END_TEST

START_TEST(both_versions_side_by_side)
{
    folder("sys");
    folder("sys/memory");
    folder("sys/cpu");
    folder("sys/unified");
    folder("sys/unified/pod");
    put("sys/memory/memory.limit_in_bytes", "3000000\n");
    put("sys/unified/pod/memory.max", "2000000\n");
    put("sys/unified/pod/cpu.max", "10000 100000\n");
    struct limits limits = look("5:memory:/\n4:cpu:/\n0::/pod\n");
    ck_assert_int_eq(limits.memory, 2000000);
    ck_assert_uint_eq(limits.cpus, 1);
}
END_TEST

START_TEST(the_own_limit_is_that_of_the_system_now)
{
    struct limits limits;

    limits_read(LIMITS_PROC, LIMITS_SYS, &limits);
    ck_assert_int_eq(limits_own_memory(), limits.memory);
    ck_assert_int_eq(limits_own_memory(), limits.memory);
}
END_TEST

START_TEST(version_1_with_the_hosts_path)
{
    folder("sys");
    folder("sys/memory");
    folder("sys/cpu");
    put("sys/memory/memory.limit_in_bytes", "33554432\n");
    put("sys/cpu/cpu.cfs_quota_us", "10000\n");
    put("sys/cpu/cpu.cfs_period_us", "100000\n");
    struct limits limits = look(
        "5:memory:/kubepods/x\n4:cpuacct,cpu:/kubepods/x\n1:name=systemd:/\nrubbish\n");
    ck_assert_int_eq(limits.memory, 33554432);
    ck_assert_uint_eq(limits.cpus, 1);
}
END_TEST

START_TEST(version_1_without_limits)
{
    folder("sys");
    folder("sys/memory");
    folder("sys/cpu");
    put("sys/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/cpu/cpu.cfs_quota_us", "-1\n");
    put("sys/cpu/cpu.cfs_period_us", "100000\n");
    struct limits limits = look("5:memory:/\n4:cpu:/\n");
    ck_assert_int_eq(limits.memory, LIMITS_NONE);
}
END_TEST

static rlim_t held_to(int64_t memory)
{
    const struct limits limits = {.cpus = 1, .memory = memory};
    struct rlimit data;

    limits_hold_memory(&limits);
    ck_assert_int_eq(getrlimit(RLIMIT_DATA, &data), 0);
    return data.rlim_cur;
}

START_TEST(memory_is_held_to_the_limit_where_that_can_be)
{
    const int64_t much = INT64_C(1) << 60;
    struct rlimit before;

    ck_assert_int_eq(getrlimit(RLIMIT_DATA, &before), 0);
    ck_assert_uint_eq(held_to(LIMITS_UNKNOWN), before.rlim_cur);
    ck_assert_uint_eq(held_to(LIMITS_NONE), before.rlim_cur);
    ck_assert_uint_eq(held_to(4096), before.rlim_cur); /* more is in use already */
    ck_assert_uint_eq(held_to(much), (rlim_t)(much / 8 * 7));
    ck_assert_uint_eq(held_to(2 * much), (rlim_t)(much / 8 * 7)); /* it is never raised */
}
END_TEST

SUITE("limits", memory_is_held_to_the_limit_where_that_can_be, nothing_known,
      version_2_the_lowest_on_the_way_up_counts, version_2_in_a_namespace, version_1_with_the_hosts_path,
      version_1_without_limits, both_versions_side_by_side, the_own_limit_is_that_of_the_system_now)
