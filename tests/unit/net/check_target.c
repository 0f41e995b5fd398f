#include "common/net/target.h"

#include "tests/unit/suite.h"

static struct target target;
static struct reason why;

static void take(const char *text)
{
    ck_assert_msg(target_parse(text, "prod", &target, &why), "%s: refused: %s", text, why.text);
}

static void reject(const char *text, const char *expects)
{
    ck_assert_msg(!target_parse(text, "prod", &target, &why), "%s: accepted", text);
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, expects);
}

static void expect_name(const char *text, const char *host, uint16_t port)
{
    take(text);
    ck_assert_int_eq(target.kind, TARGET_NAME);
    ck_assert_str_eq(target.at.host, host);
    ck_assert_uint_eq(target.port, port);
}

static void expect_address(const char *text, const char *host, uint16_t port)
{
    char shown[ADDRESS_TEXT];

    take(text);
    ck_assert_int_eq(target.kind, TARGET_ADDRESS);
    ck_assert_str_eq(address_format(&target.at.address, shown), host);
    ck_assert_uint_eq(address_port(&target.at.address), port);
}

START_TEST(names)
{
    expect_name("mydb:3306", "mydb", 3306);
    expect_name("tcp://mydb.prod:1", "mydb.prod", 1);
    expect_name("mydb.%n.svc.cluster.local:65535", "mydb.prod.svc.cluster.local", 65535);
    expect_name("%n:1", "prod", 1);
    expect_name("mydb.:80", "mydb.", 80);
    expect_name("_mysql._tcp.My-DB_1:80", "_mysql._tcp.My-DB_1", 80);
    expect_name("web.123:80", "web.123", 80); /* a namespace may be a number */
    reject("1.2.3:80", "neither a name nor an IPv4 address");
    reject("010.0.0.1:80", "neither a name nor an IPv4 address");
    reject("256.1.1.1:80", "neither a name nor an IPv4 address");
    reject("db:80,db2:80", "separated by blanks");
    reject("m\xC3\xBCnchen.de:80", "xn--");
    reject("user:s3cret@db:80", "user and password cannot be in an operand");
    ck_assert_ptr_null(strstr(why.text, "s3cret"));
    reject("http://user:s3cret@db", "user and password cannot be in an operand");
    ck_assert_ptr_null(strstr(why.text, "s3cret"));
}
END_TEST

START_TEST(addresses)
{
    expect_address("10.0.0.1:80", "10.0.0.1", 80);
    expect_address("tcp://10.0.0.1:80", "10.0.0.1", 80);
    expect_address("[::1]:80", "::1", 80);
    expect_address("tcp://[2001:DB8::1]:443", "2001:db8::1", 443);
    expect_address("[fe80::1%1]:80", "fe80::1%1", 80);
}
END_TEST

START_TEST(unix_sockets)
{
    char text[5 + 108 + 1] = "unix:";

    take("unix:/run/app.sock");
    ck_assert_int_eq(target.kind, TARGET_UNIX);
    ck_assert_str_eq(target.at.socket.sun_path, "/run/app.sock");
    take("unix:relative:80");
    ck_assert_str_eq(target.at.socket.sun_path, "relative:80");
    reject("unix:", "1 to 107 bytes");
    memset(text + 5, 'p', 108);
    reject(text, "1 to 107 bytes");
    text[5 + 107] = '\0';
    take(text);
}
END_TEST

START_TEST(what_is_no_target)
{
    reject("", "port is missing");
    reject("mydb", "port is missing");
    reject("mydb:", "not a port");
    reject("mydb:0", "not a port");
    reject("mydb:65536", "not a port");
    reject("mydb:http", "service names are not supported");
    reject("mydb:80/path", "not a port");
    reject("mydb:-80", "not a port");
    reject(":80", "host name is missing");
    reject("http://mydb:80", "expected HOST:PORT");
    reject("udp://mydb:80", "expected HOST:PORT");
    reject("::1", "brackets");
    reject("2001:db8::1:80", "brackets");
    reject("[::1]", "[IPV6]:PORT");
    reject("[::1]:", "[IPV6]:PORT");
    reject("[::1]:0", "[IPV6]:PORT");
    reject("[::1:80", "[IPV6]:PORT");
    reject("[mydb]:80", "[IPV6]:PORT");
    reject("my db:80", "' ' cannot be in a host name");
    reject("mydb:80:90", "':' cannot be in a host name");
    reject("my/db:80", "'/' cannot be in a host name");
    reject("my%db:80", "'%' cannot be in a host name");
    reject("my..db:80", "empty label");
    reject(".mydb:80", "empty label");
    reject(".:80", "empty label");
}
END_TEST

