#include "common/dns/dns.h"

#include <stdio.h>

#include "common/base/deadline.h"
#include "common/net/race.h"
#include "tests/unit/name_server.h"
#include "tests/unit/suite.h"

/* What on_result was given, copied. */
static struct {
    int count;
    enum answer_status status;
    char candidate[HOSTNAME_SIZE];
    char records[1024]; /* "A=10.0.0.1 " */
    size_t asked;
    char asked_names[DNS_ASKED_TEXT];
    bool has_negative_ttl;
    uint32_t negative_ttl;
    struct address server;
    int64_t took;
} got;

static struct loop *loop;
static struct resolvconf conf;
static struct dns_resolver resolver;
static struct dns_request request;
static struct name_server one, two;
static int64_t began;
static int expected_results = 1;

static void on_result(void *owner, const struct dns_result *result)
{
    size_t length = 0;

    (void)owner;
    got.status = result->status;
    got.asked = result->asked;
    got.has_negative_ttl = result->has_negative_ttl;
    got.negative_ttl = result->negative_ttl;
    got.server = result->answers[0].server;
    got.took = deadline_now() - began;
    snprintf(got.candidate, sizeof got.candidate, "%s", result->candidate);
    snprintf(got.asked_names, sizeof got.asked_names, "%s", result->asked_names);
    for (size_t i = 0; i < result->answer_count; i++)
        for (size_t j = 0; j < result->answers[i].count; j++)
            length += (size_t)snprintf(got.records + length, sizeof got.records - length, "%s=%s ",
                                       dns_type_name(result->answers[i].type), result->answers[i].records[j]);
    if (++got.count == expected_results)
        loop_quit(loop);
}

static void on_too_long(void *owner)
{
    (void)owner;
    loop_quit(loop);
}

static void begin(const char *search)
{
    char text[1024];

    snprintf(text, sizeof text, "search %s\noptions ndots:5\n", search);
    resolvconf_parse(text, &conf);
    loop = loop_new();
    resolver = (struct dns_resolver){.loop = loop, .conf = &conf};
    request = (struct dns_request){
        .name = "db.test.", .search = true, .types = {DNS_A, DNS_AAAA}, .type_count = 2};
}

static void add_server(struct name_server *server, const struct name_server_row *rows)
{
    name_server_open(server, loop, rows);
    conf.servers[conf.server_count++] = server->address;
}

/* Looks up what `request` says, with that much time. */
static void look_up(int64_t time)
{
    struct loop_timer too_long = {.on_due = on_too_long};

    memset(&got, 0, sizeof got);
    began = deadline_now();
    dns_lookup_start(&resolver, &request, began + time, on_result, NULL);
    ck_assert_int_eq(got.count, 0); /* never from within start */
    loop_timer_set(loop, &too_long, began + time + 2000);
    loop_run(loop);
    loop_timer_clear(loop, &too_long);
    ck_assert_int_eq(got.count, 1);
}

static void end(void)
{
    if (one.loop)
        name_server_close(&one);
    if (two.loop)
        name_server_close(&two);
    loop_free(loop);
}

START_TEST(both_families)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {.value = "::1"}};

    begin("");
    add_server(&one, rows);
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(got.records, "A=10.0.0.1 AAAA=::1 ");
    ck_assert_str_eq(got.candidate, "db.test");
    ck_assert_str_eq(one.asked, "db.test/A db.test/AAAA ");
    ck_assert(address_same(&got.server, &one.address));
    end();
}
END_TEST

START_TEST(the_first_family_may_be_enough)
{
    static const struct name_server_row rows[] = {{.value = "10.0.0.1"}};

    begin("");
    add_server(&one, rows);
    request.first_is_enough = true;
    look_up(3000);
    ck_assert_str_eq(got.records, "A=10.0.0.1 ");
    ck_assert_str_eq(one.asked, "db.test/A ");
    end();
}
END_TEST

START_TEST(no_data_for_one_family_asks_for_the_other)
{
    static const struct name_server_row rows[] = {{.type = DNS_AAAA, .value = "::1"}, {0}};

    begin("");
    add_server(&one, rows);
    request.first_is_enough = true;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(got.records, "AAAA=::1 ");
    end();
}
END_TEST

