#include "common/dns/resolvconf.h"

#include <stdio.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct resolvconf conf;

static void parse(const char *content)
{
    static char text[64 * 1024];

    ck_assert_int_lt(snprintf(text, sizeof text, "%s", content), (int)sizeof text);
    resolvconf_parse(text, &conf);
}

static void expect_server(size_t i, const char *text, uint16_t port)
{
    char shown[ADDRESS_TEXT];

    ck_assert_uint_lt(i, conf.server_count);
    ck_assert_str_eq(address_format(&conf.servers[i], shown), text);
    ck_assert_uint_eq(address_port(&conf.servers[i]), port);
}

/* All candidates, separated by blanks. */
static const char *candidates(const char *name, bool search)
{
    static char all[64 * HOSTNAME_SIZE];
    char one[HOSTNAME_SIZE];
    size_t length = 0;

    all[0] = '\0';
    for (size_t i = 0; resolvconf_candidate(&conf, name, search, i, one); i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i > 0 ? " " : "", one);
    return all;
}

START_TEST(a_pods_own)
{
    parse("nameserver 10.96.0.10\nsearch prod.svc.cluster.local svc.cluster.local cluster.local\noptions "
          "ndots:5\n");
    ck_assert_uint_eq(conf.server_count, 1);
    expect_server(0, "10.96.0.10", 53);
    ck_assert_uint_eq(conf.domain_count, 3);
    ck_assert_str_eq(conf.domains[0], "prod.svc.cluster.local");
    ck_assert_str_eq(conf.domains[2], "cluster.local");
    ck_assert_int_eq(conf.ndots, 5);
    ck_assert_int_eq(conf.timeout, 0);
    ck_assert_int_eq(conf.attempts, 0);
    ck_assert(!conf.rotate);
    ck_assert(!conf.use_vc);
}
END_TEST

START_TEST(nothing_at_all)
{
    parse("");
    ck_assert_uint_eq(conf.server_count, 0);
    ck_assert_uint_eq(conf.domain_count, 0);
    ck_assert_int_eq(conf.ndots, 1);
}
END_TEST

START_TEST(options_that_matter)
{
    parse("options ndots:3 timeout:2 attempts:4 rotate use-vc edns0 single-request ndots ndots: ndots:x\n");
    ck_assert_int_eq(conf.ndots, 3);
    ck_assert_int_eq(conf.timeout, 2);
    ck_assert_int_eq(conf.attempts, 4);
    ck_assert(conf.rotate);
    ck_assert(conf.use_vc);
    parse("options ndots:99 timeout:1000 attempts:77\n");
    ck_assert_int_eq(conf.ndots, 15);
    ck_assert_int_eq(conf.timeout, 30);
    ck_assert_int_eq(conf.attempts, 5);
    parse("options ndots:0\noptions timeout:1\n");
    ck_assert_int_eq(conf.ndots, 0);
    ck_assert_int_eq(conf.timeout, 1);
    parse("options ndots:-1 ndotsx:3 rotated\n");
    ck_assert_int_eq(conf.ndots, 1);
    ck_assert(!conf.rotate);
}
END_TEST

START_TEST(windows_line_ends_comments_and_blanks)
{
    parse("# nameserver 1.1.1.1\r\n; nameserver 2.2.2.2\r\n\r\n  nameserver\t10.0.0.1  # mine\r\n"
          "search a.example. b.example # c.example\r\noptions ndots:2 ; ndots:9\r\n");
    ck_assert_uint_eq(conf.server_count, 1);
    expect_server(0, "10.0.0.1", 53);
    ck_assert_uint_eq(conf.domain_count, 2);
    ck_assert_str_eq(conf.domains[0], "a.example");
    ck_assert_str_eq(conf.domains[1], "b.example");
    ck_assert_int_eq(conf.ndots, 2);
}
END_TEST

START_TEST(garbage_is_passed_over)
{
    parse("\x01\xff\nnameserver\nnameserver mydb\nnameserver 10.0.0.256\nnameservers 1.1.1.1\nNAMESERVER "
          "1.1.1.1\n"
          "nameserver ::1\nnameserver fe80::1%1\nsortlist 1.2.3.4\nsearch\noptions\n======\nnameserver "
          "10.0.0.2 x");
    ck_assert_uint_eq(conf.server_count, 3);
    expect_server(0, "::1", 53);
    expect_server(1, "fe80::1%1", 53);
    expect_server(2, "10.0.0.2", 53);
    ck_assert_uint_eq(conf.domain_count, 0);
}
END_TEST

START_TEST(the_last_search_or_domain_line_counts)
{
    parse("search a.example b.example\ndomain c.example\n");
    ck_assert_uint_eq(conf.domain_count, 1);
    ck_assert_str_eq(conf.domains[0], "c.example");
    parse("domain c.example\nsearch a.example b.example\n");
    ck_assert_uint_eq(conf.domain_count, 2);
    parse("search .\n");
    ck_assert_uint_eq(conf.domain_count, 0);
}
END_TEST

