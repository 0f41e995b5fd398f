#include "cmd/wait-for-dns/name.h"

#include <stdio.h>

#include "tests/unit/lone_wait.h"
#include "tests/unit/name_server.h"
#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct reason why;
static struct name name;
static const struct strings nothing;

/* --- the operand --- */

static void parse(const char *operand, const char *host, const char *label)
{
    name = (struct name){0};
    ck_assert_msg(name_parse(operand, "prod", &name, &why), "%s: %s", operand, why.text);
    ck_assert_str_eq(name.host, host);
    ck_assert_str_eq(name.label, label);
}

static void reject(const char *operand, const char *expects)
{
    name = (struct name){0};
    ck_assert_msg(!name_parse(operand, "prod", &name, &why), "%s is taken", operand);
    ck_assert_int_eq(why.code, CODE_USAGE);
    expect_contains(why.text, expects);
}

START_TEST(names_with_and_without_a_type)
{
    parse("mydb", "mydb", "mydb");
    ck_assert(!name.typed);
    parse("mydb.%n.svc/SRV", "mydb.prod.svc", "mydb.prod.svc");
    ck_assert(name.typed);
    ck_assert_int_eq(name.type, DNS_SRV);
    parse("_mysql._tcp.mydb./srv", "_mysql._tcp.mydb.", "_mysql._tcp.mydb.");
    reject("mydb/", "not a record type");
    reject("mydb/SOA", "\"SOA\" is not a record type");
    reject("mydb/A/AAAA", "cannot be in a host name");
    reject("/A", "missing");
    reject("", "missing");
    reject("my db", "cannot be in a host name");
    reject("mydb:80", "cannot be in a host name");
}
END_TEST

START_TEST(addresses_by_their_reverse_name)
{
    parse("10.1.2.3/PTR", "3.2.1.10.in-addr.arpa.", "10.1.2.3");
    parse("2001:db8::1/ptr", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
          "2001:db8::1");
    parse("3.2.1.10.in-addr.arpa/PTR", "3.2.1.10.in-addr.arpa", "3.2.1.10.in-addr.arpa");
    reject("10.1.2.3", "10.1.2.3/PTR");
    reject("10.1.2.3/A", "needs no lookup");
    reject("::1", "::1/PTR");
}
END_TEST

START_TEST(operands_of_any_length)
{
    static char text[5000];

    memset(text, 'x', sizeof text - 1);
    reject(text, "longer than 253 bytes");
    text[1000] = '/';
    reject(text, "not a record type");
    memcpy(text + sizeof text - 3, "/A", 3);
    reject(text, "253 bytes");
}
END_TEST

/* --- the attempt --- */

static struct resolvconf conf;
static struct dns_resolver resolver;
static struct name_plan plan;
static struct name_server server;

static void begin(const char *operand, const struct name_server_row *rows)
{
    char text[] = "search a.test b.test\noptions ndots:5\n";

    resolvconf_parse(text, &conf);
    plan = (struct name_plan){
        .loop = loop_new(),
        .resolver = &resolver,
        .search = true,
        .hosts_path = "/nonexistent",
        .types = {DNS_A, DNS_AAAA},
        .type_count = 2,
        .keeps = true,
        .rules = {.min_records = 1, .expect = &nothing},
    };
    name_server_open(&server, plan.loop, rows);
    conf.servers[0] = server.address;
    conf.server_count = 1;
    resolver = (struct dns_resolver){.loop = plan.loop, .conf = &conf};
    name = (struct name){.base.name = operand, .plan = &plan};
    ck_assert(name_parse(operand, "", &name, &why));
}

static int attempt(void)
{
    return lone_wait(&name.base, plan.loop, 500, name_start, name_cancel);
}

static void end(void)
{
    records_free(&name.records);
    name_server_close(&server);
    loop_free(plan.loop);
}

