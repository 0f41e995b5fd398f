#include "common/files/install.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct reason why;

START_TEST(this_very_binary)
{
    struct stat self, copy;
    char *folder = scratch_path(".");

    umask(0077);
    ck_assert_msg(install_self(folder, "tool", &why), "%s", why.text);
    ck_assert_int_eq(stat("/proc/self/exe", &self), 0);
    ck_assert_int_eq(stat(scratch_path("tool"), &copy), 0);
    ck_assert_int_eq(copy.st_size, self.st_size);
    ck_assert_uint_eq(copy.st_mode & 07777, 0755);
    ck_assert_int_eq(scratch_count(), 1);
    ck_assert(install_self(folder, "tool", &why));
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(a_link_in_place_of_whatever_has_its_name)
{
    char target[PATH_MAX] = "", *folder = scratch_path("."), *link = scratch_path("link");

    ck_assert(install_link(folder, "link", "tool", &why));
    ck_assert_int_eq(readlink(link, target, sizeof target - 1), 4);
    ck_assert_str_eq(target, "tool");
    ck_assert(install_link(folder, "link", "other", &why));
    memset(target, 0, sizeof target);
    ck_assert_int_eq(readlink(link, target, sizeof target - 1), 5);
    scratch_file("file", "content");
    ck_assert(install_link(folder, "file", "tool", &why));
    scratch_file(".killed.initkit-link", "left by a killed run");
    ck_assert(install_link(folder, "killed", "tool", &why));
    ck_assert_int_eq(scratch_count(), 3);
}
END_TEST

START_TEST(a_folder_of_that_name_is_left_alone)
{
    char *folder = scratch_path(".");

    ck_assert_int_eq(mkdir(scratch_path("link"), 0755), 0);
    ck_assert(!install_link(folder, "link", "tool", &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "cannot be linked");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(places_that_are_not_there)
{
    char *missing = scratch_path("missing");
    static char longest[PATH_MAX];

    ck_assert(!install_self(missing, "tool", &why));
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, missing);
    ck_assert(!install_link(missing, "link", "tool", &why));
    ck_assert(!install_self(scratch_file("file", ""), "tool", &why));
    memset(longest, '/', sizeof longest - 1);
    ck_assert(!install_self(longest, "tool", &why));
    expect_contains(why.text, "too long");
    ck_assert(!install_link(longest, "link", "tool", &why));
    expect_contains(why.text, "too long");
}
END_TEST

START_TEST(a_place_where_no_program_can_run)
{
    ck_assert(!install_self("/proc", "tool", &why)); /* mounted noexec wherever there is one */
    ck_assert_int_eq(why.code, CODE_FAILED);
    expect_contains(why.text, "/proc");
}
END_TEST

SUITE("install", this_very_binary, a_link_in_place_of_whatever_has_its_name,
      a_folder_of_that_name_is_left_alone, places_that_are_not_there, a_place_where_no_program_can_run)
