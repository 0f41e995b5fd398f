#include "cmd/copy-agent/case_names.h"

#include "tests/unit/suite.h"

START_TEST(names_that_a_volume_could_take_for_one)
{
    ck_assert_uint_eq(case_names_digest("Makefile"), case_names_digest("makeFILE"));
    ck_assert_uint_eq(case_names_digest("\xC3\x89t\xC3\xA9"), case_names_digest("\xC3\xA9T\xC3\x89"));
    ck_assert_uint_eq(case_names_digest("\xE1\xBA\x9E"),
                      case_names_digest("\xC3\x9F")); /* of other lengths in UTF-8 */
    ck_assert_uint_eq(case_names_digest(""), case_names_digest(""));
}
END_TEST

START_TEST(names_that_none_does)
{
    ck_assert_uint_ne(case_names_digest("a"), case_names_digest("b"));
    ck_assert_uint_ne(case_names_digest("ab"), case_names_digest("ba"));
    ck_assert_uint_ne(case_names_digest("a"), case_names_digest("a."));
    ck_assert_uint_ne(case_names_digest("["), case_names_digest("{")); /* as far apart as A and a */
    ck_assert_uint_ne(case_names_digest("\xC3\xA9"), case_names_digest("\xC3\xA9\xC3\xA9"));
}
END_TEST

SUITE("case names", names_that_a_volume_could_take_for_one, names_that_none_does)
