#include "cmd/wait-for-tcp/judge.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/suite.h"

enum { MOST = 4 };

static struct dial dials[MOST];
static size_t count;
static struct reason why;

static void add(enum dial_state state, int error)
{
    char text[ADDRESS_TEXT];

    snprintf(text, sizeof text, "10.0.0.%zu", count + 1);
    dials[count] = (struct dial){.state = state, .error = error};
    ck_assert(address_parse(text, 80, &dials[count].address));
    count++;
}

/* The last one has an IPv6 address. */
static void make_v6(void)
{
    ck_assert(address_parse("2001:db8::1", 80, &dials[count - 1].address));
}

static void begin(enum dial_state state, int error)
{
    count = 0;
    add(state, error);
}

static enum outcome judged(const struct judge_rules *rules)
{
    why = (struct reason){0};
    return judge(rules, dials, count, NULL, JUDGE_NAMED, &why);
}

static const struct judge_rules one = {.min_addresses = 1};
static const struct judge_rules all = {.all_addresses = true, .min_addresses = 1};
static const struct judge_rules two = {.min_addresses = 2};
static const struct judge_rules gone = {.gone = true, .min_addresses = 1};

START_TEST(one_that_accepts_is_enough)
{
    begin(DIAL_ERROR, ECONNREFUSED);
    add(DIAL_ACCEPTED, 0);
    ck_assert_int_eq(judged(&one), ATTEMPT_OK);
    ck_assert(judge_is_settled(&one, dials, count));
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_CONNECTING, 0);
    ck_assert(judge_is_settled(&one, dials, count));
    begin(DIAL_HOLDING, 0);
    ck_assert(!judge_is_settled(&one, dials, count));
}
END_TEST

