#include "cmd/tls-check/check.h"

#include <errno.h>

#include "tests/unit/suite.h"

enum { MOST = 3 };

static struct check_plan plan;
static struct check check;
static struct session sessions[MOST];
static struct reason why;

static void add(enum session_phase phase, enum outcome outcome, const char *text)
{
    struct session *session = &sessions[check.count];

    *session = (struct session){.phase = phase, .outcome = outcome, .connected = true};
    ck_assert(address_parse("10.0.0.1", 443, &session->address));
    session->address.socket.v4.sin_addr.s_addr += (uint32_t)check.count << 24;
    reason_set(&session->why, CODE_FAILED, "%s", text);
    tls_facts_init(&session->facts);
    check.count++;
    check.race.count = check.count;
}

static void refused(int error, const char *text)
{
    add(SESSION_ENDED, ATTEMPT_RETRY, text);
    sessions[check.count - 1].connected = false;
    sessions[check.count - 1].connect_error = error;
}

static void begin(bool all)
{
    plan.all_addresses = all;
    check = (struct check){.plan = &plan, .sessions = sessions};
}

static void expect(enum outcome outcome, const char *text)
{
    ck_assert_int_eq(check_judge(&check, &why), outcome);
    if (outcome != ATTEMPT_OK)
        ck_assert_str_eq(why.text, text);
}

START_TEST(what_came_furthest_tells)
{
    begin(false);
    add(SESSION_IDLE, ATTEMPT_OK, "");
    refused(ENETUNREACH, "no route");
    expect(ATTEMPT_RETRY, "no route");
    refused(ETIMEDOUT, "silence");
    expect(ATTEMPT_RETRY, "silence");
    begin(false);
    refused(ETIMEDOUT, "silence");
    refused(ECONNREFUSED, "refused");
    expect(ATTEMPT_RETRY, "refused");
    add(SESSION_ENDED, ATTEMPT_RETRY, "closed");
    expect(ATTEMPT_RETRY, "closed");
    check.count--;
    check.race.count--;
    add(SESSION_ENDED, ATTEMPT_FAIL, "untrusted");
    expect(ATTEMPT_FAIL, "untrusted");
}
END_TEST

START_TEST(the_first_that_connected_counts_alone)
{
    begin(false);
    add(SESSION_ENDED, ATTEMPT_FAIL, "untrusted");
    add(SESSION_ENDED, ATTEMPT_OK, "");
    check.winner = &sessions[1];
    expect(ATTEMPT_OK, "");
    ck_assert_ptr_nonnull(check.base.found);
    ck_assert(check_counts(&check, &sessions[1]));
    ck_assert(!check_counts(&check, &sessions[0]));
}
END_TEST

START_TEST(with_all_addresses_each_has_to_pass)
{
    begin(true);
    add(SESSION_ENDED, ATTEMPT_OK, "");
    add(SESSION_ENDED, ATTEMPT_FAIL, "untrusted");
    expect(ATTEMPT_FAIL, "1 of 2 addresses pass; 10.0.0.2: untrusted");
    begin(true);
    add(SESSION_ENDED, ATTEMPT_OK, "");
    add(SESSION_ENDED, ATTEMPT_OK, "");
    expect(ATTEMPT_OK, "");
    check.race.count = 300;
    expect(ATTEMPT_RETRY, "300 addresses, and no more than 2 of a name are looked at");
    check.race.count = 2;
    /* A family without a route does not count, and is told. */
    refused(ENETUNREACH, "no route");
    address_parse("2001:db8::1", 443, &sessions[2].address);
    expect(ATTEMPT_OK, "");
    expect_contains(check.base.found, "; 1 address of a family without a route left out");
    sessions[2].connect_error = EADDRNOTAVAIL;
    expect(ATTEMPT_OK, "");
    /* One without a route beside others of its family does, and so does one for which there is no port left. */
    address_parse("10.0.0.3", 443, &sessions[2].address);
    expect(ATTEMPT_RETRY, "2 of 3 addresses pass; 10.0.0.3: no route");
    sessions[2].connect_error = ENETUNREACH;
    expect(ATTEMPT_RETRY, "2 of 3 addresses pass; 10.0.0.3: no route");
    begin(true);
    refused(ENETUNREACH, "no route");
    expect(ATTEMPT_RETRY, "no route");
}
END_TEST

START_TEST(an_address_that_was_not_tried_has_not_passed)
{
    begin(true);
    add(SESSION_ENDED, ATTEMPT_OK, "");
    add(SESSION_ENDED, ATTEMPT_OK, "");
    add(SESSION_IDLE, ATTEMPT_OK, "");
    expect(ATTEMPT_RETRY,
           "2 of 3 addresses pass: the attempt's time was over before it could connect to the others");
    ck_assert_str_ne(why.hint, "");
    begin(false);
    add(SESSION_IDLE, ATTEMPT_OK, "");
    expect(ATTEMPT_RETRY, "the attempt's time was over before it could connect");
}
END_TEST

SUITE("check_judge", what_came_furthest_tells, the_first_that_connected_counts_alone,
      with_all_addresses_each_has_to_pass, an_address_that_was_not_tried_has_not_passed)
