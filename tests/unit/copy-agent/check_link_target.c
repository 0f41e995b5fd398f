#include "cmd/copy-agent/link_target.h"

#include "tests/unit/suite.h"

START_TEST(a_target_leaves_by_its_text)
{
    static const struct {
        const char *target;
        unsigned depth;
        bool leaves;
    } cases[] = {
        {"file", 0, false},    {"/file", 3, true},        {"..", 0, true},
        {"..", 1, false},      {"../..", 1, true},        {"a/../..", 0, true},
        {"a/../b", 0, false},  {"./../x", 0, true},       {"a//../..//x", 1, false},
        {"...", 0, false},     {"..a/..", 0, false},      {"", 0, false},
        {"../../a", 2, false}, {"a/b/../../..", 0, true}, {"a/b/../../..", 1, false},
        {".//..", 0, true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(link_target_leaves(cases[i].target, cases[i].depth) == cases[i].leaves, "\"%s\"",
                      cases[i].target);
}
END_TEST

SUITE("link_target", a_target_leaves_by_its_text)
