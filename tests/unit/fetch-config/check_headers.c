#include "cmd/fetch-config/headers.h"

#include <stdio.h>

#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/secrets.h"
#include "cmd/fetch-config/via.h"
#include "common/cli/value.h"
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

START_TEST(exceptions)
{
    ck_assert(via_is_excepted("*", "a.b", 80));
    ck_assert(via_is_excepted("x, svc.cluster.local", "a.svc.cluster.local", 80));
    ck_assert(via_is_excepted(".local", "a.local", 80));
    ck_assert(via_is_excepted("local", "LOCAL.", 80));
    ck_assert(!via_is_excepted("local", "notlocal", 80));
    ck_assert(via_is_excepted("10.0.0.0/8", "10.1.2.3", 80));
    ck_assert(!via_is_excepted("10.0.0.0/8", "11.1.2.3", 80));
    ck_assert(via_is_excepted("10.1.2.0/23", "10.1.3.3", 80));
    ck_assert(!via_is_excepted("10.1.2.0/23", "10.1.4.3", 80));
    ck_assert(via_is_excepted("fd00::/8", "fd12::1", 80));
    ck_assert(via_is_excepted("127.0.0.1", "127.0.0.1", 80));
    ck_assert(!via_is_excepted("127.0.0.1", "127.0.0.2", 80));
    ck_assert(via_is_excepted("a:81", "a", 81));
    ck_assert(!via_is_excepted("a:81", "a", 80));
    ck_assert(!via_is_excepted("", "a", 80));
    ck_assert(!via_is_excepted(" , ,", "a", 80));
    ck_assert(via_is_excepted("*.svc", "db.shop.svc", 80));
    ck_assert(!via_is_excepted("*.svc", "db.shopsvc", 80));
    ck_assert(!via_is_excepted("*svc", "db.svc", 80));
    ck_assert(!via_is_excepted("10.0.0.0/999", "10.1.2.3", 80));
}
END_TEST

static const char *proxy_for(const char *text, const char *option, char *first, char *second)
{
    static char found[512];
    char *environment[] = {first, second, NULL};
    struct url url;
    struct via via;

    ck_assert(url_parse(text, "", &url, &why));
    if (!via_choose(&url, option, first ? environment : NULL, &via, &why))
        snprintf(found, sizeof found, "refused: %s", why.text);
    else if (via.used)
        snprintf(found, sizeof found, "%s from %s%s%s", via.url.text, via.source, via.auth ? " as " : "",
                 via.auth ? via.auth : "");
    else
        snprintf(found, sizeof found, "none");
    via_free(&via);
    url_free(&url);
    return found;
}

