#include "cmd/copy-agent/twins.h"

#include "tests/unit/suite.h"

START_TEST(names_that_a_volume_could_take_for_one)
{
    ck_assert_uint_eq(twins_digest("Makefile"), twins_digest("makeFILE"));
    ck_assert_uint_eq(twins_digest("\xC3\x89t\xC3\xA9"), twins_digest("\xC3\xA9T\xC3\x89"));
    ck_assert_uint_eq(twins_digest("\xE1\xBA\x9E"), twins_digest("\xC3\x9F")); /* of other lengths in UTF-8 */
    ck_assert_uint_eq(twins_digest(""), twins_digest(""));
}
END_TEST

START_TEST(names_that_none_does)
{
    ck_assert_uint_ne(twins_digest("a"), twins_digest("b"));
    ck_assert_uint_ne(twins_digest("ab"), twins_digest("ba"));
    ck_assert_uint_ne(twins_digest("a"), twins_digest("a."));
    ck_assert_uint_ne(twins_digest("["), twins_digest("{")); /* as far apart as A and a */
    ck_assert_uint_ne(twins_digest("\xC3\xA9"), twins_digest("\xC3\xA9\xC3\xA9"));
}
END_TEST

SUITE("twins", names_that_a_volume_could_take_for_one, names_that_none_does)
