#include "common/files/ownership.h"

#include "tests/unit/suite.h"

static mode_t apply(const char *text, mode_t mode, bool directory)
{
    struct ownership ownership;
    struct reason why;

    ck_assert_msg(ownership_check_mode(text, &why), "%s", why.text);
    ownership_init(&ownership, text, NULL);
    return ownership_mode(&ownership, mode, directory);
}

START_TEST(without_a_specification_the_mode_stays)
{
    struct ownership ownership;

    ownership_init(&ownership, NULL, NULL);
    ck_assert_uint_eq(ownership_mode(&ownership, 0104755, false), 04755);
}
END_TEST

START_TEST(modes_are_those_of_chmod)
{
    static const struct {
        const char *text;
        mode_t from;
        bool directory;
        mode_t to;
    } cases[] = {
        {"0755", 0600, false, 0755},      {"644", 0777, false, 0644},     {"4755", 0, false, 04755},
        {"0755", 02700, true, 02755},     {"00755", 02700, true, 0755},   {"0755", 02700, false, 0755},
        {"a+r", 0400, false, 0444},       {"+r", 0400, false, 0444},      {"a+rX", 0600, false, 0644},
        {"a+rX", 0700, false, 0755},      {"a+rX", 0600, true, 0755},     {"a+X", 0610, false, 0711},
        {"g=u", 0640, false, 0660},       {"g=u,o=g", 0700, false, 0777}, {"go=", 0777, false, 0700},
        {"u=rw,go=r", 0777, false, 0644}, {"o-rwx", 0777, false, 0770},   {"u+s", 0755, false, 04755},
        {"g+s", 0755, true, 02755},       {"+t", 0777, true, 01777},      {"u=rwx", 04600, false, 0700},
        {"ug=rwx", 06000, true, 06770},   {"g-w+x", 0660, false, 0650},   {"u=rwX,go=rX", 0500, false, 0755},
        {"a=rw", 0111, false, 0666},      {"o=u-w", 0700, false, 0705},   {"0", 0777, false, 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        mode_t found = apply(cases[i].text, cases[i].from, cases[i].directory);
        ck_assert_msg(found == cases[i].to, "%s on %o: %o, expected %o", cases[i].text, cases[i].from, found,
                      cases[i].to);
    }
}
END_TEST

START_TEST(what_is_no_mode_is_refused)
{
    static const char *const cases[] = {"",     "8",    "0779", "010000", "777777", "u",  "u+z",   "rw",
                                        "u+r,", ",u+r", "z+r",  "u=rg",   "u+r x",  "-1", "a+r,x", "u+uo"};
    struct reason why;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_msg(!ownership_check_mode(cases[i], &why), "\"%s\"", cases[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
    }
}
END_TEST

START_TEST(owners_are_numbers)
{
    static const char *const bad[] = {"",      ":",  "root",       "1:", ":x",
                                      "1:2:3", "-1", "4294967295", "1 ", "99999999999999999999"};
    struct ownership ownership;
    struct reason why;

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(!ownership_check_owner(bad[i], &why), "\"%s\"", bad[i]);
    ck_assert(ownership_check_owner("1001", &why));
    ownership_init(&ownership, NULL, "1001");
    ck_assert(ownership.has_owner && ownership.owner == 1001 && !ownership.has_group);
    ck_assert(ownership_check_owner(":3000", &why));
    ownership_init(&ownership, NULL, ":3000");
    ck_assert(!ownership.has_owner && ownership.has_group && ownership.group == 3000);
    ck_assert(ownership_check_owner("0:4294967294", &why));
    ownership_init(&ownership, NULL, "0:4294967294");
    ck_assert(ownership.has_owner && ownership.owner == 0 && ownership.has_group);
    ck_assert_uint_eq(ownership.group, 4294967294U);
}
END_TEST

SUITE("ownership", without_a_specification_the_mode_stays, modes_are_those_of_chmod,
      what_is_no_mode_is_refused, owners_are_numbers)
