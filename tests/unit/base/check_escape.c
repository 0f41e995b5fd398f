#include "common/base/escape.h"

#include "tests/unit/suite.h"

static struct buf bytes;
static struct reason why;

static void expect_bytes(const char *text, const char *expected, size_t length)
{
    buf_init(&bytes, 1024);
    ck_assert_msg(escape_decode(text, &bytes, &why), "%s: %s", text, why.text);
    ck_assert_msg(bytes.length == length && memcmp(bytes.data, expected, length) == 0, "%s", text);
    buf_free(&bytes);
}

static void reject(const char *text, const char *expects)
{
    buf_init(&bytes, 1024);
    ck_assert_msg(!escape_decode(text, &bytes, &why), "%s is taken", text);
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, expects);
    buf_free(&bytes);
}

START_TEST(plain_bytes_stay)
{
    expect_bytes("", "", 0);
    expect_bytes("PING", "PING", 4);
    expect_bytes("\xC3\xA9\xFF\x01", "\xC3\xA9\xFF\x01", 4);
}
END_TEST

START_TEST(letters)
{
    expect_bytes("PING\\r\\n", "PING\r\n", 6);
    expect_bytes("\\n\\r\\t\\a\\b\\e\\f\\v\\\\\\\"\\'", "\n\r\t\a\b\033\f\v\\\"'", 11);
}
END_TEST

START_TEST(hexadecimal)
{
    expect_bytes("\\x00\\xfF\\x1b", "\x00\xFF\x1B", 3);
    expect_bytes("\\x414", "A4", 2);
    reject("\\x", "at byte 1");
    reject("ab\\x1", "at byte 3");
    reject("\\x1g", "at byte 1");
    reject("\\X41", "at byte 1");
}
END_TEST

START_TEST(octal)
{
    expect_bytes("\\0", "\0", 1);
    expect_bytes("\\0\\1\\12\\123\\377", "\0\1\12\123\377", 5);
    expect_bytes("\\1234", "S4", 2);
    expect_bytes("\\08",
                 "\0"
                 "8",
                 2);
    reject("\\400", "at byte 1");
    reject("\\777", "at byte 1");
    reject("\\8", "at byte 1");
}
END_TEST

START_TEST(what_is_no_escape)
{
    reject("\\", "at byte 1");
    reject("abc\\", "at byte 4");
    reject("a\\qb", "\"\\qb\" at byte 2");
    reject("\\ ", "invalid escape");
    reject("\\N", "invalid escape");
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
    buf_init(&bytes, 3);
    ck_assert(escape_decode("\\x41\\x42\\x43", &bytes, &why));
    ck_assert(!escape_decode("D", &bytes, &why));
    expect_contains(why.text, "longer than 3 bytes");
    buf_free(&bytes);
}
END_TEST

SUITE("escape", plain_bytes_stay, letters, hexadecimal, octal, what_is_no_escape, more_than_there_is_room_for)
