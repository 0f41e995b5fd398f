#include <stdio.h>

#include "common/dns/dns.h"
#include "tests/unit/suite.h"

static struct reason why;
static struct dns_negative negative;

static struct dns_result result_of(enum answer_status status)
{
    struct dns_result result = {
        .status = status, .candidate = "db.a.test", .asked_names = "db.a.test, db", .answer_count = 2};

    result.answers[0] = (struct answer){.type = DNS_A, .status = status, .rcode = 9};
    result.answers[1] = (struct answer){.type = DNS_AAAA};
    return result;
}

static const char *negative_with(uint32_t ttl, int64_t now)
{
    struct dns_result result = result_of(ANSWER_NXDOMAIN);

    result.has_negative_ttl = true;
    result.negative_ttl = ttl;
    dns_reason(&result, &negative, now, &why);
    return why.text;
}

START_TEST(negative_answers)
{
    struct dns_result result = result_of(ANSWER_NXDOMAIN);

    dns_reason(&result, &negative, 0, &why);
    ck_assert_str_eq(why.text, "no such name (NXDOMAIN)");
    ck_assert_str_eq(why.detail, "");
    expect_contains(why.hint, "asked for db.a.test, db");
    ck_assert_int_eq(why.code, CODE_FAILED);
    result = result_of(ANSWER_NO_DATA);
    dns_reason(&result, &negative, 0, &why);
    ck_assert_str_eq(why.text, "the name exists, but has no such record");
}
END_TEST

