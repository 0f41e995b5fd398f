#include "cmd/fetch-config/unpack.h"

#include <stdio.h>

#include "cmd/fetch-config/jsoncheck.h"
#include "tests/unit/suite.h"

static const char *path(const char *text, size_t strip)
{
    static char out[PATH_MAX];
    const char *problem;
    int where = unpack_path(text, strip, out, &problem);

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
}
END_TEST

START_TEST(links)
{
    ck_assert(unpack_link_stays("a/b", "c"));
    ck_assert(unpack_link_stays("a/b", "../c"));
    ck_assert(!unpack_link_stays("a/b", "../../c"));
    ck_assert(!unpack_link_stays("a", "../c"));
    ck_assert(!unpack_link_stays("a", "/etc"));
    ck_assert(!unpack_link_stays("a", ""));
    ck_assert(!unpack_link_stays("a/b", "c/../../.."));
    ck_assert(unpack_link_stays("a", "./b/../c"));
}
END_TEST

/* The same verdict whether it comes at once or byte by byte. */
static void expect_json(const char *text, bool good, size_t line, size_t column)
{
    struct jsoncheck whole, pieces;
    size_t length = strlen(text);
    bool fed = true;

    jsoncheck_begin(&whole);
    jsoncheck_feed(&whole, text, length);
    bool verdict = jsoncheck_end(&whole);
    ck_assert_msg(verdict == good, "%s: %s", text, whole.problem ? whole.problem : "was taken");
    jsoncheck_begin(&pieces);
    for (size_t i = 0; i < length && fed; i++)
        fed = jsoncheck_feed(&pieces, text + i, 1);
    ck_assert(jsoncheck_end(&pieces) == good);
    if (good)
        return;
    ck_assert_uint_eq(whole.line, line);
    ck_assert_uint_eq(whole.column, column);
    ck_assert_uint_eq(pieces.column, column);
}

START_TEST(good_json)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "null",
        "true",
        " false ",
        "0",
        "-0",
        "12.5e-3",
        "1E+2",
        "\"\"",
        "\"\\u00e4\\n\\/\"",
        "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"",
        "[1,[2,{\"a\":[]}],{}]",
        "{\"a\":1,\"a\":2}",
        "\t\r\n[ ]\n",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        expect_json(texts[i], true, 0, 0);
}
END_TEST

START_TEST(bad_json)
{
    expect_json("", false, 1, 1);
    expect_json(" ", false, 1, 2);
    expect_json("[1,]", false, 1, 4);
    expect_json("{\n  \"a\": 1,\n}", false, 3, 1);
    expect_json("[1 2]", false, 1, 4);
    expect_json("[1}", false, 1, 3);
    expect_json("]", false, 1, 1);
    expect_json("{\"a\" 1}", false, 1, 6);
    expect_json("{a:1}", false, 1, 2);
    expect_json("{'a':1}", false, 1, 2);
    expect_json("01", false, 1, 2);
    expect_json("-", false, 1, 2);
    expect_json("1.", false, 1, 3);
    expect_json(".5", false, 1, 1);
    expect_json("1e", false, 1, 3);
    expect_json("+1", false, 1, 1);
    expect_json("NaN", false, 1, 1);
    expect_json("nul", false, 1, 4);
    expect_json("nulL", false, 1, 4);
    expect_json("\"a", false, 1, 3);
    expect_json("\"\\x\"", false, 1, 3);
    expect_json("\"\\u12g4\"", false, 1, 6);
    expect_json("\"a\nb\"", false, 1, 3);
    expect_json("\"\xC3(\"", false, 1, 3);
    expect_json("\"\xC0\x80\"", false, 1, 2);
    expect_json("\"\xED\xA0\x80\"", false, 1, 3);
    expect_json("\xEF\xBB\xBF{}", false, 1, 1);
    expect_json("{} x", false, 1, 4);
    expect_json("[\"\xC3\xA4\", x]", false, 1, 7);
    expect_json("// c\n1", false, 1, 1);
}
END_TEST

START_TEST(depth_of_json)
{
    struct jsoncheck check;

    jsoncheck_begin(&check);
    for (int i = 0; i < JSONCHECK_DEPTH; i++)
        ck_assert(jsoncheck_feed(&check, i % 2 ? "{\"a\":" : "[", i % 2 ? 5 : 1));
    ck_assert(!jsoncheck_feed(&check, "[", 1));
    expect_contains(check.problem, "too deeply");
}
END_TEST

SUITE("fetch_unpack", paths, links, good_json, bad_json, depth_of_json)