/* RFC 8020: there is nothing of any type. */
START_TEST(no_such_name_is_not_asked_for_again)
{
    static const struct name_server_row rows[] = {{.rcode = 3}};

    begin("");
    add_server(&one, rows);
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    ck_assert_str_eq(one.asked, "db.test/A ");
    ck_assert(got.has_negative_ttl);
    ck_assert_uint_eq(got.negative_ttl, NAME_SERVER_SOA_TTL);
    end();
}
END_TEST

START_TEST(the_search_list_is_walked_past_negative_answers)
{
    static const struct name_server_row rows[] = {{.name = "db.a.test", .rcode = 3},
                                                  {.name = "db.b.test"},
                                                  {.name = "db.c.test", .value = "10.0.0.1"},
                                                  {.rcode = 2}};

    begin("a.test b.test c.test d.test");
    add_server(&one, rows);
    request.name = "db";
    request.type_count = 1;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(got.candidate, "db.c.test");
    ck_assert_uint_eq(got.asked, 3);
    ck_assert_str_eq(got.asked_names, "db.a.test, db.b.test, db.c.test");
    ck_assert_str_eq(one.asked, "db.a.test/A db.b.test/A db.c.test/A ");
    end();
}
END_TEST

START_TEST(negative_from_all_is_negative)
{
    static const struct name_server_row rows[] = {{.name = "db.a.test"}, {.rcode = 3}};
    static const struct name_server_row none[] = {{.rcode = 3}};

    begin("a.test b.test");
    add_server(&one, rows);
    request.name = "db";
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_NO_DATA); /* one of them exists */
    ck_assert_uint_eq(got.asked, 3);
    ck_assert(got.has_negative_ttl);
    one.rows = none;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    request.search = false;
    look_up(3000);
    ck_assert_uint_eq(got.asked, 1);
    ck_assert_str_eq(got.asked_names, "db");
    end();
}
END_TEST

/* A wildcard behind a failure would be a false "ready". */
START_TEST(the_walk_stops_where_there_is_no_clear_answer)
{
    static const int unclear[] = {2, 5, 9, 4};
    static const enum answer_status statuses[] = {ANSWER_SERVFAIL, ANSWER_REFUSED, ANSWER_RCODE,
                                                  ANSWER_RCODE};
    struct name_server_row rows[] = {{.name = "db.a.test"}, {.name = "db.b.test"}, {.value = "10.0.0.1"}};

    begin("a.test b.test c.test");
    add_server(&one, rows);
    request.name = "db";
    request.type_count = 1;
    for (size_t i = 0; i < COUNT_OF(unclear); i++) {
        rows[1].rcode = unclear[i];
        one.asked[0] = '\0';
        look_up(3000);
        ck_assert_int_eq(got.status, statuses[i]);
        ck_assert_str_eq(got.candidate, "db.b.test");
        ck_assert_str_eq(one.asked, "db.a.test/A db.b.test/A ");
        ck_assert_str_eq(got.records, "");
    }
    end();
}
END_TEST

/* c-ares takes "s\\hop" for an escaped "shop". Nobody is asked for a name that is not in the list. */
START_TEST(a_backslash_in_the_search_list_asks_for_no_other_name)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {.value = "::1"}};

    begin("s\\hop.test");
    add_server(&one, rows);
    request.name = "db";
    look_up(500);
    ck_assert_int_eq(got.status, ANSWER_GARBLED);
    ck_assert_str_eq(one.asked, "");
    end();
}
END_TEST

START_TEST(the_walk_stops_at_silence)
{
    static const struct name_server_row rows[] = {{.name = "db.a.test", .rcode = NAME_SERVER_SILENT},
                                                  {.value = "10.0.0.1"}};

    begin("a.test b.test");
    add_server(&one, rows);
    request.name = "db";
    look_up(500);
    ck_assert_int_eq(got.status, ANSWER_SILENT);
    ck_assert_str_eq(got.candidate, "db.a.test");
    ck_assert_int_ge(got.took, 490);
    ck_assert_int_lt(got.took, 1500);
    expect_lacks(one.asked, "db.b.test");
    end();
}
END_TEST