START_TEST(what_stopped_the_walk_is_told)
{
    static const struct {
        enum answer_status status;
        const char *text, *hint;
    } cases[] = {
        {ANSWER_REFERRAL, "only refers to other servers for db.a.test", "later search domains"},
        {ANSWER_LAME, "neither authoritative nor recursive", "later search domains"},
        {ANSWER_REFLECTED, "sends the question back", "later search domains"},
        {ANSWER_CHAIN, "too many aliases", "later search domains"},
        {ANSWER_OTHER, "contradicts itself", "later search domains"},
        {ANSWER_TRUNCATED, "cut short, and TCP port 53", "UDP works"},
        {ANSWER_ALIAS, "db.a.test is an alias of end.test, which has no address",
         "the alias (ExternalName?) exists"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_result result = result_of(cases[i].status);
        char end[] = "end.test";
        result.answers[0].alias = end;
        dns_reason(&result, &negative, 0, &why);
        expect_contains(why.text, cases[i].text);
        expect_contains(why.hint, cases[i].hint);
    }
}
END_TEST

START_TEST(negative_answers_that_tell_more)
{
    struct dns_result result = result_of(ANSWER_NO_DATA);
    char end[] = "end.test";

    result.answers[0].alias = end;
    dns_reason(&result, &negative, 0, &why);
    ck_assert_str_eq(why.text, "db.a.test is an alias of end.test, which has no such record");
    result.answers[0].unavailable = true;
    dns_reason(&result, &negative, 0, &why);
    expect_contains(why.text, "published as not available");
    result = result_of(ANSWER_NXDOMAIN);
    result.no_cluster = true;
    dns_reason(&result, &negative, 0, &why);
    expect_contains(why.hint, "ClusterFirstWithHostNet");
}
END_TEST

/* The SOA's TTL counts down from answer to answer: then, and only then, the answer comes out of a cache. */
START_TEST(a_countdown_is_a_cached_answer)
{
    expect_lacks(negative_with(30, 1000), "cached");
    expect_contains(negative_with(28, 3000), "; negative answer, cached by the server");
    ck_assert_str_eq(why.detail, " for 28 s more");
    expect_contains(negative_with(20, 11200), "cached");
    ck_assert_str_eq(why.detail, " for 20 s more");
    expect_lacks(negative_with(30, 31000), "cached"); /* a fresh one */
    expect_contains(negative_with(29, 32000), "cached");
}
END_TEST

START_TEST(what_is_no_countdown)
{
    expect_lacks(negative_with(30, 0), "cached");
    expect_lacks(negative_with(30, 5000), "cached");
    expect_lacks(negative_with(10, 6000), "cached"); /* falls faster than the clock goes */
    negative = (struct dns_negative){0};
    expect_lacks(negative_with(5, 0), "cached");
    expect_lacks(negative_with(4, 60000), "cached");
}
END_TEST

START_TEST(the_same_trouble_while_the_seconds_fall)
{
    struct reason first;

    negative_with(30, 0);
    negative_with(25, 5000);
    first = why;
    negative_with(24, 6000);
    ck_assert(reason_same(&first, &why));
}
END_TEST

START_TEST(a_failure_in_between_forgets_the_countdown)
{
    struct dns_result failure = result_of(ANSWER_SERVFAIL);

    negative_with(30, 0);
    dns_reason(&failure, &negative, 1000, &why);
    ck_assert(!negative.known);
    expect_lacks(negative_with(28, 2000), "cached");
}
END_TEST

START_TEST(a_name_that_nobody_is_asked_for)
{
    struct dns_result result = result_of(ANSWER_GARBLED);

    snprintf(result.candidate, sizeof result.candidate, "db.s\\hop.test");
    dns_reason(&result, &negative, 0, &why);
    ck_assert_str_eq(why.text,
                     "db.s\\hop.test cannot be asked for: a backslash in resolv.conf's search list");
}
END_TEST

START_TEST(what_leaves_it_unknown)
{
    static const struct {
        enum answer_status status;
        const char *text, *hint;
    } cases[] = {
        {ANSWER_SERVFAIL, "DNS server failure (SERVFAIL) for db.a.test", "later search domains do not count"},
        {ANSWER_REFUSED, "refuses to answer (REFUSED) for db.a.test", "later search domains do not count"},
        {ANSWER_GARBLED, "invalid answer from the DNS server for db.a.test",
         "later search domains do not count"},
        {ANSWER_RCODE, "answers NOTAUTH for db.a.test", "later search domains do not count"},
        {ANSWER_SILENT, "no answer from DNS for db.a.test", "NetworkPolicy"},
        {ANSWER_UNREACHABLE, "cannot be reached for db.a.test", "NetworkPolicy"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_result result = result_of(cases[i].status);
        ck_assert(address_parse("10.96.0.10", 53, &result.answers[0].server));
        dns_reason(&result, &negative, 0, &why);
        expect_contains(why.text, cases[i].text);
        expect_contains(why.hint, cases[i].hint);
        ck_assert_str_eq(why.detail, " (server 10.96.0.10)");
    }
}
END_TEST

START_TEST(the_server_of_the_answer_that_stopped_it_is_named)
{
    struct dns_result result = result_of(ANSWER_SERVFAIL);

    result.answers[0].status = ANSWER_NO_DATA;
    ck_assert(address_parse("10.0.0.1", 53, &result.answers[0].server));
    result.answers[1].status = ANSWER_SERVFAIL;
    ck_assert(address_parse("10.0.0.2", 53, &result.answers[1].server));
    dns_reason(&result, &negative, 0, &why);
    ck_assert_str_eq(why.detail, " (server 10.0.0.2)");
}
END_TEST

START_TEST(the_longest_name_fits_into_the_words)
{
    struct dns_result result = result_of(ANSWER_REFUSED);

    memset(result.candidate, 'x', 253);
    result.candidate[253] = '\0';
    dns_reason(&result, &negative, 0, &why);
    expect_contains(why.text, result.candidate);
}
END_TEST

SUITE("dns_reason", negative_answers, what_stopped_the_walk_is_told, negative_answers_that_tell_more,
      a_countdown_is_a_cached_answer, what_is_no_countdown, the_same_trouble_while_the_seconds_fall,
      a_failure_in_between_forgets_the_countdown, a_name_that_nobody_is_asked_for, what_leaves_it_unknown,
      the_server_of_the_answer_that_stopped_it_is_named, the_longest_name_fits_into_the_words)
