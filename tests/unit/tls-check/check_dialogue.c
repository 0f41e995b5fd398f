/* What is said before TLS, and the HTTP after it: proxy.c, starttls.c, http.c, operand.c, agent.c of tls-check. */
#include "cmd/tls-check/dialogue.h"

#include "cmd/tls-check/agent.h"
#include "cmd/tls-check/http.h"
#include "cmd/tls-check/operand.h"
#include "cmd/tls-check/proxy.h"
#include "cmd/tls-check/starttls.h"

#include "tests/unit/suite.h"

static struct buf in, out;
static struct reason why;
static int step;

static void begin(void)
{
    buf_init(&in, DIALOGUE_MAX);
    buf_init(&out, DIALOGUE_MAX);
    step = 0;
}

static void end(void)
{
    buf_free(&in);
    buf_free(&out);
}

/* Says `text` byte by byte: packets split anywhere. */
static enum dialogue_next say(enum starttls_protocol protocol, const char *text, size_t length)
{
    enum dialogue_next next = starttls_next(protocol, &step, &in, &out, &why);

    for (size_t i = 0; i < length && next == DIALOGUE_MORE; i++) {
        buf_add(&in, text + i, 1);
        next = starttls_next(protocol, &step, &in, &out, &why);
    }
    return next;
}

START_TEST(smtp_in_any_pieces)
{
    static const char text[] = "220-a\r\n220 b\r\n250-x\r\n250 y\r\n220 go\r\n";

    begin();
    ck_assert_int_eq(say(STARTTLS_SMTP, text, sizeof text - 1), DIALOGUE_DONE);
    ck_assert_str_eq(out.data, "EHLO initkit\r\nSTARTTLS\r\n");
    end();
    begin();
    ck_assert_int_eq(say(STARTTLS_SMTP, "421 busy\r\n", 10), DIALOGUE_RETRY);
    end();
}
END_TEST

START_TEST(plain_text_behind_the_go_ahead_is_refused)
{
    begin();
    buf_add_text(&in, "+OK hello\r\n+OK begin\r\n+OK injected\r\n");
    ck_assert_int_eq(starttls_next(STARTTLS_POP3, &step, &in, &out, &why), DIALOGUE_FAILED);
    expect_contains(why.text, "sends plain text");
    end();
}
END_TEST

START_TEST(binary_protocols_bound_their_lengths)
{
    begin();
    ck_assert_int_eq(say(STARTTLS_MYSQL, "\xff\xff\xff\x00", 4), DIALOGUE_FAILED);
    end();
    begin();
    ck_assert_int_eq(say(STARTTLS_LDAP, "\x30\x84\x7f\xff\xff\xff", 6), DIALOGUE_FAILED);
    end();
    begin();
    ck_assert_int_eq(say(STARTTLS_LDAP, "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00", 14),
                     DIALOGUE_DONE);
    end();
    begin();
    ck_assert_int_eq(say(STARTTLS_POSTGRES, "N", 1), DIALOGUE_FAILED);
    ck_assert_int_eq(why.code, CODE_PROTOCOL);
    end();
}
END_TEST

START_TEST(what_a_server_says_when_it_refuses_is_told)
{
    static const struct {
        enum starttls_protocol protocol;
        const char *text;
        size_t length;
        enum dialogue_next next;
        const char *said;
    } cases[] = {
        {STARTTLS_LDAP, "\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x02\x04\x00\x04\x03no!", 17, DIALOGUE_FAILED,
         "(\"no!\")"},
        {STARTTLS_LDAP, "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00", 14, DIALOGUE_FAILED,
         "(\"result code 2\")"},
        {STARTTLS_LDAP, "\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x34\x04\x00\x04\x03not", 17, DIALOGUE_RETRY,
         "(\"not\")"},
        {STARTTLS_LDAP, "\x30\x0f\x02\x01\x01\x78\x0a\x0a\x01\x02\x04\x00\x04\x7fno!", 17, DIALOGUE_FAILED,
         "(\"result code 2\")"},
        {STARTTLS_IMAP, "* BYE later\r\n", 13, DIALOGUE_RETRY, "(\"* BYE later\")"},
        {STARTTLS_IMAP, "+OK POP3\r\n", 10, DIALOGUE_FAILED, "(\"+OK POP3\")"},
        {STARTTLS_IMAP, "* OK\r\na1 BAD no\r\n", 17, DIALOGUE_FAILED, "(\"a1 BAD no\")"},
        {STARTTLS_POP3, "-ERR later\r\n", 12, DIALOGUE_RETRY, "(\"-ERR later\")"},
        {STARTTLS_POP3, "+OK\r\n-ERR no\r\n", 14, DIALOGUE_FAILED, "(\"-ERR no\")"},
        {STARTTLS_SMTP, "* OK IMAP4\r\n", 12, DIALOGUE_FAILED, "(\"* OK IMAP4\")"},
        {STARTTLS_SMTP, "220 a\r\n250 b\r\n454 later\r\n", 25, DIALOGUE_RETRY, "(\"454 later\")"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin();
        ck_assert_msg(say(cases[i].protocol, cases[i].text, cases[i].length) == cases[i].next, "case %zu", i);
        expect_contains(why.detail, cases[i].said);
        end();
    }
}
END_TEST

START_TEST(http_answers)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"", HTTP_MORE},
        {"HTTP/1.1 20", HTTP_MORE},
        {"HTTP/1.1 200 OK\r\n", 200},
        {"HTTP/1.0 404 No", 404},
        {"HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 204 None", 204},
        {"HTTP/1.1 103 Hints\r\nLink: x", HTTP_MORE},
        {"HTTP/1.1 099 X", HTTP_GARBLED},
        {"HTTP/1.1 2x0 X", HTTP_GARBLED},
        {"HTTP/1.1 2000 X", HTTP_GARBLED},
        {"SSH-2.0", HTTP_GARBLED},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin();
        buf_add_text(&in, cases[i].text);
        ck_assert_msg(http_status(&in) == cases[i].status, "%s", cases[i].text);
        end();
    }
}
END_TEST

