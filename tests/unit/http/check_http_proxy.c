#include "common/http/http_proxy.h"

#include <stdio.h>

#include "tests/unit/suite.h"

static struct reason why;

START_TEST(exceptions)
{
    ck_assert(http_proxy_is_excepted("*", "a.b", 80));
    ck_assert(http_proxy_is_excepted("x, svc.cluster.local", "a.svc.cluster.local", 80));
    ck_assert(http_proxy_is_excepted(".local", "a.local", 80));
    ck_assert(http_proxy_is_excepted("local", "LOCAL.", 80));
    ck_assert(!http_proxy_is_excepted("local", "notlocal", 80));
    ck_assert(http_proxy_is_excepted("10.0.0.0/8", "10.1.2.3", 80));
    ck_assert(!http_proxy_is_excepted("10.0.0.0/8", "11.1.2.3", 80));
    ck_assert(http_proxy_is_excepted("10.1.2.0/23", "10.1.3.3", 80));
    ck_assert(!http_proxy_is_excepted("10.1.2.0/23", "10.1.4.3", 80));
    ck_assert(http_proxy_is_excepted("fd00::/8", "fd12::1", 80));
    ck_assert(http_proxy_is_excepted("127.0.0.1", "127.0.0.1", 80));
    ck_assert(!http_proxy_is_excepted("127.0.0.1", "127.0.0.2", 80));
    ck_assert(http_proxy_is_excepted("a:81", "a", 81));
    ck_assert(!http_proxy_is_excepted("a:81", "a", 80));
    ck_assert(!http_proxy_is_excepted("", "a", 80));
    ck_assert(!http_proxy_is_excepted(" , ,", "a", 80));
    ck_assert(http_proxy_is_excepted("*.svc", "db.shop.svc", 80));
    ck_assert(!http_proxy_is_excepted("*.svc", "db.shopsvc", 80));
    ck_assert(!http_proxy_is_excepted("*svc", "db.svc", 80));
    ck_assert(!http_proxy_is_excepted("10.0.0.0/999", "10.1.2.3", 80));
}
END_TEST

static const char *proxy_for(const char *text, const char *option, char *first, char *second)
{
    static char found[512];
    char *environment[] = {first, second, NULL};
    struct url url;
    struct http_proxy proxy;

    ck_assert(url_parse(text, "", &url, &why));
    if (!http_proxy_choose(&url, "fetch-config", option, first ? environment : NULL, &proxy, &why))
        snprintf(found, sizeof found, "refused: %s", why.text);
    else if (proxy.used)
        snprintf(found, sizeof found, "%s from %s%s%s", proxy.url.text, proxy.source,
                 proxy.auth ? " as " : "", proxy.auth ? proxy.auth : "");
    else
        snprintf(found, sizeof found, "none");
    http_proxy_free(&proxy);
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

SUITE("http_proxy", exceptions, choices)
