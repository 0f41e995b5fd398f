#include "cmd/wait-for-ping/ping_judge.h"

#include <errno.h>

#include "tests/unit/suite.h"

static struct echo echoes[3];
static struct reason why;

static void set(size_t index, enum echo_state state, uint8_t code)
{
    struct echo *echo = &echoes[index];
    char text[] = "10.0.0.1";

    text[7] = (char)('1' + index);
    *echo = (struct echo){.state = state, .request.family = AF_INET, .type = 3, .code = code, .error = code};
    ck_assert(address_parse(text, 0, &echo->address));
    if (state == ECHO_REPORTED)
        ck_assert(address_parse("10.0.0.254", 0, &echo->reporter));
}

static void retries(bool gone, size_t count, const char *text, const char *detail)
{
    ck_assert_int_eq(ping_judge(gone, echoes, count, &why), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, text);
    ck_assert_str_eq(why.detail, detail);
}

START_TEST(one_answer_is_enough)
{
    set(0, ECHO_SILENT, 0);
    set(1, ECHO_ANSWERED, 0);
    set(2, ECHO_IDLE, 0);
    ck_assert(ping_judge_is_settled(echoes, 3));
    ck_assert_int_eq(ping_judge(false, echoes, 3, &why), ATTEMPT_OK);
    ck_assert(!ping_judge_is_settled(echoes, 1));
}
END_TEST

START_TEST(what_tells_most_is_reported)
{
    set(0, ECHO_SILENT, 0);
    retries(false, 1, "no answer to the echo request from", " 10.0.0.1");
    expect_contains(why.hint, "wait-for-tcp");
    set(1, ECHO_ERROR, ENETUNREACH);
    retries(false, 2, "no answer to the echo request from", " 10.0.0.1");
    set(1, ECHO_ERROR, EPERM);
    retries(false, 2, "not permitted to send to", " 10.0.0.2");
    set(2, ECHO_REPORTED, 1);
    retries(false, 3, "host unreachable:", " 10.0.0.3, reported by 10.0.0.254");
    set(2, ECHO_REPORTED, 13);
    retries(false, 3, "administratively prohibited:", " 10.0.0.3, reported by 10.0.0.254");
    echoes[0].refused = 1;
    echoes[0].refused_kind = ICMP_ALTERED;
    retries(false, 3, "answers came, but none to what was asked of", " 10.0.0.1");
    expect_contains(why.hint, "does not repeat what was sent");
    echoes[0].refused_source = true;
    retries(false, 3, "answers came, but none to what was asked of", " 10.0.0.1");
    expect_contains(why.hint, "from another address");
}
END_TEST

START_TEST(gone_is_what_is_reported_so)
{
    set(0, ECHO_REPORTED, 1);
    ck_assert_int_eq(ping_judge(true, echoes, 1, &why), ATTEMPT_OK);
    set(1, ECHO_ERROR, ENETUNREACH); /* of a family that is in use */
    retries(true, 2, "network unreachable on the way to", " 10.0.0.2");
    ck_assert(address_parse("2001:db8::1", 0, &echoes[1].address)); /* of one that is not */
    ck_assert_int_eq(ping_judge(true, echoes, 2, &why), ATTEMPT_OK);
    set(1, ECHO_SILENT, 0);
    retries(true, 2, "no answer to the echo request from", " 10.0.0.2");
    expect_contains(why.hint, "only \"host unreachable\" proves");
    set(2, ECHO_ANSWERED, 0);
    retries(true, 3, "still answers:", " 10.0.0.3");
    set(0, ECHO_REPORTED, 13);
    retries(true, 1, "administratively prohibited:", " 10.0.0.1, reported by 10.0.0.254");
    set(0, ECHO_ERROR, ENETUNREACH);
    retries(true, 1, "network unreachable on the way to", " 10.0.0.1");
    set(0, ECHO_ERROR, EHOSTUNREACH); /* by a route of this pod: nobody was asked */
    retries(true, 1, "host unreachable:", " 10.0.0.1");
}
END_TEST

SUITE("ping_judge", one_answer_is_enough, what_tells_most_is_reported, gone_is_what_is_reported_so)