START_TEST(a_redirect_tells_where_it_leads)
{
    static const struct {
        const char *text, *location;
    } cases[] = {
        {"HTTP/1.1 302 Found\r\nlocation:  /login?a=b\r\n\r\n", "/login"},
        {"HTTP/1.1 302 Found\r\nA: b\r\nLocation: https://u:p@h.test:1/x@y#z\r\n\r\n",
         "https://h.test:1/x@y"},
        {"HTTP/1.1 302 Found\r\nLocation: https://u@h.test\r\n\r\n", "https://h.test"},
        {"HTTP/1.1 302 Found\r\nLocation: //u:p@h.test/x\r\n\r\n", "//h.test/x"},
        {"HTTP/1.1 302 Found\r\nLocation:\r\n\r\n", ""},
        {"HTTP/1.1 302 Found\r\n\r\nLocation: /body\r\n", ""},
        {"HTTP/1.1 302 Found\r\nLocation: /cut", ""},
        {"HTTP/1.1 302 Found\r\nLocation: 0123456789012345\r\n\r\n", "012345678901234"},
    };
    char location[24];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin();
        buf_add_text(&in, cases[i].text);
        http_location(&in, location, i == COUNT_OF(cases) - 1 ? 16 : sizeof location);
        ck_assert_str_eq(location, cases[i].location);
        end();
    }
}
END_TEST

START_TEST(a_proxy_is_asked_and_its_answer_taken_off)
{
    struct proxy proxy = {.host = "proxy", .port = 3128, .from = "--proxy"};

    begin();
    proxy_ask(&out, "2001:db8::1", 443, "user:secret");
    ck_assert_str_eq(out.data, "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n"
                               "Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n");
    buf_add_text(&in, "HTTP/1.1 200 Yes\r\nX: y\r\n\r\n");
    ck_assert_int_eq(proxy_next(&in, &proxy, true, &why), DIALOGUE_DONE);
    ck_assert_uint_eq(in.length, 0);
    buf_add_text(&in, "HTTP/1.1 407 No\r\n\r\n");
    ck_assert_int_eq(proxy_next(&in, &proxy, true, &why), DIALOGUE_FAILED);
    ck_assert_int_eq(why.code, CODE_PROXY);
    end();
}
END_TEST