START_TEST(what_accepts_nothing_is_to_be_tried_again)
{
    static const struct {
        enum dial_state state;
        int error;
        const char *text, *hint;
    } cases[] = {
        {DIAL_ERROR, ECONNREFUSED, "connection refused by", "resolves but refuses"},
        {DIAL_ERROR, ENETUNREACH, "network unreachable", "no route"},
        {DIAL_ERROR, EHOSTUNREACH, "host unreachable", ""},
        {DIAL_SELF, 0, "connection refused by", ""},
        {DIAL_DROPPED, 0, "accepted, then closed by", "sidecar"},
        {DIAL_DROPPED, ECONNRESET, "accepted, then reset by", "sidecar"},
        {DIAL_DROPPED, EPIPE, "accepted, then Broken pipe by", "sidecar"},
        {DIAL_UNEXPECTED, 0, "accepted, then closed, but not the expected answer from", "nothing came"},
        {DIAL_UNEXPECTED, ETIMEDOUT, "accepted, but not the expected answer from", "nothing came"},
        {DIAL_UNEXPECTED, EMSGSIZE, "more than 1 MiB, but not the expected answer from", "nothing came"},
        {DIAL_UNPROVEN, ETIMEDOUT, "the time was over before --hold was", "--timeout"},
        {DIAL_TIMED_OUT, ETIMEDOUT, "no answer within the attempt's time from", "dropped"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin(cases[i].state, cases[i].error);
        ck_assert_int_eq(judged(&one), ATTEMPT_RETRY);
        expect_contains(why.text, cases[i].text);
        expect_contains(why.hint, cases[i].hint);
        ck_assert_str_eq(why.detail, " 10.0.0.1");
        ck_assert_int_eq(why.code, CODE_FAILED);
    }
}
END_TEST

START_TEST(a_refusal_is_explained_by_where_the_address_comes_from)
{
    begin(DIAL_ERROR, ECONNREFUSED);
    judge(&one, dials, count, NULL, JUDGE_OWN_NAME, &why);
    expect_contains(why.hint, "this pod itself");
    expect_contains(why.hint, "NAME.%n.svc");
    ck_assert(address_parse("127.0.0.1", 80, &dials[0].address));
    add(DIAL_ERROR, ECONNREFUSED);
    ck_assert(address_parse("::1", 80, &dials[1].address));
    judge(&one, dials, count, NULL, JUDGE_LITERAL, &why);
    expect_contains(why.hint, "starts after it");
    ck_assert_str_eq(why.detail, " 127.0.0.1 and ::1");
    dials[1].error = EHOSTUNREACH;
    judged(&one);
    ck_assert(strstr(why.detail, "and") == NULL);
}
END_TEST

START_TEST(what_came_is_shown_escaped)
{
    static const char said[] = "-ERR \"max\"\r\n\x1b\xff\\";

    begin(DIAL_DROPPED, 0);
    memcpy(dials[0].seen, said, sizeof said - 1);
    dials[0].seen_length = sizeof said - 1;
    judged(&one);
    expect_contains(why.hint, "it sent \"-ERR \\\"max\\\"\\r\\n\\x1b\\xff\\\\\":");
    dials[0].state = DIAL_UNEXPECTED;
    judged(&one);
    expect_contains(why.hint, "\"-ERR \\\"max\\\"\\r\\n\\x1b\\xff\\\\\" came instead");
}
END_TEST

START_TEST(the_most_telling_failure_is_told)
{
    begin(DIAL_ERROR, ENETUNREACH);
    add(DIAL_TIMED_OUT, ETIMEDOUT);
    ck_assert_int_eq(judged(&one), ATTEMPT_RETRY);
    ck_assert_str_eq(why.detail, " 10.0.0.2");
    add(DIAL_ERROR, ECONNREFUSED);
    judged(&one);
    ck_assert_str_eq(why.detail, " 10.0.0.3");
    add(DIAL_DROPPED, 0);
    judged(&one);
    ck_assert_str_eq(why.detail, " 10.0.0.4");
}
END_TEST

START_TEST(every_address_where_all_are_wanted)
{
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_ERROR, ECONNREFUSED);
    ck_assert_int_eq(judged(&all), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "1 of 2 addresses accept: connection refused by");
    ck_assert_str_eq(why.detail, " 10.0.0.2");
    ck_assert(!judge_is_settled(&all, dials, count));
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_ACCEPTED, 0);
    ck_assert_int_eq(judged(&all), ATTEMPT_OK);
}
END_TEST

/* facts/tcp: ENETUNREACH or EADDRNOTAVAIL in one family is no verdict. */
START_TEST(a_family_without_a_route_does_not_count)
{
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_ERROR, ENETUNREACH);
    make_v6();
    ck_assert_int_eq(judged(&all), ATTEMPT_OK);
    begin(DIAL_ERROR, EADDRNOTAVAIL);
    add(DIAL_ERROR, EAFNOSUPPORT);
    ck_assert_int_eq(judged(&all), ATTEMPT_RETRY);
}
END_TEST

/* One address of a family that others are reached over is one that does not accept, or that nothing is known of. */
START_TEST(an_address_without_a_route_counts)
{
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_ERROR, ENETUNREACH);
    ck_assert_int_eq(judged(&all), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "1 of 2 addresses accept: network unreachable on the way to");
    ck_assert_str_eq(why.detail, " 10.0.0.2");
    begin(DIAL_ERROR, ECONNREFUSED);
    add(DIAL_ERROR, ENETUNREACH);
    ck_assert_int_eq(judged(&gone), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "network unreachable on the way to");
    make_v6();
    ck_assert_int_eq(judged(&gone), ATTEMPT_OK);
}
END_TEST

START_TEST(at_least_so_many)
{
    begin(DIAL_ACCEPTED, 0);
    add(DIAL_TIMED_OUT, ETIMEDOUT);
    ck_assert_int_eq(judged(&two), ATTEMPT_RETRY);
    expect_contains(why.text, "1 of 2 addresses accept: ");
    ck_assert(!judge_is_settled(&two, dials, count));
    add(DIAL_ACCEPTED, 0);
    ck_assert(judge_is_settled(&two, dials, count));
    ck_assert_int_eq(judged(&two), ATTEMPT_OK);
    begin(DIAL_ACCEPTED, 0);
    ck_assert_int_eq(judged(&two), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "only 1 address, 2 wanted");
}
END_TEST

