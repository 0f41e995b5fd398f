#include "common/base/visible.h"

#include <stdint.h>

#include "tests/unit/strict_json.h"
#include "tests/unit/suite.h"

static const char *shown(const char *text)
{
    static char copy[1024];
    struct buf out;

    buf_init(&out, sizeof copy - 1);
    ck_assert(visible_add(&out, text));
    ck_assert(strict_plain(out.data, out.length));
    memcpy(copy, out.data, out.length + 1);
    buf_free(&out);
    return copy;
}

START_TEST(plain_text_stays)
{
    static const char plain[] = "mydb:3306 \xC3\xA9 \xE2\x82\xAC \xE2\x9C\x97 \xF0\x9F\x98\x80 \\ \"'$(x)";

    ck_assert_str_eq(shown(""), "");
    ck_assert_str_eq(shown(plain), plain);
}
END_TEST

START_TEST(bytes)
{
    ck_assert_str_eq(shown("a\nb\x1B[2J\x7F"), "a\\x0ab\\x1b[2J\\x7f");
    ck_assert_str_eq(shown("\x80\xFF\xC3"), "\\x80\\xff\\xc3");
    ck_assert_str_eq(shown("\xED\xA0\x80"), "\\xed\\xa0\\x80"); /* a surrogate */
    ck_assert_str_eq(shown("\xC0\x8A"), "\\xc0\\x8a");          /* an overlong newline */
}
END_TEST

START_TEST(characters)
{
    ck_assert_str_eq(shown("a\xC2\x85z\xC2\x9B"
                           "1m"),
                     "a\\u0085z\\u009b1m");
    ck_assert_str_eq(shown("\xE2\x80\xA8|\xE2\x80\xA9"), "\\u2028|\\u2029");
    ck_assert_str_eq(shown("\xE2\x80\xAE"
                           "moc.liveexample\xE2\x80\xAC"),
                     "\\u202emoc.liveexample\\u202c");
    ck_assert_str_eq(shown("\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C"),
                     "\\u2066\\u2069\\u200e\\u200f\\u061c");
    ck_assert_str_eq(shown("pay\xE2\x80\x8Bpal\xEF\xBB\xBF\xC2\xAD"), "pay\\u200bpal\\ufeff\\u00ad");
    ck_assert_str_eq(shown("\xF3\xA0\x81\x81\xF4\x8F\xBF\xBF"), "\\U000e0041\\U0010ffff");
}
END_TEST

/* Every code point, its neighbours of the ranges' ends among them. */
START_TEST(every_character)
{
    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        char text[5] = {0};
        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        if (point < 0x80) {
            text[0] = (char)point;
        } else if (point < 0x800) {
            text[0] = (char)(0xC0 | point >> 6);
            text[1] = (char)(0x80 | (point & 0x3F));
        } else if (point < 0x10000) {
            text[0] = (char)(0xE0 | point >> 12);
            text[1] = (char)(0x80 | (point >> 6 & 0x3F));
            text[2] = (char)(0x80 | (point & 0x3F));
        } else {
            text[0] = (char)(0xF0 | point >> 18);
            text[1] = (char)(0x80 | (point >> 12 & 0x3F));
            text[2] = (char)(0x80 | (point >> 6 & 0x3F));
            text[3] = (char)(0x80 | (point & 0x3F));
        }
        struct visible_char next = visible_next(text);
        ck_assert(next.is_utf8);
        ck_assert_uint_eq(next.point, point);
        ck_assert_uint_eq((size_t)next.length, strlen(text));
        ck_assert_msg(!next.is_plain || strict_plain(text, strlen(text)), "U+%04X is shown", point);
    }
}
END_TEST

START_TEST(what_is_cut_is_cut_between_characters)
{
    struct buf out;

    buf_init(&out, 10);
    ck_assert(visible_add(&out, "ab\x01"));
    ck_assert_str_eq(out.data, "ab\\x01");
    ck_assert(!visible_add(&out, "\xE2\x82\xAC\x02"));
    ck_assert_str_eq(out.data, "ab\\x01\xE2\x82\xAC");
    buf_free(&out);
}
END_TEST

START_TEST(a_line)
{
    struct buf out;

    buf_init(&out, 100);
    ck_assert(visible_add_line(&out, "%s %d", "a\nb", 1));
    ck_assert(visible_add_line(&out, "c"));
    ck_assert_str_eq(out.data, "a\\x0ab 1\nc\n");
    buf_free(&out);
}
END_TEST

SUITE("visible", plain_text_stays, bytes, characters, every_character, what_is_cut_is_cut_between_characters,
      a_line)
