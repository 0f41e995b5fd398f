#include "common/files/volume.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static const char *hint(const char *path, int error)
{
    static struct reason why;

    ck_assert(!volume_fail(&why, path, "cannot be written", error));
    ck_assert_int_eq(why.code, CODE_FAILED);
    return why.hint;
}

START_TEST(what_the_error_alone_says)
{
    char *path = scratch_path("file");

    expect_contains(hint(path, EBUSY), "the file itself is a mount");
    expect_contains(hint(path, EROFS), "read-only for every user");
    expect_contains(hint(path, EACCES), "this user (UID");
    expect_contains(hint(path, ENOSPC), "full");
    expect_contains(hint(path, EISDIR), "name the file in it");
    ck_assert_str_eq(hint(path, EIO), "");
}
END_TEST

START_TEST(a_volume_that_only_the_kubelet_writes)
{
    ck_assert_int_eq(symlink("..2026", scratch_path("..data")), 0);
    expect_contains(hint(scratch_path("file"), EACCES), "ConfigMap or Secret");
    expect_contains(hint(scratch_path("not/there/yet"), EROFS), "ConfigMap or Secret");
}
END_TEST

START_TEST(where_something_is_mounted)
{
    ck_assert(volume_is_mount("/proc"));
    ck_assert(!volume_is_mount(scratch_file("file", "")));
    ck_assert(!volume_is_mount(scratch_path("missing")));
    ck_assert(!volume_is_mount("/"));
    expect_contains(hint("/proc", EISDIR), "the kubelet mounts a directory");
}
END_TEST

SUITE("volume", what_the_error_alone_says, a_volume_that_only_the_kubelet_writes, where_something_is_mounted)