START_TEST(a_failing_family_does_not_hide_the_other)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {.rcode = 2}};
    static const struct name_server_row mixed[] = {{.type = DNS_A, .rcode = 2}, {.rcode = 0}};

    begin("");
    add_server(&one, rows);
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    one.rows = mixed; /* SERVFAIL for A and no data for AAAA is not "gone" */
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_SERVFAIL);
    end();
}
END_TEST

START_TEST(the_next_server_is_asked_after_300_ms_of_silence)
{
    static const struct name_server_row silent[] = {{.rcode = NAME_SERVER_SILENT}},
                                        good[] = {{.value = "10.0.0.1"}};

    begin("");
    add_server(&one, silent);
    add_server(&two, good);
    request.type_count = 1;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_int_ge(got.took, DNS_STAGGER - 5);
    ck_assert_int_lt(got.took, DNS_STAGGER + 500);
    ck_assert(address_port(&got.server) == address_port(&two.address));
    end();
}
END_TEST

START_TEST(a_server_that_fails_hands_over_at_once)
{
    static const struct name_server_row failing[] = {{.rcode = 2}}, good[] = {{.value = "10.0.0.1"}};

    begin("");
    add_server(&one, failing);
    add_server(&two, good);
    request.type_count = 1;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_int_lt(got.took, DNS_STAGGER - 50);
    ck_assert_str_eq(one.asked, "db.test/A "); /* once, not three times */
    end();
}
END_TEST

START_TEST(when_all_servers_fail_it_ends_at_once)
{
    static const struct name_server_row failing[] = {{.rcode = 2}};

    begin("");
    add_server(&one, failing);
    add_server(&two, failing);
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_SERVFAIL);
    ck_assert_int_lt(got.took, 1000);
    end();
}
END_TEST

START_TEST(where_nothing_listens)
{
    begin("");
    conf.servers[conf.server_count++] = name_server_nowhere();
    look_up(1000);
    ck_assert_int_eq(got.status, ANSWER_UNREACHABLE);
    ck_assert_int_lt(got.took, 900);
    end();
}
END_TEST

START_TEST(garbage_is_no_answer)
{
    static const struct name_server_row garbage[] = {{.rcode = NAME_SERVER_GARBAGE}},
                                        good[] = {{.value = "10.0.0.1"}};

    begin("");
    add_server(&one, garbage);
    request.type_count = 1;
    look_up(500);
    ck_assert(got.status == ANSWER_SILENT || got.status == ANSWER_GARBLED);
    add_server(&two, good);
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    end();
}
END_TEST

START_TEST(servers_by_turns)
{
    static const struct name_server_row good[] = {{.value = "10.0.0.1"}};

    begin("");
    add_server(&one, good);
    add_server(&two, good);
    conf.rotate = true;
    request.type_count = 1;
    for (int i = 0; i < 4; i++)
        look_up(3000);
    ck_assert_str_eq(one.asked, "db.test/A db.test/A ");
    ck_assert_str_eq(two.asked, "db.test/A db.test/A ");
    end();
}
END_TEST

START_TEST(patience_with_a_silent_family)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"},
                                                  {.rcode = NAME_SERVER_SILENT}};

    begin("");
    add_server(&one, rows);
    request.patience = RACE_PATIENCE;
    look_up(3000);
    ck_assert_str_eq(got.records, "A=10.0.0.1 ");
    ck_assert_int_lt(got.took, 1000);
    request.patience = 0;
    look_up(600);
    ck_assert_str_eq(got.records, "A=10.0.0.1 "); /* at the deadline what is there counts */
    ck_assert_int_ge(got.took, 590);
    end();
}
END_TEST

static struct dns_lookup *in_flight;

static void cancel_it(void *owner)
{
    (void)owner;
    dns_lookup_cancel(in_flight);
}

