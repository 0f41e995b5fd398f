#include "common/net/race.h"

#include "common/base/deadline.h"
#include "common/dns/dns.h"
#include "common/net/connect.h"
#include "tests/unit/suite.h"

static struct address addresses[10];

/* 10.0.0.0, 10.0.0.1, ... */
static void number_addresses(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert(address_parse("10.0.0.0", 0, &addresses[i]));
        addresses[i].socket.v4.sin_addr.s_addr |= htonl((uint32_t)i);
    }
}

static unsigned number_of(size_t i)
{
    return ntohl(addresses[i].socket.v4.sin_addr.s_addr) & 0xFF;
}

START_TEST(patience_grows_with_attempts)
{
    struct race race = {0};
    int64_t last = 0;

    ck_assert_int_eq(race_patience(&race), RACE_PATIENCE);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_ge(race_patience(&race), last);
        last = race_patience(&race);
        race_end(&race);
    }
    ck_assert_int_ge(last, 2000);
    ck_assert_int_le(last, 5000);
}
END_TEST

START_TEST(one_after_another_staggered)
{
    struct race race = {0};

    race_begin(&race, NULL, 3);
    ck_assert(race_may_start(&race, false, 1, 1000));
    ck_assert_uint_eq(race_start(&race, 1000), 0);
    ck_assert(!race_may_start(&race, false, 1, 1000 + CONNECT_STAGGER - 1));
    ck_assert_int_eq(race_next(&race, false), 1000 + CONNECT_STAGGER);
    ck_assert(race_may_start(&race, false, 1, 1000 + CONNECT_STAGGER));
    ck_assert_uint_eq(race_start(&race, 2000), 1);
    race_note_end(&race);
    ck_assert(race_may_start(&race, false, 1, 2001)); /* one failed: the next need not wait */
    ck_assert_uint_eq(race_start(&race, 2001), 2);
    ck_assert(!race_may_start(&race, false, 1, 99999));
    ck_assert_int_eq(race_next(&race, false), DEADLINE_NEVER);
}
END_TEST

START_TEST(all_at_the_same_time_up_to_a_window)
{
    struct race race = {0};

    race_begin(&race, NULL, 3);
    race_start(&race, 0);
    ck_assert(race_may_start(&race, true, 2, 0));
    race_start(&race, 0);
    ck_assert(!race_may_start(&race, true, 2, 5000));
    ck_assert_int_eq(race_next(&race, true), DEADLINE_NEVER);
    race_note_end(&race);
    ck_assert(race_may_start(&race, true, 2, 0));
}
END_TEST

/* Eight silent addresses before the good one, and an attempt of one second: each attempt gets to four. */
START_TEST(each_attempt_begins_where_the_last_one_stopped)
{
    struct race race = {0};
    unsigned begun[4];

    for (size_t attempt = 0; attempt < COUNT_OF(begun); attempt++) {
        number_addresses(9);
        race_begin(&race, addresses, 9);
        begun[attempt] = number_of(0);
        for (int i = 0; i < 4; i++)
            race_start(&race, i);
        race_end(&race);
    }
    ck_assert_uint_eq(begun[0], 0);
    ck_assert_uint_eq(begun[1], 4);
    ck_assert_uint_eq(begun[2], 8); /* the good one */
    ck_assert_uint_eq(begun[3], 3);
    number_addresses(2);
    race_begin(&race, addresses, 2); /* the name has fewer now */
    ck_assert_uint_lt(race.first, 2);
    race_start(&race, 0);
    race_start(&race, 1);
    race_end(&race);
    ck_assert_uint_eq(race.first, 0); /* all had their turn: the preferred one comes first again */
    race_begin(&race, NULL, 0);
    race_end(&race);
}
END_TEST

SUITE("race", patience_grows_with_attempts, one_after_another_staggered, all_at_the_same_time_up_to_a_window,
      each_attempt_begins_where_the_last_one_stopped)
