#include "cmd/copy-agent/glob.h"

#include <time.h>

#include "tests/unit/suite.h"

START_TEST(patterns)
{
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"a", "a", true},
        {"a", "b", false},
        {"a", "a/b", false},
        {"*", "a", true},
        {"*", "a/b", false},
        {"*.jar", "x.jar", true},
        {"*.jar", "d/x.jar", false},
        {"**/*.jar", "x.jar", true},
        {"**/*.jar", "d/e/x.jar", true},
        {"**", "a/b/c", true},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"**/b", "ab", false},
        {"**b", "x/ab", true},
        {"a**z", "a/b/z", true},
        {"?", "a", true},
        {"?", "/", false},
        {"a?c", "a/c", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a]x", "ax", false},
        {"[]a]x", "]x", true},
        {"[a", "[a", true},
        {"[!/]x", "/x", false},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"[\\]]", "]", true},
        {"/lib/x", "lib/x", true},
        {"./lib", "lib", true},
        {"lib/", "lib", true},
        {"", "a", false},
        {"*a*b*c", "xxaxxbxxc", true},
        {"*a*b*c", "xxaxxbxx", false},
        {"ver*/logs/**", "ver20.8/logs/a/b", true},
        {"ver*/logs/**", "ver/x/logs/a", false},
        {"**/a/*/b", "x/a/y/b", true},
        {"**/a/*/b", "a/a/a/a/b", true},
        {"*/*", "a/b", true},
        {"*/*", "a/b/c", false},
        {"\xff*", "\xff\xfe", true},
        {"***", "a/b", true},
        {"a\\", "a\\", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(glob_match(cases[i].pattern, cases[i].path) == cases[i].matches, "%s on %s",
                      cases[i].pattern, cases[i].path);
}
END_TEST

START_TEST(a_hostile_pattern_takes_no_time)
{
    char path[3001];
    clock_t began = clock();

    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    ck_assert(!glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", path));
    ck_assert(!glob_match("**a**a**a**a**a**a**a**a**a**a**b", path));
    ck_assert((clock() - began) / CLOCKS_PER_SEC < 5);
}
END_TEST

static bool takes(const char *const *rules, size_t count, const char *directory, const char *path)
{
    char *items[8];
    struct strings list = {items, count};
    struct filter filter = {.rules = &list};

    for (size_t i = 0; i < count; i++)
        items[i] = (char *)(size_t)rules[i];
    int above = directory ? filter_rule(&filter, directory, FILTER_NONE) : FILTER_NONE;
    return filter_takes(&filter, filter_rule(&filter, path, above));
}

START_TEST(the_last_rule_that_matches_wins)
{
    static const char *const first_out[] = {"-lib", "+lib/*.jar"};
    static const char *const first_in[] = {"+lib/*.jar", "-lib/b.jar"};
    static const char *const reversed[] = {"+lib/a.jar", "-lib"};

    ck_assert(takes(NULL, 0, NULL, "x"));
    ck_assert(takes(first_out, 2, NULL, "x"));
    ck_assert(takes(first_out, 2, "lib", "lib/a.jar"));
    ck_assert(!takes(first_out, 2, "lib", "lib/a.txt"));
    ck_assert(!takes(first_in, 2, NULL, "x"));
    ck_assert(takes(first_in, 2, "lib", "lib/a.jar"));
    ck_assert(!takes(first_in, 2, "lib", "lib/b.jar"));
    ck_assert(!takes(reversed, 2, "lib", "lib/a.jar"));
}
END_TEST

START_TEST(what_is_left_out_is_only_walked_for_a_later_include)
{
    char *items[] = {(char[]){"-lib"}, (char[]){"+lib/x"}, (char[]){"-tmp"}};
    struct strings list = {items, 3};
    struct filter filter = {.rules = &list};

    ck_assert(filter_may_take_below(&filter, 0));
    ck_assert(!filter_may_take_below(&filter, 2));
}
END_TEST

START_TEST(any_of_several_or_a_directory_above)
{
    char *items[] = {(char[]){"logs"}, (char[]){"*/tmp"}};
    struct strings list = {items, 2};

    ck_assert(glob_any(&list, "logs"));
    ck_assert(glob_any(&list, "logs/a/b"));
    ck_assert(glob_any(&list, "x/tmp/y"));
    ck_assert(!glob_any(&list, "x/logs"));
}
END_TEST

SUITE("glob", patterns, a_hostile_pattern_takes_no_time, the_last_rule_that_matches_wins,
      what_is_left_out_is_only_walked_for_a_later_include, any_of_several_or_a_directory_above)
