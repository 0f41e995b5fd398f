#include "common/http/trace.h"

#include "tests/unit/suite.h"

static const char *shown(const char *line, bool sent)
{
    static char text[256];
    struct buf out;

    buf_init(&out, sizeof text - 1);
    trace_line(line, strlen(line), sent, &out);
    snprintf(text, sizeof text, "%s", out.data);
    buf_free(&out);
    return text;
}

START_TEST(what_is_sent)
{
    ck_assert_str_eq(shown("GET /a?token=geheim HTTP/1.1", true), "GET /a?... HTTP/1.1");
    ck_assert_str_eq(shown("GET http://a:1/b?c HTTP/1.1", true), "GET http://a:1/b?... HTTP/1.1");
    ck_assert_str_eq(shown("CONNECT a:443 HTTP/1.1", true), "CONNECT a:443 HTTP/1.1");
    ck_assert_str_eq(shown("Host: a", true), "Host: a");
    ck_assert_str_eq(shown("Authorization: Bearer geheim", true), "Authorization: ***");
    ck_assert_str_eq(shown("X-Mine: geheim", true), "X-Mine: ***");
    ck_assert_str_eq(shown("Hosts: geheim", true), "Hosts: ***");
}
END_TEST

START_TEST(what_is_received)
{
    ck_assert_str_eq(shown("HTTP/1.1 200 OK", false), "HTTP/1.1 200 OK");
    ck_assert_str_eq(shown("Server: nginx", false), "Server: nginx");
    ck_assert_str_eq(shown("Location: https://a/b?code=geheim", false), "Location: https://a/b?...");
    ck_assert_str_eq(shown("set-cookie: id=geheim", false), "set-cookie: ***");
    ck_assert_str_eq(shown("X-Vault-Token: geheim", false), "X-Vault-Token: ***");
    ck_assert_str_eq(shown("X-API-KEY: geheim", false), "X-API-KEY: ***");
}
END_TEST

SUITE("trace", what_is_sent, what_is_received)
