#include "common/base/json.h"

#include <stdint.h>
#include <stdio.h>

#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

static const char *quoted(const char *text)
{
    static char copy[1024];
    struct buf out;

    buf_init(&out, sizeof copy - 1);
    json_add_string(&out, text);
    ck_assert_msg(strict_json(out.data, out.length), "not JSON: %s", out.data);
    memcpy(copy, out.data, out.length + 1);
    buf_free(&out);
    return copy;
}

START_TEST(the_judge_itself)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [1, -2.5e+3, 0, true, false, null] ",
                                       "{\"a\":{\"b\":[\"\"]}}",
                                       "\"\\u00e9\\n\\\\\\\"\"",
                                       "\"\xC3\xA9\xF0\x9F\x98\x80\""};
    static const char *const bad[] = {"",
                                      "{",
                                      "[1,]",
                                      "{\"a\"}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "01",
                                      "\"a",
                                      "\"\n\"",
                                      "\"\\x41\"",
                                      "\"\xC3\"",
                                      "\"\xED\xA0\x80\"",
                                      "\"\xC0\x80\"",
                                      "\"\xF4\x90\x80\x80\"",
                                      "{} {}",
                                      "nul",
                                      "'a'",
                                      "[1 2]",
                                      "\"\\u12g4\"",
                                      "+1",
                                      "1."};

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_msg(strict_json(good[i], strlen(good[i])), "%s is good", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(!strict_json(bad[i], strlen(bad[i])), "%s is bad", bad[i]);
}
END_TEST

START_TEST(plain_and_escaped)
{
    ck_assert_str_eq(quoted(""), "\"\"");
    ck_assert_str_eq(quoted("mydb:3306"), "\"mydb:3306\"");
    ck_assert_str_eq(quoted("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    ck_assert_str_eq(quoted("a\nb\rc\td"), "\"a\\nb\\rc\\td\"");
    ck_assert_str_eq(quoted("\x01\x1B\x1F\x7F"), "\"\\u0001\\u001b\\u001f\\u007f\"");
    ck_assert_str_eq(quoted("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
                     "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}
END_TEST

START_TEST(what_must_not_be_shown_is_escaped)
{
    ck_assert_str_eq(quoted("a\xC2\x85"
                            "b"),
                     "\"a\\u0085b\"");
    ck_assert_str_eq(quoted("\xE2\x80\xA8\xE2\x80\xAE\xEF\xBB\xBF"), "\"\\u2028\\u202e\\ufeff\"");
    ck_assert_str_eq(quoted("\xF3\xA0\x81\x81"), "\"\\udb40\\udc41\"");
    ck_assert_str_eq(quoted("\xF4\x8F\xBF\xBF"), "\"\\udbff\\udfff\"");
}
END_TEST

START_TEST(what_is_no_utf8_is_replaced)
{
#define LOST "\xEF\xBF\xBD"
    ck_assert_str_eq(quoted("a\xFFz"), "\"a" LOST "z\"");
    ck_assert_str_eq(quoted("a\xC3"), "\"a" LOST "\"");
    ck_assert_str_eq(quoted("\xC3\"x"), "\"" LOST "\\\"x\"");
    ck_assert_str_eq(quoted("\xC0\x80"), "\"" LOST LOST "\"");
    ck_assert_str_eq(quoted("\xED\xA0\x80"), "\"" LOST LOST LOST "\"");
    ck_assert_str_eq(quoted("\xF4\x90\x80\x80"), "\"" LOST LOST LOST LOST "\"");
    ck_assert_str_eq(quoted("\xE2\x82"), "\"" LOST LOST "\"");
#undef LOST
}
END_TEST

START_TEST(every_pair_of_bytes_after_every_lead)
{
    static const unsigned char leads[] = {0x41, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1,
                                          0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5};

    for (size_t lead = 0; lead < sizeof leads; lead++)
        for (unsigned pair = 0; pair < 65536; pair++) {
            const char text[] = {(char)leads[lead], (char)(pair >> 8), (char)pair, (char)0x80, '\0'};
            struct buf out;
            buf_init(&out, 64);
            json_add_string(&out, text);
            ck_assert_msg(strict_json(out.data, out.length), "%02x %04x", leads[lead], pair);
            buf_free(&out);
        }
}
END_TEST

START_TEST(random_bytes)
{
    uint32_t random = 1;

    for (int round = 0; round < 20000; round++) {
        char text[40];
        struct buf out;
        for (size_t i = 0; i < sizeof text; i++) {
            random = random * 1664525u + 1013904223u;
            text[i] = (char)(random >> 24);
        }
        text[sizeof text - 1] = '\0';
        buf_init(&out, 1024);
        json_add_string(&out, text);
        ck_assert(strict_json(out.data, out.length));
        buf_free(&out);
    }
}
END_TEST

START_TEST(members_and_their_commas)
{
    struct buf out;

    buf_init(&out, 1024);
    buf_add_text(&out, "{");
    json_add_member(&out, "a", "x{");
    json_add_member_number(&out, "b", INT64_MIN);
    json_add_name(&out, "c");
    buf_add_text(&out, "[{");
    json_add_member_number(&out, "d", INT64_MAX);
    buf_add_text(&out, "}]}");
    ck_assert_str_eq(out.data,
                     "{\"a\":\"x{\",\"b\":-9223372036854775808,\"c\":[{\"d\":9223372036854775807}]}");
    ck_assert(strict_json(out.data, out.length));
    buf_free(&out);
}
END_TEST

SUITE("json", the_judge_itself, plain_and_escaped, what_must_not_be_shown_is_escaped,
      what_is_no_utf8_is_replaced, every_pair_of_bytes_after_every_lead, random_bytes,
      members_and_their_commas)