START_TEST(more_servers_than_places)
{
    char text[1024];
    size_t length = 0;

    for (int i = 1; i <= RESOLVCONF_SERVERS + 3; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "nameserver 10.0.0.%d\n", i);
    parse(text);
    ck_assert_uint_eq(conf.server_count, RESOLVCONF_SERVERS);
    expect_server(RESOLVCONF_SERVERS - 1, "10.0.0.8", 53);
}
END_TEST

/* c-ares drops a line over 511 bytes; Kubernetes allows 2,048 characters and 32 domains. */
START_TEST(a_long_search_line_with_32_domains)
{
    char text[8192] = "nameserver 10.0.0.1\nsearch", last[HOSTNAME_SIZE];
    size_t length = strlen(text);

    for (int i = 0; i < 40; i++)
        length += (size_t)snprintf(
            text + length, sizeof text - length,
            " %02d-a-rather-long-name-for-a-namespace-as-people-have.svc.cluster.local", i);
    parse(text);
    ck_assert_uint_eq(conf.domain_count, 32);
    ck_assert_str_eq(conf.domains[31],
                     "31-a-rather-long-name-for-a-namespace-as-people-have.svc.cluster.local");
    conf.ndots = 5;
    ck_assert(resolvconf_candidate(&conf, "mydb", true, 31, last));
    ck_assert_str_eq(last, "mydb.31-a-rather-long-name-for-a-namespace-as-people-have.svc.cluster.local");
    ck_assert(resolvconf_candidate(&conf, "mydb", true, 32, last));
    ck_assert_str_eq(last, "mydb");
    ck_assert(!resolvconf_candidate(&conf, "mydb", true, 33, last));
}
END_TEST

START_TEST(the_order_of_candidates)
{
    parse("search a.example b.example\noptions ndots:2\n");
    ck_assert_str_eq(candidates("db", true), "db.a.example db.b.example db");
    ck_assert_str_eq(candidates("db.x", true), "db.x.a.example db.x.b.example db.x");
    ck_assert_str_eq(candidates("db.x.y", true), "db.x.y db.x.y.a.example db.x.y.b.example");
    ck_assert_str_eq(candidates("db.x.y.z", true), "db.x.y.z db.x.y.z.a.example db.x.y.z.b.example");
    conf.ndots = 0;
    ck_assert_str_eq(candidates("db", true), "db db.a.example db.b.example");
    conf.ndots = 5;
    ck_assert_str_eq(
        candidates("db.ns.svc.cluster.local", true),
        "db.ns.svc.cluster.local.a.example db.ns.svc.cluster.local.b.example db.ns.svc.cluster.local");
}
END_TEST

START_TEST(names_that_are_not_searched)
{
    parse("search a.example b.example\noptions ndots:5\n");
    ck_assert_str_eq(candidates("db.", true), "db");
    ck_assert_str_eq(candidates("db.x.", true), "db.x");
    ck_assert_str_eq(candidates("db", false), "db");
    ck_assert_str_eq(candidates(".", true), "");
    conf.domain_count = 0;
    ck_assert_str_eq(candidates("db", true), "db");
}
END_TEST

/* 253 bytes are the most that a name has in text (RFC 1035, 2.3.4: 255 on the wire). */
START_TEST(candidates_that_would_be_too_long)
{
    char name[HOSTNAME_SIZE], one[HOSTNAME_SIZE];

    for (size_t i = 0; i < 253; i++)
        name[i] = i % 50 == 49 ? '.' : 'x';
    parse("search e ex exa\noptions ndots:15\n");
    name[249] = '\0'; /* 249 bytes: ".exa" makes it 253 */
    name[248] = 'x';
    ck_assert(resolvconf_candidate(&conf, name, true, 2, one));
    ck_assert_uint_eq(strlen(one), 253);
    name[249] = 'x';
    name[250] = '\0'; /* ".exa" would make it 254 */
    ck_assert(resolvconf_candidate(&conf, name, true, 2, one));
    ck_assert_str_eq(one, name);
    ck_assert(!resolvconf_candidate(&conf, name, true, 3, one));
}
END_TEST

START_TEST(names_longer_than_any_can_be)
{
    char name[1000], one[HOSTNAME_SIZE];

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    parse("search a.example\n");
    ck_assert(!resolvconf_candidate(&conf, name, true, 0, one));
    name[254] = '\0';
    ck_assert(!resolvconf_candidate(&conf, name, true, 0, one));
    name[253] = '\0';
    ck_assert(resolvconf_candidate(&conf, name, true, 0, one));
}
END_TEST

START_TEST(names_that_are_the_same)
{
    ck_assert(hostname_same("mydb", "MyDB."));
    ck_assert(hostname_same("a.b.", "A.B."));
    ck_assert(!hostname_same("a.b", "a.bc"));
    ck_assert(!hostname_same("a.b", "a.b.."));
    ck_assert(hostname_same("", "."));
    ck_assert(!hostname_same("", "a"));
}
END_TEST

