#include "cmd/tls-check/interception.h"

#include <stdio.h>

#include "tests/unit/suite.h"

enum { SERVERS = 3 };

static struct tls_facts facts[SERVERS];
static struct certificate chains[SERVERS][2];
static const struct tls_facts *seen[SERVERS];
static char proxy[] = "CN=Corporate Proxy", other[] = "CN=Somebody Else";

/* Three servers of different names; each has a certificate of its own, all of them from one CA that nobody knows. */
static void intercepted(void)
{
    for (size_t i = 0; i < SERVERS; i++) {
        tls_facts_init(&facts[i]);
        memset(chains[i], 0, sizeof chains[i]);
        snprintf(facts[i].name, sizeof facts[i].name, "server-%zu.test", i);
        snprintf(chains[i][0].sha256, sizeof chains[i][0].sha256, "%zu", i);
        facts[i].sent = facts[i].chain = chains[i];
        facts[i].sent_count = facts[i].chain_count = facts[i].chain_sent = 1;
        facts[i].missing = proxy;
        seen[i] = &facts[i];
    }
}

static void expect_none(void)
{
    ck_assert_ptr_null(interception_issuer(seen, SERVERS));
}

START_TEST(one_unknown_issuer_of_different_servers_is_told)
{
    intercepted();
    ck_assert_str_eq(interception_issuer(seen, SERVERS), proxy);
    /* The same server on two of its addresses changes nothing, nor does one that showed no certificate. */
    facts[1] = facts[0];
    ck_assert_str_eq(interception_issuer(seen, SERVERS), proxy);
    facts[1].sent_count = 0;
    ck_assert_str_eq(interception_issuer(seen, SERVERS), proxy);
}
END_TEST

START_TEST(a_single_server_is_no_sign)
{
    intercepted();
    ck_assert_ptr_null(interception_issuer(seen, 0));
    ck_assert_ptr_null(interception_issuer(seen, 1));
    strcpy(facts[1].name, "SERVER-0.test");
    strcpy(facts[2].name, facts[0].name);
    expect_none();
    intercepted();
    strcpy(chains[1][0].sha256, chains[0][0].sha256);
    strcpy(chains[2][0].sha256, chains[0][0].sha256);
    expect_none();
}
END_TEST

START_TEST(issuers_that_differ_or_are_known_are_no_sign)
{
    intercepted();
    facts[1].missing = other;
    expect_none();
    intercepted();
    facts[1].missing = NULL;
    expect_none();
    intercepted();
    facts[1].likeness = TRUSTSTORE_SAME_NAME;
    expect_none();
    intercepted();
    facts[1].chain_count = 2;
    expect_none();
}
END_TEST

START_TEST(servers_that_sign_themselves_under_one_name_are_no_sign)
{
    intercepted();
    for (size_t i = 0; i < SERVERS; i++)
        chains[i][0].self_issued = true;
    expect_none();
}
END_TEST

SUITE("interception", one_unknown_issuer_of_different_servers_is_told, a_single_server_is_no_sign,
      issuers_that_differ_or_are_known_are_no_sign, servers_that_sign_themselves_under_one_name_are_no_sign)