START_TEST(operands)
{
    struct operand operand;

    ck_assert(operand_parse("controller", "", &operand, &why));
    ck_assert_str_eq(operand.host, "controller");
    ck_assert_int_eq(operand.port, 443);
    ck_assert(operand_parse("[::1]:8443", "", &operand, &why));
    ck_assert_str_eq(operand.host, "::1");
    ck_assert(operand_parse("https://a.%n.svc:8181/x?y", "shop", &operand, &why));
    ck_assert_str_eq(operand.host, "a.shop.svc");
    ck_assert_int_eq(operand.port, 8181);
    ck_assert_str_eq(operand.path, "/x?y");
    free(operand.path);
    ck_assert(operand_parse("https://[::1]", "", &operand, &why));
    ck_assert_int_eq(operand.port, 443);
    ck_assert(operand.path == NULL);
    static const char *const bad[] = {
        "",        "http://a", "::1",           "a:0",  "https://u:p@a/", "https://a/x y",
        "unix:/x", "https://", "https://a?x=1", "a:b:c"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        ck_assert_msg(!operand_parse(bad[i], "", &operand, &why), "\"%s\" is taken", bad[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
    }
}
END_TEST

/* What is wrong is told without what may be a password. */
START_TEST(a_password_is_not_repeated)
{
    static const char *const given[] = {"https://u:geheim@a/",
                                        "https://u:geheim/x@a:1/",
                                        "https://u:1?geheim@a",
                                        "https://geheim x@a",
                                        "u:geheim@a:1",
                                        "u:geheim/y@a",
                                        "postgres://u:geheim@a:5432",
                                        "https://u:p#geheim@a"};
    struct operand operand;

    for (size_t i = 0; i < COUNT_OF(given); i++) {
        ck_assert_msg(!operand_parse(given[i], "", &operand, &why), "\"%s\" is taken", given[i]);
        expect_lacks(why.text, "geheim");
        free(operand.path);
    }
    ck_assert(operand_parse("https://a/b@c", "", &operand, &why)); /* a path may hold one */
    ck_assert_str_eq(operand.path, "/b@c");
    free(operand.path);
}
END_TEST

static void expect_text(char *text, const char *expected)
{
    ck_assert_msg(expected ? text && strcmp(text, expected) == 0 : !text, "%s", text ? text : "(none)");
    free(text);
}

START_TEST(properties_of_java)
{
    static const char options[] = "-Xmx1g -Da.host=x '-Da.name=with blank' \"-Da.host=y\" -Da.hostile=z";

    expect_text(agent_property(options, "a.host"), "y");
    expect_text(agent_property(options, "a.name"), "with blank");
    expect_text(agent_property(options, "a"), NULL);
}
END_TEST

/* What the file says of the controller's host; NULL: nothing. */
static void expect_host(const char *xml, const char *expected)
{
    struct agent agent = {0};

    ck_assert_msg(agent_take_xml(&agent, xml, "file", &why), "%s: %s", xml, why.text);
    ck_assert_msg(expected ? agent.values[AGENT_HOST] && strcmp(agent.values[AGENT_HOST], expected) == 0
                           : !agent.values[AGENT_HOST],
                  "%s: %s", xml, agent.values[AGENT_HOST] ? agent.values[AGENT_HOST] : "(none)");
    agent_free(&agent);
}

START_TEST(controller_info)
{
    struct agent agent = {0};

    expect_host(
        "<a><!-- <controller-host>no</controller-host> --><controller-host> x &amp; &#x79; </controller-host></a>",
        "x & y");
    expect_host("<a><controller-host kind='x'>y</controller-host></a>", "y");
    expect_host("<a><controller-host><![CDATA[<x>]]>&lt;y</controller-host></a>", "<x><y");
    expect_host(
        "<a><controller-host/><controller-host>second</controller-host><controller-host>third</controller-host></a>",
        "second");
    expect_host("<?xml version='1.0' encoding='ISO-8859-1'?><a><controller-host>\xfc</controller-host></a>",
                "\303\274");
    expect_host("<!DOCTYPE a [<!ENTITY e 'x'>]><a><controller-host>&e;y</controller-host></a>", "xy");
    expect_host("<controller-host><b>x</b>y</controller-host>", NULL);
    expect_host("<controller-host></controller-host>", NULL);
    ck_assert(!agent_take_xml(&agent, "<a>\n<controller-host>x</a>", "file", &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, "file: line 2: mismatched tag");
    ck_assert(!agent_take_xml(&agent, "", "file", &why));
    agent_free(&agent);
}
END_TEST

START_TEST(hosts_without_a_proxy)
{
    static const char patterns[] = "localhost|*.internal|10.*|*mid*|";

    ck_assert(agent_needs_no_proxy(patterns, "LOCALHOST"));
    ck_assert(agent_needs_no_proxy(patterns, "a.b.Internal"));
    ck_assert(agent_needs_no_proxy(patterns, "10.1.2.3"));
    ck_assert(agent_needs_no_proxy(patterns, "amidst"));
    ck_assert(!agent_needs_no_proxy(patterns, "internal"));
    ck_assert(!agent_needs_no_proxy(patterns, "localhost.test"));
    ck_assert(!agent_needs_no_proxy(patterns, "110.1"));
    ck_assert(!agent_needs_no_proxy(patterns, ""));
    ck_assert(agent_needs_no_proxy("*", "a"));
    ck_assert(!agent_needs_no_proxy("", "localhost"));
    ck_assert(agent_needs_no_proxy(NULL, "127.0.0.2"));
    ck_assert(!agent_needs_no_proxy(NULL, "a.test"));
}
END_TEST

SUITE("dialogue", smtp_in_any_pieces, plain_text_behind_the_go_ahead_is_refused,
      binary_protocols_bound_their_lengths, what_a_server_says_when_it_refuses_is_told, http_answers,
      a_redirect_tells_where_it_leads, a_proxy_is_asked_and_its_answer_taken_off, operands,
      a_password_is_not_repeated, properties_of_java, controller_info, hosts_without_a_proxy)