START_TEST(cancelled_in_flight)
{
    static const struct name_server_row silent[] = {{.rcode = NAME_SERVER_SILENT}},
                                        good[] = {{.value = "10.0.0.1"}};
    struct loop_timer cancel = {.on_due = cancel_it}, over = {.on_due = on_too_long};
    int64_t now = deadline_now();

    begin("");
    add_server(&one, silent);
    in_flight = dns_lookup_start(&resolver, &request, now + 3000, on_result, NULL);
    loop_timer_set(loop, &cancel, now + 50);
    loop_timer_set(loop, &over, now + 500);
    loop_run(loop);
    ck_assert_str_eq(one.asked, "db.test/A ");
    ck_assert_int_eq(got.count, 0);
    in_flight = dns_lookup_start(&resolver, &request, now + 3000, on_result, NULL);
    dns_lookup_cancel(in_flight); /* before anything was sent */
    one.rows = good;
    request.type_count = 1;
    look_up(3000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    end();
}
END_TEST

START_TEST(many_at_the_same_time)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {.value = "::1"}};

    begin("");
    add_server(&one, rows);
    expected_results = 200;
    for (int i = 0; i < expected_results; i++)
        dns_lookup_start(&resolver, &request, deadline_now() + 10000, on_result, NULL);
    loop_run(loop);
    ck_assert_int_eq(got.count, 200);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    end();
}
END_TEST

/* A waiter that has been waiting for a minute, and has found that the server knows no other types. */
static struct dns_memory patient(void)
{
    return (struct dns_memory){.since = deadline_now() - 60000, .plain = true};
}

static void begin_with_memory(const char *search, const struct name_server_row *rows,
                              struct dns_memory *memory)
{
    begin(search);
    add_server(&one, rows);
    request.name = "db";
    request.type_count = 1;
    request.memory = memory;
    request.scouts = true;
}

static const char *asked_by(int64_t time)
{
    one.asked[0] = '\0';
    look_up(time);
    return one.asked;
}

START_TEST(what_is_not_there_is_remembered_but_for_the_likely_one)
{
    static const struct name_server_row rows[] = {{.name = "db.b.test"}, {.rcode = 3}};
    struct dns_memory memory = patient();

    begin_with_memory("a.test b.test", rows, &memory);
    for (int i = 0; i < 2; i++) {
        ck_assert_str_eq(asked_by(3000), i == 0 ? "db.a.test/A db.b.test/A db/A " : "db.a.test/A ");
        ck_assert_int_eq(got.status, ANSWER_NO_DATA); /* the same, asked for or not */
        ck_assert_uint_eq(got.asked, 3);
        ck_assert_str_eq(got.asked_names, "db.a.test, db.b.test, db");
        ck_assert(got.has_negative_ttl);
    }
    end();
}
END_TEST

/* What the server keeps of our questions is not what apps ask for. */
START_TEST(while_a_name_is_missing_scouts_ask)
{
    struct name_server_row rows[] = {{.name = "db.a.test", .rcode = 3}, {.rcode = 3}};
    struct dns_memory memory = {0};

    begin_with_memory("a.test", rows, &memory);
    ck_assert_str_eq(asked_by(3000), "db.a.test/scout+cd db/scout+cd ");
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    ck_assert_str_eq(got.asked_names, "db.a.test, db");
    ck_assert_str_eq(asked_by(3000), "db.a.test/scout+cd ");
    rows[0] = (struct name_server_row){.name = "db.a.test", .type = DNS_A, .value = "10.0.0.1"};
    rows[1] = (struct name_server_row){.name = NULL}; /* other types: no data */
    ck_assert_str_eq(asked_by(3000), "db.a.test/scout+cd db.a.test/A ");
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(got.records, "A=10.0.0.1 ");
    ck_assert_str_eq(asked_by(3000), "db.a.test/A "); /* it was there: no scout is needed */
    end();
    begin_with_memory("", rows, &memory);
    memory = (struct dns_memory){0};
    request.scouts = false;
    ck_assert_str_eq(asked_by(3000), "db/A ");
    end();
}
END_TEST

START_TEST(a_balancer_that_denies_other_types_is_found_by_the_wanted_one)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {.rcode = 3}};
    struct dns_memory memory = {0};

    begin_with_memory("", rows, &memory);
    ck_assert_str_eq(asked_by(3000), "db/scout+cd ");
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    memory.negative[0].wanted_at = deadline_now();
    ck_assert_str_eq(asked_by(3000), "db/A+cd db/A ");
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    end();
}
END_TEST

START_TEST(where_scouts_and_apps_disagree_the_apps_question_counts)
{
    static const struct name_server_row rows[] = {{.type = DNS_A, .rcode = 3}, {0}};
    struct dns_memory memory = {0};

    begin_with_memory("", rows, &memory);
    ck_assert_str_eq(asked_by(3000), "db/scout+cd db/A ");
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    ck_assert_str_eq(asked_by(3000), "db/A ");
    end();
}
END_TEST

