#include "cmd/fetch-config/entry_path.h"

#include "tests/unit/suite.h"

static const char *path(const char *text, size_t strip)
{
    static char out[PATH_MAX];
    const char *problem;
    int where = entry_path(text, strip, out, &problem);

    return where < 0 ? problem : where == 0 ? "nothing" : out;
}

START_TEST(paths)
{
    ck_assert_str_eq(path("a/b", 0), "a/b");
    ck_assert_str_eq(path("./a//b/.", 0), "a/b");
    ck_assert_str_eq(path("a/b", 1), "b");
    ck_assert_str_eq(path("./a/b", 1), "b");
    ck_assert_str_eq(path("a/b", 2), "nothing");
    ck_assert_str_eq(path("", 0), "nothing");
    ck_assert_str_eq(path(".", 0), "nothing");
    ck_assert_str_eq(path("/a", 0), "has an absolute path");
    ck_assert_str_eq(path("a/../b", 0), "has a path with ..");
    ck_assert_str_eq(path("../b", 1), "has a path with ..");
    ck_assert_str_eq(path("..a/b..", 0), "..a/b..");
    ck_assert_str_eq(path(".initkit-extract-1-0/a", 0),
                     "has a name that only fetch-config uses, .initkit-extract-");
    ck_assert_str_eq(path("a/.Initkit-EXTRACT-", 1),
                     "has a name that only fetch-config uses, .initkit-extract-");
    ck_assert_str_eq(path("a/initkit-extract-1-0", 0), "a/initkit-extract-1-0");
    char deep[2 * (ENTRY_PATH_LEVELS + 1) + 1];
    for (size_t i = 0; i <= ENTRY_PATH_LEVELS; i++)
        memcpy(deep + 2 * i, "a/", 3);
    ck_assert_str_eq(path(deep, 0), "has a path of more than 256 levels");
    deep[2 * (size_t)ENTRY_PATH_LEVELS] = '\0';
    ck_assert_uint_eq(strlen(path(deep, 0)), 2 * ENTRY_PATH_LEVELS - 1);
}
END_TEST

START_TEST(links)
{
    ck_assert(entry_path_link_stays("a/b", "c"));
    ck_assert(entry_path_link_stays("a/b", "../c"));
    ck_assert(!entry_path_link_stays("a/b", "../../c"));
    ck_assert(!entry_path_link_stays("a", "../c"));
    ck_assert(!entry_path_link_stays("a", "/etc"));
    ck_assert(!entry_path_link_stays("a", ""));
    ck_assert(!entry_path_link_stays("a/b", "c/../../.."));
    ck_assert(entry_path_link_stays("a", "./b/../c"));
}
END_TEST

SUITE("fetch_entry_path", paths, links)
