#include <openssl/x509_vfy.h>

#include "common/tls/judge.h"
#include "common/tls/judge_parts.h"

#include "tests/unit/suite.h"

enum { NOW = 1800000000, LEEWAY = 900, DAY = 86400 };

static struct tls_facts facts;
static struct tls_judgement judgement;

/* An answer that counts, of an hour ago, for another hour. */
static void answer(enum tls_staple_says says)
{
    tls_facts_init(&facts);
    facts.time = NOW;
    facts.has_chain = facts.verified = true;
    facts.staple = (struct tls_staple){
        .says = says,
        .issuer_known = true,
        .proven = true,
        .from = NOW - 3600,
        .until = NOW + 3600,
        .revoked_at = NOW - DAY,
    };
}

static void judge_now(void)
{
    memset(&judgement, 0, sizeof judgement);
    judge_staple(&facts, &judgement);
}

/* Neither condemned nor acquitted: one warning, with that flaw in it. */
static void expect_flaw(const char *flaw)
{
    char text[JUDGE_FLAW];

    judge_now();
    ck_assert_uint_eq(judgement.count, 0);
    ck_assert(!judgement.permanent);
    ck_assert_uint_eq(judgement.warning_count, 1);
    expect_contains(judgement.warnings[0].text, flaw);
    ck_assert_str_ne(judgement.warnings[0].hint, "");
    ck_assert_ptr_nonnull(judge_staple_flaw(&facts, text));
    ck_assert(!judge_staple_says(&facts, facts.staple.says));
}

static void expect_silence(void)
{
    judge_now();
    ck_assert_uint_eq(judgement.count + judgement.warning_count, 0);
}

static void expect_revoked(void)
{
    judge_now();
    ck_assert_uint_eq(judgement.count, 1);
    ck_assert_int_eq(judgement.reasons[0].code, CODE_UNTRUSTED);
    ck_assert(judgement.permanent);
    ck_assert_uint_eq(judgement.warning_count, 0);
}

START_TEST(what_the_issuer_says_counts)
{
    answer(TLS_STAPLE_GOOD);
    expect_silence();
    ck_assert(judge_staple_says(&facts, TLS_STAPLE_GOOD));
    answer(TLS_STAPLE_REVOKED);
    expect_revoked();
    expect_contains(judgement.reasons[0].text, "was revoked on 2027-01-14T");
    answer(TLS_STAPLE_UNKNOWN);
    judge_now();
    ck_assert_uint_eq(judgement.count, 0);
    expect_contains(judgement.warnings[0].text, "unknown to its issuer");
    answer(TLS_STAPLE_NONE);
    expect_silence();
    ck_assert(!judge_staple_says(&facts, TLS_STAPLE_GOOD));
}
END_TEST

START_TEST(what_somebody_else_says_does_not)
{
    static const enum tls_staple_says all[] = {TLS_STAPLE_GOOD, TLS_STAPLE_REVOKED, TLS_STAPLE_UNKNOWN};

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        answer(all[i]);
        facts.staple.proven = false;
        expect_flaw("signed it; it says ");
        expect_contains(judgement.warnings[0].text, judge_staple_word(all[i]));
    }
    answer(TLS_STAPLE_OTHER);
    expect_flaw("another certificate");
    answer(TLS_STAPLE_UNREADABLE);
    expect_flaw("cannot be read");
    answer(TLS_STAPLE_REFUSAL);
    strcpy(facts.staple.refusal, "trylater");
    expect_flaw("error of the CA's responder (trylater)");
}
END_TEST

START_TEST(an_answer_counts_within_its_time_and_a_leeway)
{
    static const struct {
        int64_t from, until;
        const char *flaw;
    } cases[] = {
        {NOW + LEEWAY, NOW + DAY, NULL},
        {NOW + LEEWAY + 1, NOW + DAY, "it is not valid before"},
        {NOW - DAY, NOW - LEEWAY, NULL},
        {NOW - DAY, NOW - LEEWAY - 1, "it was valid until"},
        {NOW - LEEWAY, 0, NULL},
        {NOW - LEEWAY - 1, 0, "it has no nextUpdate, and dates from"},
        {0, 0, "it has no nextUpdate, and dates from 1970-01-01T00:00:00Z"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        answer(TLS_STAPLE_REVOKED);
        facts.staple.from = cases[i].from;
        facts.staple.until = cases[i].until;
        if (!cases[i].flaw) {
            expect_revoked();
            continue;
        }
        expect_flaw(cases[i].flaw);
        expect_contains(judgement.warnings[0].hint, "the clock here is wrong: it says 2027-01-15T");
    }
}
END_TEST

START_TEST(without_a_trusted_issuer_nothing_counts_and_only_revoked_is_worth_a_word)
{
    static const int errors[] = {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                                 X509_V_ERR_CERT_SIGNATURE_FAILURE};

    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        answer(TLS_STAPLE_GOOD);
        facts.verified = false;
        facts.errors[facts.error_count++].error = errors[i];
        expect_silence();
        ck_assert(!judge_staple_says(&facts, TLS_STAPLE_GOOD));
        facts.staple.says = TLS_STAPLE_REVOKED;
        expect_flaw("issuer is not trusted");
    }
    answer(TLS_STAPLE_GOOD);
    facts.staple.issuer_known = false;
    expect_silence();
    facts.staple.says = TLS_STAPLE_REVOKED;
    expect_flaw("issuer is not trusted");
    /* An expired certificate has an issuer all the same. */
    answer(TLS_STAPLE_REVOKED);
    facts.verified = false;
    facts.errors[facts.error_count++].error = X509_V_ERR_CERT_HAS_EXPIRED;
    expect_revoked();
}
END_TEST

START_TEST(a_client_that_does_not_validate_is_only_warned)
{
    struct tls_rules rules = {.trusts_anyone = true};

    answer(TLS_STAPLE_REVOKED);
    facts.done = facts.name_matches = true;
    judge_tls(&facts, &rules, &judgement);
    ck_assert_uint_eq(judgement.count, 0);
    expect_contains(judgement.warnings[0].text, "was revoked");
    rules.trusts_anyone = false;
    judge_tls(&facts, &rules, &judgement);
    ck_assert_uint_eq(judgement.count, 1);
}
END_TEST

START_TEST(java_connects_and_is_only_warned)
{
    answer(TLS_STAPLE_REVOKED);
    expect_revoked();
    expect_lacks(judgement.reasons[0].hint, "Java");
    facts.profile = TLS_JAVA;
    judge_now();
    ck_assert_uint_eq(judgement.count, 0);
    ck_assert(!judgement.permanent);
    expect_contains(judgement.warnings[0].text, "only Java trusts this: the certificate was revoked");
    expect_contains(judgement.warnings[0].hint, "if it is configured to check");
}
END_TEST

SUITE("judge_staple", what_the_issuer_says_counts, what_somebody_else_says_does_not,
      an_answer_counts_within_its_time_and_a_leeway,
      without_a_trusted_issuer_nothing_counts_and_only_revoked_is_worth_a_word,
      a_client_that_does_not_validate_is_only_warned, java_connects_and_is_only_warned)
