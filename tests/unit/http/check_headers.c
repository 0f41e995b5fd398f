#include "common/http/headers.h"

#include <stdio.h>

#include "common/cli/value.h"
#include "common/http/secrets.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct reason why;

START_TEST(lines)
{
    ck_assert(headers_check("X-A: b", &why));
    ck_assert(headers_check("X-A:b\tc", &why));
    ck_assert(!headers_check("X-A: geheim\r\nX: y", &why));
    expect_contains(why.text, "carriage return");
    expect_lacks(why.text, "geheim");
    ck_assert(!headers_check("X-A: a\nb", &why));
    ck_assert(!headers_check(": b", &why));
    ck_assert(!headers_check("X A: geheim", &why));
    expect_lacks(why.text, "geheim");
    ck_assert(!headers_check("X-A", &why));
    ck_assert(!headers_check("content-length: 3", &why));
    ck_assert(!headers_check("Transfer-Encoding: chunked", &why));
}
END_TEST

static bool read_value(enum headers_kind kind, const char *value, struct strings *list)
{
    struct headers_entry entry = {.kind = kind, .value = value};
    const struct headers_source source = {.entries = &entry, .count = 1};
    const struct url nobody = {.text = NULL};

    memset(list, 0, sizeof *list);
    return headers_read(&source, &nobody, true, list, &why);
}

START_TEST(files)
{
    struct strings list;

    ck_assert_msg(read_value(HEADERS_LINES_FILE, scratch_file("headers", "X-A: b\n\nX-C: \n"), &list), "%s",
                  why.text);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.items[0], "X-A: b");
    ck_assert_str_eq(list.items[1], "X-C;");
    headers_clear(&list);
    ck_assert(!read_value(HEADERS_LINES_FILE, scratch_file("headers", "X-A: b\nX-C: geheim\r\n"), &list));
    expect_contains(why.text, "--header-file");
    expect_contains(why.text, "line 2");
    expect_lacks(why.text, "geheim");
    ck_assert(!read_value(HEADERS_LINES_FILE, scratch_path("absent"), &list));
    ck_assert_int_eq(why.code, CODE_USAGE);
}
END_TEST

START_TEST(secrets)
{
    struct strings list;

    ck_assert(read_value(HEADERS_BEARER_FILE, scratch_file("token", "abc\r\n"), &list));
    ck_assert_str_eq(list.items[0], "Authorization: Bearer abc");
    headers_clear(&list);
    ck_assert(read_value(HEADERS_BASIC_FILE, scratch_file("basic", "Aladdin:open sesame\n"), &list));
    ck_assert_str_eq(list.items[0], "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    headers_clear(&list);
    ck_assert(!read_value(HEADERS_BASIC_FILE, scratch_file("basic", "nocolon\n"), &list));
    expect_contains(why.text, "user:password");
    ck_assert(!read_value(HEADERS_BEARER_FILE, scratch_file("token", "a\nb\n"), &list));
    ck_assert(!read_value(HEADERS_BEARER_FILE, scratch_file("token", "\n"), &list));
    expect_contains(why.text, "empty");
}
END_TEST

START_TEST(one_authorization_is_enough)
{
    struct strings list;

    ck_assert(!read_value(HEADERS_LINES_FILE,
                          scratch_file("headers", "Authorization: geheim\nauthorization: geheim\n"), &list));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, "Authorization would be sent 2 times");
    ck_assert_uint_eq(list.count, 0);
    ck_assert(read_value(HEADERS_LINES_FILE,
                         scratch_file("headers", "Authorization: a\nX-Authorization: b\n"), &list));
    headers_clear(&list);
}
END_TEST

static void read_for(const char *text, bool own, const struct headers_source *source, const char *expected)
{
    struct strings list = {0};
    struct url url;

    ck_assert(url_parse(text, "", &url, &why));
    ck_assert(headers_read(source, &url, own, &list, &why));
    if (expected)
        ck_assert_str_eq(list.items[0], expected);
    ck_assert_uint_eq(list.count, expected != NULL);
    headers_clear(&list);
    url_free(&url);
}

START_TEST(each_origin_has_its_own)
{
    struct headers_entry entries[] = {{.value = "X: a"}, {.value = "X: b"}};
    const struct headers_source source = {.entries = entries, .count = 2};

    ck_assert(url_parse("https://a", "", &entries[0].origin, &why));
    ck_assert(url_parse("https://b:8443", "", &entries[1].origin, &why));
    read_for("https://A:443/x", true, &source, "X: a");
    read_for("https://b:8443/y?z", true, &source, "X: b");
    read_for("https://b/", true, &source, NULL);
    read_for("http://a/", true, &source, NULL);
    read_for("https://a.b/", true, &source, NULL);
    url_free(&entries[1].origin);
    read_for("https://c/", true, &source, "X: b"); /* it is nobody's now */
    read_for("https://c/", false, &source, NULL);
    url_free(&entries[0].origin);
}
END_TEST

START_TEST(values_behind_an_origin)
{
    ck_assert_str_eq(secrets_value("/secrets/token"), "/secrets/token");
    ck_assert_str_eq(secrets_value("a=b"), "a=b");
    ck_assert_str_eq(secrets_value("X-A: http://b=c"), "X-A: http://b=c");
    ck_assert_str_eq(secrets_value("https://a:1=/secrets/token"), "/secrets/token");
    ck_assert_str_eq(secrets_value("HTTP://[::1]=X: a=b"), "X: a=b");
    ck_assert_str_eq(secrets_value("https://a="), "");
    ck_assert_str_eq(secrets_value("https://a"), "https://a");
}
END_TEST

SUITE("headers", lines, files, secrets, one_authorization_is_enough, each_origin_has_its_own,
      values_behind_an_origin)