START_TEST(a_scout_that_is_not_answered_does_not_decide)
{
    static const int unclear[] = {1, 2, 4, 5, NAME_SERVER_SILENT};
    struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {0}};

    for (size_t i = 0; i < COUNT_OF(unclear); i++) {
        struct dns_memory memory = {0};
        rows[1].rcode = unclear[i];
        begin_with_memory("", rows, &memory);
        look_up(3000);
        ck_assert_int_eq(got.status, ANSWER_RECORDS);
        end();
    }
}
END_TEST

/* While all fails, every second lookup is a scout's alone. */
START_TEST(failing_servers_are_asked_less)
{
    static const struct name_server_row rows[] = {{.rcode = 2}};
    struct dns_memory memory = {0};

    begin_with_memory("", rows, &memory);
    for (int i = 0; i < 4; i++) {
        ck_assert_str_eq(asked_by(3000), i % 2 == 0 ? "db/scout+cd db/A " : "db/scout+cd ");
        ck_assert_int_eq(got.status, ANSWER_SERVFAIL);
    }
    end();
}
END_TEST

START_TEST(gone_is_asked_for_by_scouts_until_it_is)
{
    struct name_server_row rows[] = {{.type = DNS_A, .value = "10.0.0.1"}, {0}};
    static const struct name_server_row nothing[] = {{.rcode = 3}};
    struct dns_memory memory = {0};

    begin_with_memory("", rows, &memory);
    request.gone = true;
    ck_assert_str_eq(asked_by(3000), "db/A ");
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(asked_by(3000), "db/scout+cd ");
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    rows[1].rcode = 3; /* gone, but cached */
    ck_assert_str_eq(asked_by(3000), "db/scout+cd db/A ");
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    one.rows = nothing;
    ck_assert_str_eq(asked_by(3000), "db/A ");
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    end();
}
END_TEST

/* What comes first counts, and that as it is now. */
START_TEST(records_behind_what_was_remembered_count_only_when_it_is_asked_for_again)
{
    static const int first[] = {3, 2, 0};
    static const enum answer_status statuses[] = {ANSWER_RECORDS, ANSWER_SERVFAIL, ANSWER_RECORDS};
    static const char *const candidates[] = {"db.b.test", "db.b.test.a.test", "db.b.test.a.test"};
    struct name_server_row rows[] = {
        {.name = "db.b.test.a.test"}, {.name = "db.b.test", .value = "10.0.0.1"}, {.rcode = 3}};

    for (size_t i = 0; i < COUNT_OF(first); i++) {
        struct dns_memory memory = patient();
        begin_with_memory("a.test b.test", rows, &memory);
        request.name =
            "db.b.test"; /* ends in a domain of the list: itself is likely, and the last candidate */
        dns_memory_note(&memory, 0, ANSWER_NXDOMAIN, false, deadline_now());
        dns_memory_note(&memory, 1, ANSWER_NXDOMAIN, false, deadline_now());
        rows[0].rcode = first[i];
        rows[0].value = first[i] == 0 ? "10.0.0.9" : NULL;
        look_up(3000);
        ck_assert_int_eq(got.status, statuses[i]);
        ck_assert_str_eq(got.candidate, candidates[i]);
        ck_assert_str_eq(one.asked, i == 0 ? "db.b.test/A db.b.test.a.test/A db.b.test.b.test/A db.b.test/A "
                                           : "db.b.test/A db.b.test.a.test/A ");
        end();
    }
}
END_TEST