START_TEST(all_and_at_least_so_many)
{
    struct judge_rules both = {.all_addresses = true, .min_addresses = 3};

    begin(DIAL_ACCEPTED, 0);
    add(DIAL_ACCEPTED, 0);
    ck_assert_int_eq(judged(&both), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "only 2 addresses, 3 wanted");
    add(DIAL_ACCEPTED, 0);
    add(DIAL_ERROR, ECONNREFUSED);
    ck_assert_int_eq(judged(&both), ATTEMPT_RETRY);
}
END_TEST

START_TEST(gone_is_proven_by_refusals_only)
{
    begin(DIAL_ERROR, ECONNREFUSED);
    add(DIAL_SELF, 0);
    add(DIAL_ERROR, ENOENT);
    add(DIAL_ERROR, ENETUNREACH);
    make_v6();
    ck_assert_int_eq(judged(&gone), ATTEMPT_OK);
    begin(DIAL_ERROR, ECONNREFUSED);
    add(DIAL_TIMED_OUT, ETIMEDOUT);
    ck_assert_int_eq(judged(&gone), ATTEMPT_RETRY);
    expect_contains(why.text, "no answer within the attempt's time");
    ck_assert_str_eq(why.detail, " 10.0.0.2");
    expect_contains(why.hint, "only a refusal proves");
    begin(DIAL_ERROR, ENETUNREACH);
    ck_assert_int_eq(judged(&gone), ATTEMPT_RETRY);
    begin(DIAL_ERROR, EHOSTUNREACH);
    ck_assert_int_eq(judged(&gone), ATTEMPT_RETRY);
}
END_TEST

START_TEST(whatever_accepts_is_not_gone)
{
    static const enum dial_state states[] = {DIAL_ACCEPTED, DIAL_DROPPED, DIAL_UNEXPECTED, DIAL_UNPROVEN};

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        begin(DIAL_ERROR, ECONNREFUSED);
        add(states[i], 0);
        ck_assert_int_eq(judged(&gone), ATTEMPT_RETRY);
        ck_assert_str_eq(why.text, "still accepts connections:");
        ck_assert_str_eq(why.detail, " 10.0.0.2");
        ck_assert(judge_is_settled(&gone, dials, count));
    }
    begin(DIAL_ERROR, ECONNREFUSED);
    add(DIAL_CONNECTING, 0);
    ck_assert(!judge_is_settled(&gone, dials, count));
}
END_TEST

START_TEST(a_unix_socket_is_named_by_its_path)
{
    dials[0] = (struct dial){.state = DIAL_ERROR, .error = ENOENT};
    ck_assert_int_eq(judge(&one, dials, 1, "/run/app.sock", JUDGE_LITERAL, &why), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "no such socket:");
    ck_assert_str_eq(why.detail, " /run/app.sock");
    ck_assert_int_eq(judge(&gone, dials, 1, "/run/app.sock", JUDGE_LITERAL, &why), ATTEMPT_OK);
    dials[0].error = ECONNREFUSED;
    judge(&one, dials, 1, "/run/app.sock", JUDGE_LITERAL, &why);
    expect_lacks(why.hint, "resolves");
}
END_TEST

SUITE("judge", one_that_accepts_is_enough, what_accepts_nothing_is_to_be_tried_again,
      a_refusal_is_explained_by_where_the_address_comes_from, what_came_is_shown_escaped,
      the_most_telling_failure_is_told, every_address_where_all_are_wanted,
      a_family_without_a_route_does_not_count, an_address_without_a_route_counts, at_least_so_many,
      all_and_at_least_so_many, gone_is_proven_by_refusals_only, whatever_accepts_is_not_gone,
      a_unix_socket_is_named_by_its_path)