START_TEST(choices)
{
    char https[] = "https_proxy=http://p:1", upper[] = "HTTPS_PROXY=p:2", http[] = "http_proxy=http://p:3",
         httpoxy[] = "HTTP_PROXY=http://p:4", except[] = "no_proxy=a",
         bad[] = "http_proxy=http://u:geheim@p:1", escaped[] = "http_proxy=http://u%40x:a%2Fb@p:1",
         alone[] = "http_proxy=u@p", slash[] = "http_proxy=http://u:ge/heim@p:1",
         shared[] = "INITKIT_PROXY=http://p:5", own[] = "INITKIT_FETCH_CONFIG_PROXY=http://p:6";

    ck_assert_str_eq(proxy_for("http://a/", NULL, NULL, NULL), "none");
    ck_assert_str_eq(proxy_for("http://a/", "http://p:9", NULL, NULL), "http://p:9/ from --proxy");
    ck_assert_str_eq(proxy_for("http://a/", "p", NULL, NULL), "http://p:1080/ from --proxy");
    ck_assert_str_eq(proxy_for("http://a/", "", http, NULL), "none");
    ck_assert_str_eq(proxy_for("https://a/", NULL, https, upper), "http://p:1/ from https_proxy");
    ck_assert_str_eq(proxy_for("https://a/", NULL, upper, NULL), "http://p:2/ from HTTPS_PROXY");
    ck_assert_str_eq(proxy_for("http://a/", NULL, http, NULL), "http://p:3/ from http_proxy");
    ck_assert_str_eq(proxy_for("http://a/", NULL, httpoxy, NULL), "none");
    ck_assert_str_eq(proxy_for("http://a/", NULL, http, except), "none");
    ck_assert_str_eq(proxy_for("http://b/", NULL, http, except), "http://p:3/ from http_proxy");
    ck_assert_str_eq(proxy_for("http://a/", shared + strlen("INITKIT_PROXY="), shared, https),
                     "http://p:5/ from INITKIT_PROXY");
    ck_assert_str_eq(proxy_for("http://a/", own + strlen("INITKIT_FETCH_CONFIG_PROXY="), shared, own),
                     "http://p:6/ from INITKIT_FETCH_CONFIG_PROXY");
    ck_assert_str_eq(proxy_for("http://a/", "http://p:9", shared, own), "http://p:9/ from --proxy");
    ck_assert_str_eq(proxy_for("http://b/", NULL, bad, NULL), "http://p:1/ from http_proxy as u:geheim");
    ck_assert_str_eq(proxy_for("http://b/", NULL, escaped, NULL), "http://p:1/ from http_proxy as u@x:a/b");
    ck_assert_str_eq(proxy_for("http://b/", NULL, alone, NULL), "http://p:1080/ from http_proxy as u:");
    expect_contains(proxy_for("http://b/", "http://u:geheim@p:1", NULL, NULL), "--proxy-auth-file");
    expect_lacks(why.text, "geheim");
    expect_contains(proxy_for("http://b/", bad + strlen("http_proxy="), bad, NULL), "--proxy-auth-file");
    expect_contains(proxy_for("http://b/", NULL, slash, NULL), "--proxy-auth-file");
    expect_lacks(why.text, "geheim");
    expect_contains(proxy_for("http://b/", "socks5://p:1", NULL, NULL), "expected http://HOST:PORT");
}
END_TEST

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char *find(const char *text, const char *name)
{
    static char hex[SPOOL_DIGEST];
    char copy[512];

    snprintf(copy, sizeof copy, "%s", text);
    const char *other;

    return checksum_find(copy, name, hex, &other) ? hex : other ? other : "none";
}

START_TEST(checksums)
{
    ck_assert_str_eq(find(A, "x"), A);
    ck_assert_str_eq(find(A "\n", "x"), A);
    ck_assert_str_eq(find(A "  y\n", "x"), A);
    ck_assert_str_eq(find(A "  y\n" B " *./x\r\n", "x"), B);
    ck_assert_str_eq(find(B "  x\n" A "  y\n", "x"), B);
    ck_assert_str_eq(find(A "  y\n" B "  z\n", "x"), "none");
    ck_assert_str_eq(find("# sums\n" A "  x\n", "x"), A);
    ck_assert_str_eq(find("aaaa  x\n", "x"), "none");
    ck_assert_str_eq(find(A "a  x\n", "x"), "none");
    ck_assert_str_eq(find("", "x"), "none");
    ck_assert_str_eq(find("SHA256 (dir/x) = " A "\nSHA256 (y) = " B "\n", "x"), A);
    ck_assert_str_eq(find("SHA256 (a (1).txt) = " A "\nSHA256 (y) = " B "\n", "a (1).txt"), A);
    ck_assert_str_eq(find("SHA2-256(x)= " A "\n", "y"), A);
    ck_assert_str_eq(find("SHA256 (x) = " A "x\n", "x"), "none");
    ck_assert_str_eq(find("SHA256 (x = " A "\n", "x"), "none");
    ck_assert_str_eq(find("\xef\xbb\xbf" A "  x\r\n", "x"), A);
    ck_assert_str_eq(find(A B "  x\n", "x"), "SHA-512");
    ck_assert_str_eq(find("SHA512 (x) = " A B "\n", "x"), "SHA-512");
    ck_assert_str_eq(find("SHA512 (x) = " A B "\nSHA256 (x) = " A "\n", "x"), A);
    ck_assert_str_eq(find("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  x\n", "x"), "MD5");
}
END_TEST

SUITE("fetch_headers", lines, files, secrets, one_authorization_is_enough, each_origin_has_its_own,
      values_behind_an_origin, exceptions, choices, checksums)