START_TEST(memory_is_bounded_by_the_time_waited)
{
    struct dns_memory memory = {0};

    dns_memory_begin(&memory, 1000);
    dns_memory_begin(&memory, 5000); /* the first one counts */
    dns_memory_note(&memory, 7, ANSWER_NO_DATA, false, 1100);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 1099 + DNS_MEMORY_LEAST), ANSWER_NO_DATA);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 1100 + DNS_MEMORY_LEAST), ANSWER_NONE);
    dns_memory_note(&memory, 7, ANSWER_NXDOMAIN, false, 6000);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 10999), ANSWER_NXDOMAIN);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 11000), ANSWER_NONE);
    ck_assert_int_eq(dns_memory_find(&memory, 6, 6000), ANSWER_NONE);
    dns_memory_note(&memory, RESOLVCONF_DOMAINS, ANSWER_NXDOMAIN, false, 100000);
    ck_assert_int_eq(dns_memory_find(&memory, RESOLVCONF_DOMAINS, 100000 + DNS_MEMORY_MOST), ANSWER_NONE);
    dns_memory_note(&memory, 7, ANSWER_NXDOMAIN, true, 100000);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 99999 + DNS_MEMORY_RARE), ANSWER_NXDOMAIN);
    dns_memory_forget(&memory);
    ck_assert_int_eq(dns_memory_find(&memory, 7, 100001), ANSWER_NONE);
}
END_TEST

START_TEST(what_scouts_ask_for)
{
    struct dns_memory memory = {.since = 1000};
    int64_t wanted = 1000 + DNS_SCOUT_WANTED;

    ck_assert_uint_eq(dns_memory_scout(&memory, 2, DNS_A, 1000, 7), DNS_SCOUT_FIRST + 7);
    ck_assert_uint_eq(dns_memory_scout(&memory, 2, DNS_A, wanted - 1, 7 + DNS_SCOUT_TYPES),
                      DNS_SCOUT_FIRST + 7);
    ck_assert_uint_eq(dns_memory_scout(&memory, 2, DNS_A, wanted, 7),
                      DNS_A); /* some balancers know no other type */
    ck_assert_uint_eq(dns_memory_scout(&memory, 3, DNS_A, wanted, 7), DNS_A);
    ck_assert_uint_eq(dns_memory_scout(&memory, 2, DNS_A, wanted + 1, 7), DNS_SCOUT_FIRST + 7);
    ck_assert_uint_eq(dns_memory_scout(&memory, 2, DNS_A, wanted + DNS_SCOUT_AGAIN, 7), DNS_A);

    memory.there = true; /* a positive answer must not be kept fresh either, before its TTL is over */
    dns_memory_note_there(&memory, 1, DNS_AAAA, 5, wanted);
    ck_assert_uint_eq(memory.there_at, 1);
    ck_assert_int_eq(memory.there_type, DNS_AAAA);
    ck_assert_uint_eq(dns_memory_scout(&memory, 1, DNS_AAAA, wanted + 4999, 7), DNS_SCOUT_FIRST + 7);
    ck_assert_uint_eq(dns_memory_scout(&memory, 1, DNS_AAAA, wanted + 5000, 7), DNS_AAAA);
    ck_assert_uint_eq(dns_memory_scout(&memory, 1, DNS_AAAA, wanted + 5001, 7), DNS_SCOUT_FIRST + 7);
    dns_memory_note_there(&memory, 1, DNS_A, 0, wanted);
    ck_assert_int_eq(memory.there_until, wanted + DNS_FAREWELL_LEAST);
    dns_memory_note_there(&memory, 1, DNS_A, UINT32_MAX, wanted);
    ck_assert_int_eq(memory.there_until, wanted + DNS_SCOUT_AGAIN);
}
END_TEST

/* The first server knows the name after a while; what the second says meanwhile does not count. */
START_TEST(a_later_servers_denial_waits_for_the_first)
{
    static const struct name_server_row denies[] = {{.rcode = 3}}, silent[] = {{.rcode = NAME_SERVER_SILENT}};
    struct dns_memory memory = {0};

    begin("");
    add_server(&one, silent);
    add_server(&two, denies);
    look_up(700);
    ck_assert_int_eq(got.status, ANSWER_SILENT);
    resolver.states[0].failing_since = deadline_now() - DNS_DEAD_AFTER; /* for a whole attempt */
    look_up(2000);
    ck_assert_int_eq(got.status, ANSWER_NXDOMAIN);
    resolver.states[0].failing_since = deadline_now() - DNS_DEAD_AFTER -
                                       DNS_DEAD_FOR; /* not believed for ever */
    look_up(700);
    ck_assert_int_eq(got.status, ANSWER_SILENT);
    resolver.states[0].failing_since = deadline_now() - DNS_DEAD_AFTER;
    request.gone = true; /* then none may be silent */
    request.memory = &memory;
    look_up(700);
    ck_assert_int_eq(got.status, ANSWER_SILENT);
    end();
}
END_TEST

