#include "common/files/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

/* top/a/b/file, top/link -> a, top/a/out -> ../.., top/gone -> nowhere; returns top. */
static int make_tree(void)
{
    ck_assert_int_eq(mkdir(scratch_path("top"), 0755), 0);
    int top = open(scratch_path("top"), O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(mkdirat(top, "a", 0755), 0);
    ck_assert_int_eq(mkdirat(top, "a/b", 0755), 0);
    close(openat(top, "a/b/file", O_WRONLY | O_CREAT, 0644));
    ck_assert_int_eq(symlinkat("a", top, "link"), 0);
    ck_assert_int_eq(symlinkat("../..", top, "a/out"), 0);
    ck_assert_int_eq(symlinkat("nowhere", top, "gone"), 0);
    return top;
}

/* By openat2(2) and part by part, which must agree. */
static bool opens(int top, const char *path, int flags)
{
    int one = directory_open_below(top, path, flags), first = errno;
    int other = directory_open_below_by_parts(top, path, flags), second = errno;

    ck_assert_msg((one >= 0) == (other >= 0), "%s", path);
    if (one >= 0) {
        close(one);
        close(other);
    } else {
        ck_assert_msg(first == second || (first == ELOOP && second == ENOTDIR), "%s: %d, %d", path, first,
                      second);
    }
    return one >= 0;
}

START_TEST(what_is_below_is_opened)
{
    int top = make_tree();

    ck_assert(opens(top, "a/b/file", O_RDONLY));
    ck_assert(opens(top, "./a//b/./file", O_RDONLY));
    ck_assert(opens(top, "a/b", O_PATH | O_DIRECTORY));
    ck_assert(opens(top, "a/b/", O_RDONLY | O_DIRECTORY));
    ck_assert(opens(top, ".", O_RDONLY | O_DIRECTORY));
    ck_assert(!opens(top, "a/missing/file", O_RDONLY) && errno == ENOENT);
    ck_assert(!opens(top, "a/b/file", O_RDONLY | O_DIRECTORY) && errno == ENOTDIR);
    ck_assert(!opens(top, "a/b/file/x", O_RDONLY) && errno == ENOTDIR);
}
END_TEST

START_TEST(no_link_is_followed_and_nothing_leads_up)
{
    static const char *const links[] = {"link", "link/b", "link/b/file", "a/out", "a/out/top/a", "gone"};
    static const char *const ups[] = {"..", "../top/a", "a/..", "a/../a/b", "a/b/../..", "/", "/etc"};
    int top = make_tree();

    for (size_t i = 0; i < COUNT_OF(links); i++)
        ck_assert_msg(!opens(top, links[i], O_RDONLY) && (errno == ELOOP || errno == ENOTDIR), "%s",
                      links[i]);
    for (size_t i = 0; i < COUNT_OF(ups); i++)
        ck_assert_msg(!opens(top, ups[i], O_PATH) && errno == EXDEV, "%s", ups[i]);
    ck_assert(opens(top, "a/b", O_PATH));
}
END_TEST

START_TEST(names_with_dots_are_names)
{
    int top = make_tree();

    ck_assert_int_eq(mkdirat(top, "..a", 0755), 0);
    ck_assert_int_eq(mkdirat(top, "..a/b...", 0755), 0);
    ck_assert(opens(top, "..a/b...", O_PATH));
}
END_TEST

START_TEST(a_part_that_is_too_long)
{
    char path[NAME_MAX + 8];
    int top = make_tree();

    snprintf(path, sizeof path, "a/%0*d", NAME_MAX + 1, 0);
    ck_assert(!opens(top, path, O_PATH) && errno == ENAMETOOLONG);
    ck_assert(directory_reach(path, 0, 0, NULL) < 0);
}
END_TEST

static mode_t mode_of(int descriptor)
{
    struct stat found;

    ck_assert_int_eq(fstat(descriptor, &found), 0);
    close(descriptor);
    return found.st_mode & 07777;
}

static const char *below(const char *path)
{
    char *full = scratch_path("top");

    snprintf(full + strlen(full), PATH_MAX - strlen(full), "/%s", path);
    return full;
}

static bool reaches(const char *path, unsigned own, mode_t made)
{
    int handle = directory_reach(below(path), own, made, NULL);

    if (handle >= 0)
        close(handle);
    return handle >= 0;
}

START_TEST(the_way_may_have_links_but_its_own_parts_may_not)
{
    close(make_tree());
    ck_assert(reaches("link/b", 0, 0));
    ck_assert(reaches("link/b", 1, 0));
    ck_assert(!reaches("link/b", 2, 0) && errno == ELOOP);
    ck_assert(reaches("link", 0, 0));
    ck_assert(!reaches("link", 1, 0) && errno == ELOOP);
    ck_assert(!reaches("link/", 1, 0) && errno == ELOOP);
    ck_assert(!reaches("link/.", 1, 0) && errno == ELOOP);
    ck_assert(!reaches("gone", 1, 0755) && errno == ELOOP);
    ck_assert(!reaches("gone", 0, 0755) && errno == ENOENT);
    ck_assert(!reaches("a/b/file", 1, 0755) && errno == ENOTDIR);
    ck_assert(directory_reach("", 0, 0755, NULL) < 0 && errno == ENOENT);
}
END_TEST

/* Only root can give a link to somebody else. */
START_TEST(links_of_others_are_not_followed)
{
    close(make_tree());
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(symlink("link", below("second")), 0);
    ck_assert(reaches("second/b", 1, 0));
    ck_assert_int_eq(lchown(below("link"), 12345, 12345), 0);
    ck_assert(!reaches("link/b", 1, 0) && errno == EXDEV);
    ck_assert(!reaches("link/b", 0, 0755) && errno == EXDEV);
    ck_assert(!reaches("second/b", 1, 0) && errno == EXDEV);
    ck_assert(reaches("link/b", DIRECTORY_FOLLOW, 0));
}
END_TEST

START_TEST(links_in_a_circle_end)
{
    close(make_tree());
    ck_assert_int_eq(symlink("circle/x", below("circle")), 0);
    ck_assert(!reaches("circle", 0, 0755) && errno == ELOOP);
}
END_TEST

START_TEST(what_is_missing_is_made)
{
    int near;

    close(make_tree());
    ck_assert(directory_reach(below("a/new/newer"), 0, 0, &near) < 0 && errno == ENOENT);
    ck_assert_int_eq(faccessat(near, "b/file", F_OK, 0), 0); /* it is top/a */
    close(near);
    umask(0);
    ck_assert_uint_eq(mode_of(directory_reach(below("a/new/newer"), 1, 0755, &near)), 0755);
    ck_assert_int_eq(near, -1);
    ck_assert_uint_eq(mode_of(directory_reach(below("a/new"), 1, 0, NULL)), 0755);
}
END_TEST

START_TEST(the_setgid_bit_of_a_volume_is_inherited)
{
    close(make_tree());
    ck_assert_int_eq(chmod(below("a/b"), 02775), 0);
    umask(0);
    ck_assert_uint_eq(mode_of(directory_reach(below("a/b/new/newer"), 1, 0755, NULL)), 02755);
}
END_TEST

START_TEST(the_mode_of_a_handle)
{
    int top = make_tree(), handle = directory_handle(top, "a");

    ck_assert(directory_set_mode(handle, 0700));
    ck_assert_uint_eq(mode_of(dup(handle)), 0700);
    ck_assert(directory_set_mode(handle, 0));
    ck_assert(directory_set_mode(handle, 0711)); /* an ordinary user cannot even search it now */
    ck_assert_uint_eq(mode_of(handle), 0711);
    ck_assert(directory_handle(top, "link") < 0 && errno == ENOTDIR);
    ck_assert(directory_open(top, "link") < 0 && errno == ENOTDIR);
    ck_assert(directory_has_link(top, "link") && !directory_has_link(top, "a") &&
              !directory_has_link(top, "no"));
    close(top);
}
END_TEST

START_TEST(where_a_link_leads)
{
    int top = make_tree();

    ck_assert_int_eq(symlinkat("../link/b/file", top, "a/good"), 0);
    ck_assert_int_eq(symlinkat("out/top", top, "a/leaves"), 0);
    ck_assert_int_eq(symlinkat("/", top, "absolute"), 0);
    ck_assert(directory_may_stay_within(top, "a/good"));
    ck_assert(directory_may_stay_within(top, "gone"));
    /* Where the kernel has no openat2(2), nothing is known. */
    int known = directory_open_below(top, "a/out", O_PATH) < 0 && errno == ELOOP;
    ck_assert(!known ||
              (!directory_may_stay_within(top, "a/out") && !directory_may_stay_within(top, "a/leaves") &&
               !directory_may_stay_within(top, "absolute")));
    close(top);
}
END_TEST

SUITE("directory", what_is_below_is_opened, no_link_is_followed_and_nothing_leads_up,
      names_with_dots_are_names, a_part_that_is_too_long, the_way_may_have_links_but_its_own_parts_may_not,
      links_of_others_are_not_followed, links_in_a_circle_end, what_is_missing_is_made,
      the_setgid_bit_of_a_volume_is_inherited, the_mode_of_a_handle, where_a_link_leads)