START_TEST(an_unknown_namespace)
{
    ck_assert(!target_parse("mydb.%n:80", "", &target, &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, "INITKIT_NAMESPACE");
    ck_assert(target_parse("mydb:80", "", &target, &why));
}
END_TEST

START_TEST(labels_of_up_to_63_bytes)
{
    char name[70], host[HOSTNAME_SIZE];

    memset(name, 'x', sizeof name);
    name[63] = '\0';
    ck_assert(hostname_parse(name, "", host, &why));
    name[63] = 'x';
    name[64] = '\0';
    ck_assert(!hostname_parse(name, "", host, &why));
    expect_contains(why.text, "63 bytes");
}
END_TEST

/* 253 bytes in all, a trailing dot not counted. */
START_TEST(names_of_up_to_253_bytes)
{
    char name[300], host[HOSTNAME_SIZE];

    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 50 == 49 ? '.' : 'x';
    name[253] = '\0';
    ck_assert(hostname_parse(name, "", host, &why));
    ck_assert_str_eq(host, name);
    name[253] = '.';
    name[254] = '\0';
    ck_assert(hostname_parse(name, "", host, &why));
    name[253] = 'x';
    ck_assert(!hostname_parse(name, "", host, &why));
    expect_contains(why.text, "253 bytes");
    name[254] = 'x';
    name[255] = '\0';
    ck_assert(!hostname_parse(name, "", host, &why));
}
END_TEST

START_TEST(a_very_long_target)
{
    char text[5000];

    memset(text, 'x', sizeof text);
    memcpy(text + sizeof text - 4, ":80", 4);
    reject(text, "253 bytes");
    for (size_t i = 0; i + 8 < sizeof text; i += 2)
        memcpy(text + i, "%n", 2);
    reject(text, "253 bytes");
    memcpy(text + 400, ":80", 4);
    reject(text, "253 bytes");
}
END_TEST

START_TEST(what_is_shown)
{
    static const char *const cases[][2] = {
        {"mydb:3306", "mydb:3306"},
        {"[::1]:443", "[::1]:443"},
        {"", ""},
        {"postgres://app:S3cret@db:5432/x", "postgres://db:5432/x"},
        {"https://user:SECRET/y@h/x", "https://.../h/x"},
        {"https://user:w@rd@a", "https://a"},
        {"https://user:SE CRET@a/x", "https://a/x"},
        {"https://user:SE?CRET@a/x", "https://..."},
        {"https://user:SE#CRET@a/x?token=y", "https://..."},
        {"https://a/x?mail=secret@b&token=y", "https://..."},
        {"https://a/x?token=y", "https://a/x"},
        {"https://a#y", "https://a"},
        {"https://@a", "https://a"},
        {"https:///u:p@a", "https://.../a"},
        {"user:word@a:1", "a:1"},
        {"tcp://user:word@a:1", "tcp://a:1"},
        {"//u:p@a", "//a"},
        {"a?geheim=b://c", "a"},
        {"u:p@w//x@a:1", ".../a:1"},
        {"unix:/run/a@b", "unix:/run/a@b"},
        {"file:///a@b?c", "file:///a@b?c"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *shown = target_show(cases[i][0]);
        ck_assert_str_eq(shown, cases[i][1]);
        free(shown);
    }
}
END_TEST

START_TEST(a_password_is_not_repeated)
{
    static const char *const texts[] = {"tcp://app:geheim@db", "app:geheim@db:80",
                                        "postgres://u:geheim@db:1/x", "db:80:geheim@x",
                                        "u:ge?heim@db:geheim"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        ck_assert(!target_parse(texts[i], "", &target, &why));
        expect_lacks(why.text, "heim");
        expect_contains(why.text, "a user and password cannot be in an operand");
    }
}
END_TEST

SUITE("target", names, addresses, unix_sockets, what_is_no_target, an_unknown_namespace,
      labels_of_up_to_63_bytes, names_of_up_to_253_bytes, a_very_long_target, what_is_shown,
      a_password_is_not_repeated)