/* Its denial counts while the first server is dead, not when that one turns out to live: it may know the name. */
START_TEST(a_later_servers_denial_does_not_count_once_the_first_one_answers)
{
    static const struct name_server_row fails[] = {
        {.name = "db.a.test", .rcode = 2}, {.name = "db.b.test", .value = "10.0.0.66"}, {.rcode = 3}};
    static const struct name_server_row silent[] = {{.name = "db.a.test", .rcode = NAME_SERVER_SILENT},
                                                    {.name = "db.b.test", .value = "10.0.0.66"},
                                                    {.rcode = 3}};
    static const struct name_server_row dead[] = {{.rcode = 5}};
    static const struct name_server_row second[] = {{.name = "db.b.test", .value = "10.0.0.66"},
                                                    {.rcode = 3}};
    static const struct {
        const struct name_server_row *first;
        enum answer_status status;
        const char *candidate;
    } cases[] = {{fails, ANSWER_SERVFAIL, "db.a.test"},
                 {silent, ANSWER_SILENT, "db.a.test"},
                 {dead, ANSWER_RECORDS, "db.b.test"}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin("a.test b.test");
        request.name = "db";
        request.type_count = 1;
        add_server(&one, cases[i].first);
        add_server(&two, second);
        resolver.states[0].failing_since = deadline_now() - DNS_DEAD_AFTER;
        look_up(2000);
        ck_assert_int_eq(got.status, cases[i].status);
        ck_assert_str_eq(got.candidate, cases[i].candidate);
        end();
    }
}
END_TEST

START_TEST(a_late_answer_is_heard_although_the_question_was_sent_again)
{
    static const struct name_server_row late[] = {{.rcode = NAME_SERVER_LATE, .value = "10.0.0.1"}};

    begin("");
    add_server(&one, late);
    request.type_count = 1;
    look_up(5000);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    ck_assert_str_eq(one.asked, "db.test/A db.test/A "); /* the answer to the first came after the second */
    end();
}
END_TEST

START_TEST(the_request_is_copied)
{
    static const struct name_server_row rows[] = {{.name = "db.test", .value = "10.0.0.1"}, {.rcode = 2}};
    char name[] = "db.test.";
    struct dns_request own = {.name = name, .types = {DNS_A}, .type_count = 1};

    begin("");
    add_server(&one, rows);
    dns_lookup_start(&resolver, &own, deadline_now() + 3000, on_result, NULL);
    memset(name, 'x', sizeof name - 1);
    memset(&own, 0, sizeof own);
    loop_run(loop);
    ck_assert_int_eq(got.status, ANSWER_RECORDS);
    end();
}
END_TEST

SUITE("dns", both_families, the_first_family_may_be_enough, no_data_for_one_family_asks_for_the_other,
      no_such_name_is_not_asked_for_again, the_search_list_is_walked_past_negative_answers,
      negative_from_all_is_negative, the_walk_stops_where_there_is_no_clear_answer,
      a_backslash_in_the_search_list_asks_for_no_other_name, the_walk_stops_at_silence,
      a_failing_family_does_not_hide_the_other, the_next_server_is_asked_after_300_ms_of_silence,
      a_server_that_fails_hands_over_at_once, when_all_servers_fail_it_ends_at_once, where_nothing_listens,
      garbage_is_no_answer, servers_by_turns, patience_with_a_silent_family, cancelled_in_flight,
      many_at_the_same_time, what_is_not_there_is_remembered_but_for_the_likely_one,
      while_a_name_is_missing_scouts_ask, a_balancer_that_denies_other_types_is_found_by_the_wanted_one,
      where_scouts_and_apps_disagree_the_apps_question_counts, a_scout_that_is_not_answered_does_not_decide,
      failing_servers_are_asked_less, gone_is_asked_for_by_scouts_until_it_is,
      records_behind_what_was_remembered_count_only_when_it_is_asked_for_again,
      memory_is_bounded_by_the_time_waited, what_scouts_ask_for, a_later_servers_denial_waits_for_the_first,
      a_later_servers_denial_does_not_count_once_the_first_one_answers,
      a_late_answer_is_heard_although_the_question_was_sent_again, the_request_is_copied)