START_TEST(read_from_a_file)
{
    struct reason why;

    ck_assert(resolvconf_read(scratch_file("good", "nameserver 10.0.0.1\n"), &conf, &why));
    expect_server(0, "10.0.0.1", 53);
    ck_assert(!resolvconf_read(scratch_path("missing"), &conf, &why));
    ck_assert_int_eq(why.code, CODE_USAGE);
    ck_assert_uint_eq(conf.server_count, 0);
    ck_assert_int_eq(conf.ndots, 1);
}
END_TEST

START_TEST(a_services_name_without_a_cluster_in_the_search_list)
{
    parse("search example.com\noptions ndots:5\n");
    ck_assert(resolvconf_lacks_cluster(&conf, "db"));
    ck_assert(resolvconf_lacks_cluster(&conf, "db.shop.svc"));
    ck_assert(resolvconf_lacks_cluster(&conf, "db.shop.svc.cluster.local"));
    ck_assert(!resolvconf_lacks_cluster(&conf, "db."));
    ck_assert(!resolvconf_lacks_cluster(&conf, "api.example.com"));
    parse("search shop.svc.cluster.local svc.cluster.local cluster.local\n");
    ck_assert(!resolvconf_lacks_cluster(&conf, "db"));
}
END_TEST

START_TEST(servers_that_cannot_be_asked_are_named)
{
    parse("nameserver fe80::1\nnameserver fe80::2%nosuch0\nnameserver 0.0.0.0\nnameserver fec0::3\n");
    ck_assert_str_eq(conf.unusable, "fe80::1");
    ck_assert_uint_eq(conf.server_count, 2);
    parse("nameserver fe80::1%lo\n");
    ck_assert_uint_eq(conf.server_count, 1);
    ck_assert_uint_ne(conf.servers[0].socket.v6.sin6_scope_id, 0);
    ck_assert_str_eq(conf.unusable, "");
}
END_TEST

static void has_chances(const char *search, const char *name, const char *expected)
{
    char candidate[HOSTNAME_SIZE], chances[8] = "";

    parse(search);
    for (size_t n = 0; resolvconf_candidate(&conf, name, true, n, candidate); n++)
        chances[n] = "lpr"[resolvconf_chance(&conf, name, n, candidate)];
    ck_assert_msg(strcmp(chances, expected) == 0, "%s: %s instead of %s", name, chances, expected);
}

/* l: likely, p: possible, r: rare. */
START_TEST(what_a_name_most_likely_means)
{
    static const char pod[] =
        "search shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n";
    static const char more[] =
        "search a.svc.Cluster.local svc.cluster.local cluster.local corp.test\noptions ndots:5\n";
    static const char zero[] = "search shop.svc.cluster.local svc.cluster.local\noptions ndots:0\n";
    static const char host[] = "search a.test b.test\noptions ndots:5\n"; /* not a cluster's */
    static const char *const cases[][3] = {
        {pod, "mydb", "lrrp"},
        {pod, "mydb.x", "plrl"},
        {pod, "mydb-x1.x", "plrl"},
        {pod, "mysql-0.mysql", "llrl"}, /* a StatefulSet's pod */
        {pod, "mysql-12.mysql.x", "rlrl"},
        {pod, "-1.mysql", "plrl"},
        {pod, "0.mysql", "plrl"},
        {pod, "mydb.x.svc", "rplp"},
        {pod, "api.example.com", "rprl"},
        {pod, "api.example.com.eu", "rrrl"},
        {pod, "mydb.x.svc.Cluster.local", "rrrl"},
        {pod, "mydb.x.svc.cluster.local", "rrrl"},
        {pod, "_http._tcp.mydb", "lrrl"},
        {pod, "_http._tcp.mydb.x", "plrl"},
        {pod, "xcluster.local", "plrl"},
        {pod, "cluster.local", "plrl"},
        {more, "mydb", "lrrpp"},
        {more, "mydb.x", "plrpl"},
        {zero, "mydb", "llr"},
        {host, "mydb", "lpp"},
        {host, "mydb.x", "lll"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        has_chances(cases[i][0], cases[i][1], cases[i][2]);
}
END_TEST

SUITE("resolvconf", a_services_name_without_a_cluster_in_the_search_list,
      servers_that_cannot_be_asked_are_named, a_pods_own, nothing_at_all, options_that_matter,
      windows_line_ends_comments_and_blanks, garbage_is_passed_over, the_last_search_or_domain_line_counts,
      more_servers_than_places, a_long_search_line_with_32_domains, the_order_of_candidates,
      names_that_are_not_searched, candidates_that_would_be_too_long, names_longer_than_any_can_be,
      names_that_are_the_same, what_a_name_most_likely_means, read_from_a_file)
