#include "common/dns/lookup.h"
#include "common/net/race.h"

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct lookup_plan plan;
static struct lookup lookup;
static char found[4][ADDRESS_TEXT];
static uint16_t port;
static size_t count;
static struct reason why;
static unsigned ended;

static void on_end(void *owner, struct address *addresses, size_t how_many, const struct reason *reason)
{
    ck_assert_ptr_eq(owner, &lookup);
    ended++;
    count = how_many;
    for (size_t i = 0; i < how_many && i < COUNT_OF(found); i++) {
        address_format(&addresses[i], found[i]);
        port = address_port(&addresses[i]);
    }
    ck_assert((how_many == 0) == (reason != NULL));
    if (reason)
        why = *reason;
}

static void look_up(const char *host)
{
    lookup = (struct lookup){.plan = &plan, .on_end = on_end, .owner = &lookup};
    lookup_start(&lookup, host, 8080, RACE_PATIENCE, 0);
    ck_assert_uint_eq(ended, 1);
    ck_assert_ptr_null(lookup.dns);
    lookup_cancel(&lookup);
    ended = 0;
}

static void prepare(void)
{
    plan = (struct lookup_plan){
        .hosts_path = scratch_file("hosts", "10.0.0.7 db db.example\n2001:db8::7 db\n"),
        .family = AF_UNSPEC,
    };
    reason_set(&plan.no_servers, CODE_USAGE, "nobody to ask");
}

START_TEST(a_literal_address_is_itself)
{
    prepare();
    look_up("10.1.2.3");
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(found[0], "10.1.2.3");
    ck_assert_uint_eq(port, 8080);
    look_up("2001:db8::1");
    ck_assert_str_eq(found[0], "2001:db8::1");
    ck_assert(!lookup_needs_dns(&plan, "10.1.2.3"));
}
END_TEST

START_TEST(the_hosts_file_comes_before_dns)
{
    prepare();
    look_up("DB");
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(port, 8080);
    plan.family = AF_INET6;
    look_up("db");
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(found[0], "2001:db8::7");
    ck_assert(!lookup_needs_dns(&plan, "db"));
    ck_assert(lookup_needs_dns(&plan, "db.example")); /* it has no address of this family */
}
END_TEST

START_TEST(what_is_remembered_is_one_hosts)
{
    prepare();
    look_up("db");
    lookup.memory.since = 5;
    lookup.negative.known = true;
    lookup_start(&lookup, "db", 8080, RACE_PATIENCE, 0);
    ck_assert_int_eq(lookup.memory.since, 5);
    ck_assert(lookup.negative.known);
    lookup_start(&lookup, "db.example", 8080, RACE_PATIENCE, 0);
    ck_assert_int_eq(lookup.memory.since, 0);
    ck_assert(!lookup.negative.known);
    ended = 0;
}
END_TEST

START_TEST(without_servers_it_says_why)
{
    prepare();
    look_up("elsewhere");
    ck_assert_uint_eq(count, 0);
    expect_contains(why.text, "nobody to ask");
    ck_assert_int_eq(lookup.status, ANSWER_NONE);
    ck_assert(lookup_needs_dns(&plan, "elsewhere"));
}
END_TEST

SUITE("lookup", a_literal_address_is_itself, the_hosts_file_comes_before_dns, what_is_remembered_is_one_hosts,
      without_servers_it_says_why)
