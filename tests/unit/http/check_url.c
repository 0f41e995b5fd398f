#include "common/http/url.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static struct url url;
static struct reason why;

static void expect_refused(const char *text, const char *part)
{
    ck_assert_msg(!url_parse(text, "", &url, &why), "%s was taken", text);
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, part);
    expect_lacks(why.text, "geheim");
    url_free(&url);
}

START_TEST(its_parts)
{
    ck_assert(url_parse("http://config.example.com/a/b.yaml?token=x#part", "", &url, &why));
    ck_assert_int_eq(url.scheme, URL_HTTP);
    ck_assert_str_eq(url.host, "config.example.com");
    ck_assert_int_eq(url.port, 80);
    ck_assert_str_eq(url.text, "http://config.example.com/a/b.yaml?token=x");
    ck_assert_str_eq(url.shown, "http://config.example.com/a/b.yaml");
    url_free(&url);
    ck_assert(url_parse("https://[::1]:8443/", "", &url, &why));
    ck_assert_int_eq(url.scheme, URL_HTTPS);
    ck_assert_str_eq(url.host, "::1");
    ck_assert_int_eq(url.port, 8443);
    url_free(&url);
}
END_TEST

START_TEST(the_namespace)
{
    ck_assert(url_parse("http://c.%n.svc/%n", "shop", &url, &why));
    ck_assert_str_eq(url.host, "c.shop.svc");
    ck_assert_str_eq(url.text, "http://c.shop.svc/%n");
    url_free(&url);
    expect_refused("http://c.%n.svc/", "INITKIT_NAMESPACE");
}
END_TEST

START_TEST(files)
{
    ck_assert(url_parse("file:///a/b%20c", "", &url, &why));
    ck_assert_int_eq(url.scheme, URL_FILE);
    ck_assert_str_eq(url.path, "/a/b c");
    url_free(&url);
    ck_assert(url_parse("file://localhost/a", "", &url, &why));
    ck_assert_str_eq(url.path, "/a");
    url_free(&url);
    expect_refused("file://elsewhere/a", "file:///PATH");
    expect_refused("file:///a%00b", "%00");
}
END_TEST

START_TEST(objects)
{
    ck_assert(url_parse("s3://bucket/a/b%20c?d", "", &url, &why));
    ck_assert_str_eq(url.host, "bucket");
    ck_assert_str_eq(url.path, "a/b%20c?d");
    url_free(&url);
    expect_refused("s3://bucket", "s3://BUCKET/KEY");
    expect_refused("s3://bucket/", "s3://BUCKET/KEY");
    expect_refused("s3:///key", "s3://BUCKET/KEY");
    expect_refused("s3://geheim:x@bucket/key", "bucket");
}
END_TEST

