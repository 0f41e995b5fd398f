#include "common/net/address.h"

#include "tests/unit/suite.h"

static struct address of(const char *text, uint16_t port)
{
    struct address address;

    ck_assert_msg(address_parse(text, port, &address), "\"%s\" is refused", text);
    return address;
}

static void expect_round_trip(const char *text, const char *formatted)
{
    struct address address = of(text, 53);
    char shown[ADDRESS_TEXT];

    ck_assert_str_eq(address_format(&address, shown), formatted);
    ck_assert_uint_eq(address_port(&address), 53);
}

START_TEST(parsed_and_shown)
{
    expect_round_trip("10.0.0.1", "10.0.0.1");
    expect_round_trip("255.255.255.255", "255.255.255.255");
    expect_round_trip("2001:DB8:0::1", "2001:db8::1");
    expect_round_trip("::", "::");
    expect_round_trip("::ffff:10.0.0.1", "::ffff:10.0.0.1");
    expect_round_trip("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}
END_TEST

START_TEST(scopes)
{
    struct address address = of("fe80::1%lo", 1), same = of("fe80::1%1", 2), none = of("fe80::1", 1);

    ck_assert_uint_eq(address.socket.v6.sin6_scope_id, 1);
    ck_assert(address_same(&address, &same));
    ck_assert(!address_same(&address, &none));
    expect_round_trip("fe80::1%lo", "fe80::1%1");
    ck_assert(address_parse("fe80::1%4294967295", 1, &address));
    ck_assert(!address_parse("fe80::1%4294967296", 1, &address));
    ck_assert(!address_parse("fe80::1%nosuchinterface0", 1, &address));
    ck_assert(!address_parse("fe80::1%", 1, &address));
    ck_assert(!address_parse("fe80::1%0", 1, &address));
}
END_TEST

START_TEST(interfaces_that_are_not_here)
{
    ck_assert(address_lacks_interface("fe80::1%nosuch0"));
    ck_assert(address_lacks_interface("[fe80::1%nosuch0]:80"));
    ck_assert(address_lacks_interface("fe80::1%"));
    ck_assert(!address_lacks_interface("fe80::1%lo"));
    ck_assert(!address_lacks_interface("[fe80::1%lo]:80"));
    ck_assert(!address_lacks_interface("[fe80::1%1]:80"));
    ck_assert(!address_lacks_interface("fe80::1"));
    ck_assert(!address_lacks_interface("10.0.0.1%nosuch0"));
    ck_assert(!address_lacks_interface("db%nosuch0"));
    ck_assert(!address_lacks_interface(""));
}
END_TEST

START_TEST(what_is_no_address)
{
    static const char *const texts[] = {
        "",      "10.0.0",    "10.0.0.256", "10.0.0.1.",   "010.0.0.1x",  "0x7f.1",
        "1",     "::1::",     ":::",        "12345::",     "mydb",        " 10.0.0.1",
        "[::1]", "10.0.0.1 ", "%lo",        "10.0.0.1%lo", "10.0.0.1:53", "1:2:3:4:5:6:7:8:9"};
    struct address address;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!address_parse(texts[i], 0, &address), "\"%s\" is taken", texts[i]);
}
END_TEST

START_TEST(with_and_without_a_port)
{
    static const struct {
        const char *text, *host;
        uint16_t port;
    } cases[] = {
        {"10.0.0.1", "10.0.0.1", 53},
        {"10.0.0.1:5353", "10.0.0.1", 5353},
        {"::1", "::1", 53},
        {"[::1]", "::1", 53},
        {"[::1]:5353", "::1", 5353},
        {"[fe80::1%lo]:1", "fe80::1%1", 1},
        {"10.0.0.1:65535", "10.0.0.1", 65535},
    };
    struct address address;
    char shown[ADDRESS_TEXT];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_msg(address_parse_with_port(cases[i].text, 53, &address), "\"%s\" is refused",
                      cases[i].text);
        ck_assert_str_eq(address_format(&address, shown), cases[i].host);
        ck_assert_uint_eq(address_port(&address), cases[i].port);
    }
}
END_TEST

START_TEST(what_is_no_address_with_a_port)
{
    static const char *const texts[] = {"1:2:3:4:5:6:7:8:53",
                                        "",
                                        "10.0.0.1:",
                                        "10.0.0.1:0",
                                        "10.0.0.1:65536",
                                        "10.0.0.1:-1",
                                        "[::1",
                                        "[]:53",
                                        "[::1]53",
                                        "[::1]:",
                                        "::1]:53",
                                        "mydb:53",
                                        ":53",
                                        "[mydb]:53",
                                        "[::1]:53:53",
                                        "10.0.0.1:53x",
                                        "[::1%nosuchinterface0123456789012345678901234567890123456789]:53"};
    struct address address;

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_msg(!address_parse_with_port(texts[i], 53, &address), "\"%s\" is taken", texts[i]);
}
END_TEST

