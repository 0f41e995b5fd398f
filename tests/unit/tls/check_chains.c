/* Chains of a fixed series of random bytes: what one of the profiles trusts, OpenSSL trusts by itself, and the other way round. */
#include "tests/unit/chains.h"

#include <signal.h>

#include "common/base/deadline.h"
#include "common/base/stop.h"

#include "tests/unit/suite.h"

enum { CHAINS = 300, LONGEST = CHAINS_HEAD + 24 * CHAINS_RECORD };

static uint32_t state = 1;

static uint32_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* Mostly good: with everything random no chain would ever be trusted. */
static void fill(uint8_t bytes[LONGEST], enum tls_profile profile)
{
    memset(bytes, 0, LONGEST);
    bytes[0] = (uint8_t)profile;
    bytes[1] = (uint8_t)(random_number() % 8 == 0 ? random_number() : random_number() % 3);
    bytes[2] = (uint8_t)random_number();
    for (uint32_t changes = random_number() % 4; changes > 0; changes--)
        bytes[CHAINS_HEAD + random_number() % (4 * CHAINS_RECORD)] = (uint8_t)(1u << random_number() % 8);
}

static void compare(enum tls_profile profile)
{
    uint8_t bytes[LONGEST];
    int trusted = 0;

    for (int i = 0; i < CHAINS; i++) {
        fill(bytes, profile);
        trusted += chains_compare(bytes, sizeof bytes);
    }
    ck_assert_msg(trusted > CHAINS / 10 && trusted < CHAINS * 9 / 10, "%d of %d are trusted", trusted,
                  CHAINS);
}

START_TEST(the_default_trusts_what_openssl_does)
{
    compare(TLS_DEFAULT);
}
END_TEST

START_TEST(strict_trusts_what_openssl_does)
{
    compare(TLS_STRICT);
}
END_TEST

START_TEST(java_trusts_what_openssl_does_and_what_is_on_its_list)
{
    compare(TLS_JAVA);
}
END_TEST

/* A chain of `count` certificates (see chains.c: count_of) with a record of its own for the one below the anchor. */
static bool trusts(enum tls_profile profile, uint8_t count, size_t certificates, const uint8_t *record,
                   const uint8_t *above)
{
    uint8_t bytes[CHAINS_HEAD + 120 * CHAINS_RECORD] = {(uint8_t)profile, 0, count};

    for (size_t i = 1; record && i + 1 < certificates; i++)
        memcpy(bytes + CHAINS_HEAD + i * CHAINS_RECORD, record, CHAINS_RECORD);
    if (above)
        memcpy(bytes + CHAINS_HEAD + (certificates - 2) * CHAINS_RECORD, above, CHAINS_RECORD);
    return chains_compare(bytes, sizeof bytes);
}

START_TEST(as_many_as_may_be_and_one_more)
{
    static const uint8_t records[CHAINS_RECORD] = {0};

    for (int profile = TLS_DEFAULT; profile <= TLS_JAVA; profile++) {
        ck_assert(trusts((enum tls_profile)profile, 200, 20, records, NULL)); /* 12 + 200 % 12 */
        ck_assert(!trusts((enum tls_profile)profile, 201, 21, records, NULL));
        ck_assert(!trusts((enum tls_profile)profile, 240, 120, records, NULL));
    }
}
END_TEST

START_TEST(what_is_forgiven_hides_nothing)
{
    static const uint8_t wrong_purpose[CHAINS_RECORD] = {0x20}, expired[CHAINS_RECORD] = {0x24},
                         forged[CHAINS_RECORD] = {0x20, 0x30}, constrained[CHAINS_RECORD] = {0xA0};

    ck_assert(trusts(TLS_JAVA, 200, 20, wrong_purpose, NULL));
    ck_assert(!trusts(TLS_JAVA, 200, 20, wrong_purpose, expired));
    ck_assert(!trusts(TLS_JAVA, 200, 20, wrong_purpose, forged));
    ck_assert(!trusts(TLS_JAVA, 200, 20, wrong_purpose, constrained));
    ck_assert(!trusts(TLS_DEFAULT, 200, 20, wrong_purpose, NULL));
}
END_TEST

START_TEST(a_deadline_and_a_signal_end_it)
{
    int64_t now = deadline_now();

    ck_assert_int_eq(chains_limit(0), TLS_LIMIT_NONE);
    ck_assert_int_eq(chains_limit(DEADLINE_NEVER), TLS_LIMIT_NONE);
    ck_assert_int_eq(chains_limit(now + 3600 * 1000), TLS_LIMIT_NONE);
    ck_assert_int_eq(chains_limit(now), TLS_LIMIT_TIME);
    stop_install();
    ck_assert_int_eq(raise(SIGTERM), 0);
    ck_assert_int_eq(chains_limit(0), TLS_LIMIT_TIME);
}
END_TEST

SUITE("chains", the_default_trusts_what_openssl_does, strict_trusts_what_openssl_does,
      java_trusts_what_openssl_does_and_what_is_on_its_list, as_many_as_may_be_and_one_more,
      what_is_forgiven_hides_nothing, a_deadline_and_a_signal_end_it)
