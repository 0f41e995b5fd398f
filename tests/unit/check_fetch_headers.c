#include "cmd/fetch-config/headers.h"

#include <stdio.h>

#include "cmd/fetch-config/checksum.h"
#include "cmd/fetch-config/via.h"
#include "common/value.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct reason why;
static const struct option_list none;

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

static bool read_lines(const struct headers_source *source, struct option_list *list)
{
    struct headers_source whole = *source;

    if (!whole.lines)
        whole.lines = &none;
    memset(list, 0, sizeof *list);
    return headers_read(&whole, list, &why);
}

START_TEST(files)
{
    struct option_list list;
    struct headers_source source = {.file = scratch_file("headers", "X-A: b\n\nX-C: \n")};

    ck_assert_msg(read_lines(&source, &list), "%s", why.text);
    ck_assert_uint_eq(list.count, 2);
    ck_assert_str_eq(list.items[0], "X-A: b");
    ck_assert_str_eq(list.items[1], "X-C;");
    headers_clear(&list);
    source.file = scratch_file("headers", "X-A: b\nX-C: geheim\r\n");
    ck_assert(!read_lines(&source, &list));
    expect_contains(why.text, "--header-file");
    expect_contains(why.text, "line 2");
    expect_lacks(why.text, "geheim");
    source.file = scratch_path("absent");
    ck_assert(!read_lines(&source, &list));
    ck_assert_int_eq(why.code, CODE_USAGE);
}
END_TEST

START_TEST(secrets)
{
    struct option_list list;
    struct headers_source source = {.bearer_token_file = scratch_file("token", "abc\r\n")};

    ck_assert(read_lines(&source, &list));
    ck_assert_str_eq(list.items[0], "Authorization: Bearer abc");
    headers_clear(&list);
    source = (struct headers_source){.basic_auth_file = scratch_file("basic", "Aladdin:open sesame\n")};
    ck_assert(read_lines(&source, &list));
    ck_assert_str_eq(list.items[0], "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    headers_clear(&list);
    source.basic_auth_file = scratch_file("basic", "nocolon\n");
    ck_assert(!read_lines(&source, &list));
    expect_contains(why.text, "user:password");
    source = (struct headers_source){.bearer_token_file = scratch_file("token", "a\nb\n")};
    ck_assert(!read_lines(&source, &list));
    source.bearer_token_file = scratch_file("token", "\n");
    ck_assert(!read_lines(&source, &list));
    expect_contains(why.text, "empty");
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
        snprintf(found, sizeof found, "%s from %s", via.url.text, via.source);
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
         bad[] = "http_proxy=http://u:geheim@p:1", shared[] = "INITKIT_PROXY=http://p:5",
         own[] = "INITKIT_FETCH_CONFIG_PROXY=http://p:6";

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
    expect_contains(proxy_for("http://b/", NULL, bad, NULL), "--proxy-auth-file");
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
    return checksum_find(copy, name, hex) ? hex : "none";
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
}
END_TEST

SUITE("fetch_headers", lines, files, secrets, exceptions, choices, checksums)