START_TEST(ports)
{
    uint16_t port = 0;

    ck_assert(address_parse_port("1", &port));
    ck_assert(address_parse_port("65535", &port));
    ck_assert_uint_eq(port, 65535);
    ck_assert(!address_parse_port("0", &port));
    ck_assert(!address_parse_port("65536", &port));
    ck_assert(!address_parse_port("http", &port));
    ck_assert(!address_parse_port("", &port));
}
END_TEST

START_TEST(sameness_leaves_out_the_port)
{
    struct address a = of("10.0.0.1", 1), b = of("10.0.0.1", 2), c = of("10.0.0.2", 1);
    struct address mapped = of("::ffff:10.0.0.1", 1);

    ck_assert(address_same(&a, &b));
    ck_assert(!address_same(&a, &c));
    ck_assert(!address_same(&a, &mapped));
    address_set_port(&a, 9);
    ck_assert_uint_eq(address_port(&a), 9);
    ck_assert_uint_eq(address_length(&a), sizeof(struct sockaddr_in));
    ck_assert_uint_eq(address_length(&mapped), sizeof(struct sockaddr_in6));
}
END_TEST

START_TEST(unix_paths)
{
    struct sockaddr_un address;
    char path[109];

    memset(path, 'p', sizeof path);
    path[108] = '\0';
    ck_assert(!address_unix(path, &address));
    path[107] = '\0';
    ck_assert(address_unix(path, &address));
    ck_assert_str_eq(address.sun_path, path);
    ck_assert_int_eq(address.sun_family, AF_UNIX);
    ck_assert(!address_unix("", &address));
}
END_TEST

static struct address parsed(const char *text)
{
    struct address address;

    ck_assert_msg(address_parse(text, 0, &address), "%s", text);
    return address;
}

START_TEST(networks)
{
    struct address a = parsed("10.1.2.3"), b = parsed("10.1.3.3"), c = parsed("::1"), d = parsed("fe80::1");

    ck_assert(address_in_network(&a, &b, 23));
    ck_assert(!address_in_network(&a, &b, 24));
    ck_assert(!address_in_network(&a, &b, -1));
    ck_assert(address_in_network(&a, &b, 0));
    ck_assert(!address_in_network(&a, &c, 0));
    ck_assert(address_in_network(&d, &d, 128));
    ck_assert(!address_in_network(&c, &d, 1));
}
END_TEST

/* Both edges of each network. */
START_TEST(what_is_local)
{
    static const char *const loopback[] = {"127.0.0.0", "127.0.0.1", "127.255.255.255", "::1",
                                           "::ffff:127.0.0.1"};
    static const char *const local[] = {"0.0.0.0",         "0.255.255.255",
                                        "169.254.0.0",     "169.254.169.254",
                                        "169.254.255.255", "::",
                                        "fe80::",          "fe80::1",
                                        "febf:ffff::1",    "::ffff:169.254.169.254",
                                        "::ffff:0.0.0.0",  "::127.0.0.1",
                                        "::169.254.1.1",   "64:ff9b::169.254.169.254",
                                        "2002:7f00:1::",   "2002:a9fe:a9fe::1",
                                        "fd00:ec2::254",   "fd00:ec2::23",
                                        "fd20:ce::254",    "100.100.100.200",
                                        "168.63.129.16",   "192.0.0.192"};
    static const char *const other[] = {
        "1.0.0.0",      "126.255.255.255",      "128.0.0.0",       "169.253.255.255", "169.255.0.0",
        "10.0.0.1",     "192.168.0.1",          "100.100.100.201", "::ffff:10.0.0.1", "fe7f:ffff::",
        "fec0::",       "fd00:ec1::1",          "fd00:ec3::1",     "2001:db8::1",     "64:ff9b::10.0.0.1",
        "2002:a00:1::", "64:ff9b:1::127.0.0.1", "::1:0:0:0"};

    for (size_t i = 0; i < COUNT_OF(loopback); i++) {
        struct address address = parsed(loopback[i]);
        ck_assert_msg(address_is_loopback(&address) && address_is_local(&address), "%s", loopback[i]);
    }
    for (size_t i = 0; i < COUNT_OF(local); i++) {
        struct address address = parsed(local[i]);
        ck_assert_msg(!address_is_loopback(&address) && address_is_local(&address), "%s", local[i]);
    }
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        struct address address = parsed(other[i]);
        ck_assert_msg(!address_is_loopback(&address) && !address_is_local(&address), "%s", other[i]);
    }
}
END_TEST

SUITE("address", networks, what_is_local, parsed_and_shown, scopes, interfaces_that_are_not_here,
      what_is_no_address, with_and_without_a_port, what_is_no_address_with_a_port, ports,
      sameness_leaves_out_the_port, unix_paths)