START_TEST(found_by_a_candidate_that_is_told)
{
    static const struct name_server_row rows[] = {
        {.name = "db.a.test", .rcode = 3}, {.type = DNS_A, .value = "10.0.0.1"}, {0}};

    begin("db", rows);
    ck_assert_int_eq(attempt(), 0);
    ck_assert_uint_eq(name.records.count, 1);
    ck_assert_str_eq(name.records.items[0].value, "10.0.0.1");
    ck_assert_ptr_nonnull(name.base.found);
    ck_assert_str_eq(name.base.found, "db.b.test has 10.0.0.1");
    ck_assert_str_eq(server.asked, "db.a.test/A db.b.test/A ");
    end();
}
END_TEST

START_TEST(not_there)
{
    static const struct name_server_row rows[] = {{.rcode = 3}};

    begin("db", rows);
    ck_assert_int_eq(attempt(), 1);
    ck_assert_str_eq(name.base.reason.text, "no such name (NXDOMAIN)");
    plan.rules.gone = true;
    ck_assert_int_eq(attempt(), 0);
    ck_assert_uint_eq(name.records.count, 0);
    end();
}
END_TEST

START_TEST(no_clear_answer_is_neither_there_nor_gone)
{
    struct name_server_row rows[] = {{.rcode = 2}};

    begin("db", rows);
    plan.rules.gone = true;
    ck_assert_int_eq(attempt(), 1);
    expect_contains(name.base.reason.text, "SERVFAIL");
    rows[0].rcode = NAME_SERVER_SILENT;
    ck_assert_int_eq(attempt(), 1);
    expect_contains(name.base.reason.text, "no answer from DNS");
    end();
}
END_TEST

START_TEST(records_that_are_not_those_waited_for)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {0}};

    begin("db.", rows);
    plan.rules.min_records = 2;
    ck_assert_int_eq(attempt(), 1);
    ck_assert_str_eq(name.base.reason.text, "db: 1 record, 2 wanted");
    plan.rules.min_records = 1;
    plan.rules.both_families = true;
    ck_assert_int_eq(attempt(), 1);
    expect_contains(name.base.reason.text, "no AAAA record");
    end();
}
END_TEST

START_TEST(a_type_asks_for_nothing_else)
{
    static const struct name_server_row rows[] = {{.type = DNS_SRV, .value = "0 0 3306 db.test"},
                                                  {.rcode = 2}};

    begin("db./SRV", rows);
    plan.rules.both_families = true; /* is about names without a type */
    ck_assert_int_eq(attempt(), 0);
    ck_assert_str_eq(server.asked, "db/SRV ");
    end();
}
END_TEST

START_TEST(the_hosts_file_first_where_it_is_wanted)
{
    static const struct name_server_row rows[] = {{.rcode = 2}};

    begin("db", rows);
    plan.hosts_path = scratch_file("hosts", "10.0.0.7 db\n");
    ck_assert_int_eq(attempt(), 1);
    plan.use_hosts = true;
    ck_assert_int_eq(attempt(), 0);
    ck_assert_str_eq(name.records.items[0].value, "10.0.0.7");
    plan.types[0] = DNS_AAAA;
    plan.type_count = 1;
    ck_assert_int_eq(attempt(), 1); /* the file has no address of that family */
    name.typed = true;
    name.type = DNS_SRV;
    ck_assert_int_eq(attempt(), 1);
    end();
}
END_TEST

START_TEST(cancelled_it_tells_what_it_was_asking)
{
    static const struct name_server_row rows[] = {{.rcode = NAME_SERVER_SILENT}};
    struct reason doing;

    begin("db", rows);
    name_start(&name.base, INT64_MAX);
    name_cancel(&name.base, &doing);
    ck_assert_str_eq(doing.text, "asking for db");
    ck_assert_ptr_null(name.lookup);
    end();
}
END_TEST

SUITE("name", names_with_and_without_a_type, addresses_by_their_reverse_name, operands_of_any_length,
      found_by_a_candidate_that_is_told, not_there, no_clear_answer_is_neither_there_nor_gone,
      records_that_are_not_those_waited_for, a_type_asks_for_nothing_else,
      the_hosts_file_first_where_it_is_wanted, cancelled_it_tells_what_it_was_asking)