static void expect_grpc_refused(const char *text, const char *why_part)
{
    ck_assert(!url_parse_grpc(text, "", &url, &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, why_part);
    url_free(&url);
}

START_TEST(gRPC)
{
    char longest[URL_SERVICE_MOST + 32];

    ck_assert(url_parse_grpc("grpc://Shop.%n:50051/a.B%2fc", "ns", &url, &why));
    ck_assert(url.is_grpc);
    ck_assert_int_eq(url.scheme, URL_HTTP);
    ck_assert_str_eq(url.host, "Shop.ns");
    ck_assert_uint_eq(url.port, 50051);
    ck_assert_str_eq(url.path, "a.B/c");
    ck_assert_str_eq(url.text, "http://Shop.ns:50051/grpc.health.v1.Health/Check");
    ck_assert_str_eq(url.shown, "grpc://Shop.ns:50051/a.B%2fc");
    url_free(&url);
    ck_assert(url_parse_grpc("GRPCS://[::1]:443", "", &url, &why));
    ck_assert_int_eq(url.scheme, URL_HTTPS);
    ck_assert_str_eq(url.host, "::1");
    ck_assert_str_eq(url.path, "");
    ck_assert_str_eq(url.shown, "grpcs://[::1]:443");
    url_free(&url);
    expect_grpc_refused("grpc://a", "grpc://HOST:PORT[/SERVICE]");
    expect_grpc_refused("grpc://[::1]/a:b", "grpc://HOST:PORT[/SERVICE]");
    expect_grpc_refused("grpc://a:1/b?geheim", "grpc://HOST:PORT[/SERVICE]");
    expect_grpc_refused("grpc://a:1#b", "grpc://HOST:PORT[/SERVICE]");
    expect_grpc_refused("grpc://:1", "the host is empty");
    expect_grpc_refused("grpc://a:0", "port");
    expect_grpc_refused("grpc://a:1/b%00c", "%00");
    expect_grpc_refused("grpc://a:1/b c", "blanks");
    expect_grpc_refused("grpc://a:1/b\nc", "control bytes");
    expect_grpc_refused("grpc://user:geheim@a:1", "--basic-auth-file");
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    memcpy(longest, "grpc://a:1/", 11);
    expect_grpc_refused(longest, "1024 bytes");
    expect_refused("grpc://a:1", "http://");
}
END_TEST

START_TEST(what_is_none)
{
    expect_refused("http://user:geheim@host/", "--basic-auth-file");
    expect_refused("http://geheim@host/", "--basic-auth-file");
    expect_refused("ftp://host/", "http://");
    expect_refused("host/path", "http://");
    expect_refused("", "http://");
    expect_refused("http://", "");
    expect_refused("http://ho st/", "blanks");
    expect_refused("http://host/a b", "blanks");
    expect_refused("http://host/\r\nX: y", "URL without control bytes");
    expect_refused("s3://bucket/a\tb", "key without control bytes");
    expect_refused("http://host:0/", "");
    expect_refused("http://host:99999/", "the port is not a number from 1 to 65535");
    expect_refused("http://ho_st!/", "");
    expect_refused("http://a..b/", "label");
    expect_refused("http://[::g]/", "");
}
END_TEST

static const char *follow(const char *from, const char *location)
{
    static char text[512];
    struct url base, to;

    ck_assert(url_parse(from, "", &base, &why));
    bool good = url_follow(&base, location, &to, &why);
    snprintf(text, sizeof text, "%s", good ? to.text : "refused");
    url_free(&base);
    url_free(&to);
    return text;
}

START_TEST(following)
{
    ck_assert_str_eq(follow("http://a/b/c?d", "/e"), "http://a/e");
    ck_assert_str_eq(follow("http://a/b/c?d", "e?f"), "http://a/b/e?f");
    ck_assert_str_eq(follow("http://a/b/c", "../e"), "http://a/e");
    ck_assert_str_eq(follow("https://a/b", "//c/d"), "https://c/d");
    ck_assert_str_eq(follow("http://a/b", "https://c:8443/"), "https://c:8443/");
    ck_assert_str_eq(follow("http://a/b", "/c d"), "http://a/c%20d");
    ck_assert_str_eq(follow("http://a/b", "file:///etc/passwd"), "refused");
    ck_assert_str_eq(follow("http://a/b", "ftp://c/"), "refused");
    ck_assert_str_eq(follow("http://a/b", "http://user:geheim@c/"), "refused");
    ck_assert_str_eq(follow("http://a/b", "http://[::1/"), "refused");
}
END_TEST

static bool same_party(const char *a, const char *b)
{
    struct url one, other;

    ck_assert(url_parse(a, "", &one, &why));
    ck_assert(url_parse(b, "", &other, &why));
    bool same = url_same_party(&one, &other);
    url_free(&one);
    url_free(&other);
    return same;
}

START_TEST(who_may_have_secrets)
{
    ck_assert(same_party("http://a/b", "http://A/c"));
    ck_assert(same_party("http://a/", "http://a:80/"));
    ck_assert(same_party("http://a/", "https://a/"));
    ck_assert(!same_party("https://a/", "http://a/"));
    ck_assert(!same_party("http://a/", "http://a:8080/"));
    ck_assert(!same_party("http://a:8080/", "https://a/"));
    ck_assert(!same_party("http://a/", "http://b/"));
    ck_assert(!same_party("http://a/", "http://a.b/"));
}
END_TEST

START_TEST(what_is_shown)
{
    ck_assert(url_parse("http://a/b?geheim#geheim", "", &url, &why));
    ck_assert_str_eq(url.shown, "http://a/b");
    ck_assert_str_eq(url.bare, "http://a/b");
    url_free(&url);
    ck_assert(url_parse("http://geheim:80/ge@heim.tar.gz", "", &url, &why));
    ck_assert_str_eq(url.shown, "http://.../heim.tar.gz");
    ck_assert_str_eq(url.bare, "http://geheim:80/ge@heim.tar.gz");
    url_free(&url);
    ck_assert(url_parse("s3://bucket/a?b#c", "", &url, &why));
    ck_assert_str_eq(url.shown, "s3://bucket/a?b#c");
    url_free(&url);
    ck_assert(url_parse("file:///a@b", "", &url, &why));
    ck_assert_str_eq(url.shown, "file:///a@b");
    url_free(&url);
}
END_TEST

SUITE("url", its_parts, the_namespace, files, objects, gRPC, what_is_none, following, who_may_have_secrets,
      what_is_shown)
