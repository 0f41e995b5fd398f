#include "common/tls/judge.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "common/base/mem.h"
#include "common/base/strings.h"

#include "tests/unit/suite.h"

enum { NOW = 1800000000, DAY = 86400 };

static struct tls_facts facts;
static struct tls_rules rules;
static struct tls_judgement judgement;
static struct reason why;
static struct certificate chain[3];
static char leaf_name[] = "CN=server.test", ca_name[] = "CN=Issuing CA", root_name[] = "CN=Root",
            missing[] = "CN=Gone Root";
static char url[] = "http://ca.test/ca.crt";

/* A server whose chain is good in every way. */
static void good(void)
{
    tls_facts_init(&facts);
    memset(&rules, 0, sizeof rules);
    memset(chain, 0, sizeof chain);
    for (size_t i = 0; i < 3; i++) {
        chain[i].not_before = NOW - DAY;
        chain[i].not_after = NOW + 100 * DAY;
        chain[i].key_bits = 2048;
        chain[i].signs = chain[i].enciphers = chain[i].serves_tls = true;
        strcpy(chain[i].key_type, "RSA");
        strcpy(chain[i].key, "RSA 2048");
        strcpy(chain[i].digest, "SHA256");
        strcpy(chain[i].pin, "pin");
    }
    chain[0].subject = leaf_name;
    chain[0].issuer = chain[1].subject = ca_name;
    chain[1].issuer = chain[2].subject = chain[2].issuer = root_name;
    chain[2].self_issued = true;
    facts.time = NOW;
    facts.has_chain = facts.verified = facts.name_matches = facts.done = true;
    facts.chain = facts.sent = chain;
    facts.chain_count = 3;
    facts.chain_sent = facts.sent_count = 2;
    facts.anchors = 1;
    strcpy(facts.store, "cacerts.jks");
    strcpy(facts.java_store, "cacerts.jks");
    strcpy(facts.name, "server.test");
    strcpy(facts.cipher, "TLS_AES_256_GCM_SHA384");
}

static void add_error(int error, int depth)
{
    facts.errors[facts.error_count++] = (struct tls_error){.error = error, .depth = depth};
}

static enum outcome judge_now(void)
{
    judge_tls(&facts, &rules, &judgement);
    return judgement_sum_up(&judgement, &why);
}

static void expect_code(enum code code, enum outcome outcome, const char *text)
{
    ck_assert_int_eq(judge_now(), outcome);
    ck_assert_msg(why.code == code, "code %d: %s", (int)why.code, why.text);
    expect_contains(why.text, text);
    ck_assert_msg(why.hint[0] != '\0', "no hint: %s", why.text);
}

START_TEST(a_good_chain_passes)
{
    good();
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert(judge_lets_pass(&facts));
    ck_assert_uint_eq(judgement.warning_count, 0);
}
END_TEST

START_TEST(an_unknown_root_is_named_with_the_closest)
{
    good();
    facts.chain_count = 2;
    facts.missing = missing;
    facts.likeness = TRUSTSTORE_SIMILAR;
    facts.closest = root_name;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 1);
    add_error(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, 1);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Gone Root: cacerts.jks (1 anchor) lacks it");
    expect_contains(why.text, "closest there is CN=Root");
    expect_contains(why.hint, "keytool -importcert");
    ck_assert_uint_eq(judgement.count, 1);
    ck_assert(!judge_lets_pass(&facts));
}
END_TEST

/* Public CAs write into an intermediate where its root is to be had: that does not make the root an intermediate. */
START_TEST(a_ca_without_its_issuer_lacks_the_root)
{
    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 2;
    facts.missing = missing;
    chain[1].is_ca = true;
    chain[1].issuer_url = url;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 1);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Gone Root: cacerts.jks (1 anchor) lacks it");
    expect_contains(why.hint, "add the root from http");
}
END_TEST

START_TEST(a_missing_intermediate_is_told_by_where_it_is_to_be_had)
{
    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 1;
    facts.missing = ca_name;
    chain[0].issuer_url = url;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "missing intermediate CN=Issuing CA");
    expect_contains(why.hint, url);
}
END_TEST

START_TEST(a_certificate_that_comes_alone_may_lack_an_intermediate)
{
    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 1;
    facts.missing = ca_name;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Issuing CA");
    expect_contains(why.hint, "the server sends only its own certificate: if that issuer is an intermediate");
    expect_contains(why.hint, "if it is a root, add it: keytool -importcert");
    facts.java_store[0] = '\0';
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Issuing CA");
    expect_contains(why.hint, "if it is a root, add its PEM to cacerts.jks");
}
END_TEST

START_TEST(an_identifier_that_does_not_fit_is_neither_missing_nor_another_key)
{
    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 1;
    facts.missing = ca_name;
    facts.likeness = TRUSTSTORE_SAME_NAME;
    facts.identifier_differs = true;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL,
                "CN=server.test does not match its issuer CN=Issuing CA: its authority key");
    expect_lacks(why.text, "another key than the one");
}
END_TEST

START_TEST(an_address_as_a_dns_name_is_told_as_that)
{
    good();
    strcpy(facts.name, "127.0.0.1");
    facts.name_is_address = true;
    facts.name_matches = false;
    strings_add(&chain[0].dns, "127.0.0.1", 9);
    expect_code(CODE_WRONG_NAME, ATTEMPT_FAIL,
                "not for the address 127.0.0.1: it has 127.0.0.1, as a DNS name");
    expect_contains(why.hint, "subjectAltName=IP:127.0.0.1");
    strings_clear(&chain[0].dns);
}
END_TEST

START_TEST(the_two_key_usages_are_told_apart_and_nothing_is_told_twice)
{
    good();
    add_error(X509_V_ERR_INVALID_PURPOSE, 0);
    chain[0].serves_tls = false;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "is not meant for servers (its extended key usage)");
    chain[0].serves_tls = true;
    chain[0].signs = chain[0].enciphers = false;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "is not meant for servers (its key usage)");
    good();
    add_error(X509_V_ERR_INVALID_CA, 1);
    add_error(X509_V_ERR_KEYUSAGE_NO_CERTSIGN, 1); /* the same in other words of OpenSSL's */
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 0);
    judge_now();
    ck_assert_uint_eq(judgement.count, 2);
    expect_contains(judgement.reasons[0].text, "is not a CA certificate");
    expect_contains(judgement.reasons[1].text, "expired");
}
END_TEST

START_TEST(an_expired_intermediate_is_the_servers_to_replace_or_leave_out)
{
    good();
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 1);
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "the intermediate CN=Issuing CA expired");
    expect_contains(why.hint, "cross-signed");
    expect_contains(why.hint, "omit it");
}
END_TEST

/* What a certificate says must not become a part of a command. */
START_TEST(a_url_that_is_no_plain_one_is_in_no_hint)
{
    static char hostile[] = "http://ca.test/$(touch x)";

    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 2;
    facts.missing = missing;
    chain[1].is_ca = true;
    chain[1].issuer_url = hostile;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 1);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Gone Root");
    expect_contains(why.hint, "add the root: keytool -importcert");
    expect_lacks(why.hint, "touch");
    snprintf(facts.java_store, sizeof facts.java_store, "/conf/a;touch x.jks");
    chain[1].is_ca = false;
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "missing intermediate CN=Gone Root");
    expect_lacks(why.hint, "touch");
    chain[1].is_ca = true;
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer CN=Gone Root");
    expect_contains(why.hint, "-keystore TRUST_STORE;");
    expect_lacks(why.hint, "touch");
}
END_TEST

START_TEST(an_interceptor_is_told_by_its_name)
{
    static char zscaler[] = "CN=Zscaler Intermediate Root CA";

    good();
    facts.chain_count = facts.sent_count = facts.chain_sent = 1;
    chain[0].issuer = facts.missing = zscaler;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "Zscaler");
    expect_contains(why.hint, "intercepts TLS and signs with its own CA");
}
END_TEST

START_TEST(times_have_their_codes)
{
    good();
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 1);
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "the intermediate CN=Issuing CA expired on");
    good();
    add_error(X509_V_ERR_CERT_NOT_YET_VALID, 0);
    expect_code(CODE_EXPIRED, ATTEMPT_RETRY, "is not valid before");
    good();
    rules.min_days = 101;
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "expires on");
    rules.min_days = 100;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    rules.warn_days = 101;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert_uint_eq(judgement.warning_count, 1);
}
END_TEST

/* Known from an attack: no trust store helps, but one that has the server's own certificate. */
START_TEST(java_refuses_certificates_that_it_blocks)
{
    good();
    facts.profile = TLS_JAVA;
    strcpy(chain[1].sha256, "03db9e5e79fe6117177f81c11595af598cb176af766290dbceb2c318b32e39a2");
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "Java refuses the intermediate CN=Issuing CA");
    strcpy(chain[1].sha256, "0164d7ceae5bb909c272af151ff44b1177ae9b47d9424b94f1d9558c30934d19");
    facts.java.version = (struct java_version){.train = 17, .update = 15};
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    expect_contains(judgement.warnings[0].text, "a newer Java refuses the intermediate CN=Issuing CA");
    facts.profile = TLS_DEFAULT;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert_uint_eq(judgement.warning_count, 0);
    good();
    facts.profile = TLS_JAVA;
    facts.chain_sent = 0;
    facts.chain_count = 1;
    strcpy(chain[0].sha256, "03db9e5e79fe6117177f81c11595af598cb176af766290dbceb2c318b32e39a2");
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
}
END_TEST

/* Who asks for days gets them, of whatever the profile does not look at. */
START_TEST(days_that_are_asked_for_are_not_forgiven)
{
    good();
    facts.profile = TLS_JAVA;
    facts.chain_sent = 0; /* the server's own certificate is the anchor */
    facts.chain_count = 1;
    rules.min_days = 101;
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "expires on");
    chain[0].not_after = NOW - 1;
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "the certificate CN=server.test expired on");
    rules.min_days = 0;
    rules.warn_days = 30;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    good();
    facts.profile = TLS_JAVA;
    chain[2].not_after = NOW - 1; /* other anchors' dates bind nobody */
    rules.min_days = 100;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    good();
    chain[0].not_after = NOW - 1;
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 0);
    facts.verified = false;
    rules.min_days = 1;
    rules.trusts_anyone = true;
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "expired on");
    rules.trusts_anyone = false;
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "expired on");
    ck_assert_uint_eq(judgement.count, 1);
}
END_TEST

START_TEST(java_forgives_with_a_word)
{
    good();
    facts.profile = TLS_JAVA;
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 2);
    add_error(X509_V_ERR_INVALID_PURPOSE, 1);
    strcpy(chain[0].digest, "SHA1");
    chain[0].key_bits = 1024;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert_uint_eq(judgement.warning_count, 4);
    for (size_t i = 0; i < judgement.warning_count; i++)
        expect_contains(judgement.warnings[i].text, "only Java trusts this");
    chain[0].key_bits = 1023;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "weak key");
    chain[0].key_bits = 2048;
    strcpy(chain[1].digest, "MD5");
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "weak signature");
    strcpy(chain[1].digest, "SHA256");
    chain[0].signs = false;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "digital signatures");
    chain[0].signs = true;
    chain[0].serves_tls = false;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "not meant for servers");
}
END_TEST

START_TEST(others_forgive_nothing)
{
    good();
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 2);
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "the root CN=Root expired");
    good();
    add_error(X509_V_ERR_EE_KEY_TOO_SMALL, 0);
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "weak key");
}
END_TEST

/* Whatever else is there or is not: without the verdict of verification nothing is trusted. */
START_TEST(what_was_not_verified_is_not_trusted)
{
    for (int profile = TLS_DEFAULT; profile <= TLS_JAVA; profile++) {
        good();
        facts.profile = (enum tls_profile)profile;
        facts.verified = false;
        expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "verification failed: the chain was not verified");
        ck_assert(!judge_lets_pass(&facts));
        facts.verify_error = X509_V_ERR_CERT_REVOKED;
        expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "verification failed: certificate revoked");
        facts.chain_count = facts.chain_sent = 0;
        expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "verification failed");
        good();
        facts.profile = (enum tls_profile)profile;
        add_error(X509_V_ERR_CERT_SIGNATURE_FAILURE, 7); /* beyond what was taken down of the chain */
        expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "a signature in it is wrong");
        good();
        facts.has_chain = facts.verified = false;
        expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "the server sent no certificate");
        ck_assert(!judge_lets_pass(&facts));
        good();
        facts.name_matches = false;
        ck_assert(!judge_lets_pass(&facts));
    }
}
END_TEST

START_TEST(what_java_forgives_elsewhere_does_not_count)
{
    good();
    facts.profile = TLS_JAVA;
    facts.verified = false;
    add_error(X509_V_ERR_INVALID_PURPOSE, 1);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "verification failed");
    ck_assert_uint_eq(judgement.warning_count, 1);
    good();
    facts.profile = TLS_JAVA;
    facts.verified = false;
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 1);
    expect_code(CODE_EXPIRED, ATTEMPT_FAIL, "the intermediate");
    good();
    facts.profile = TLS_JAVA;
    facts.verified = false;
    add_error(X509_V_ERR_INVALID_PURPOSE, 0);
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "not meant for servers");
    ck_assert(!judge_forgives(TLS_JAVA, &(struct tls_error){X509_V_ERR_CERT_SIGNATURE_FAILURE, 1}, 0));
    ck_assert(judge_forgives(TLS_JAVA, &(struct tls_error){X509_V_ERR_CERT_HAS_EXPIRED, 0}, 0));
    ck_assert(!judge_forgives(TLS_STRICT, &(struct tls_error){X509_V_ERR_CERT_HAS_EXPIRED, 0}, 0));
}
END_TEST

START_TEST(warnings_that_have_no_room_are_counted)
{
    static struct certificate many[21];
    static char names[21][8];

    good();
    facts.profile = TLS_JAVA;
    for (int i = 0; i <= 20; i++) {
        many[i] = chain[i == 0 ? 0 : 1];
        snprintf(names[i], sizeof names[i], "CN=%d", i);
        many[i].subject = names[i];
        if (i > 0)
            add_error(X509_V_ERR_INVALID_PURPOSE, i);
    }
    many[20].self_issued = true;
    facts.chain = many;
    facts.chain_count = 21;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert_uint_eq(judgement.warning_count, JUDGE_REASONS);
    expect_contains(judgement.warnings[JUDGE_REASONS - 2].text, "only Java trusts this");
    ck_assert_str_eq(judgement.warnings[JUDGE_REASONS - 1].text, "there are 5 more warnings");
}
END_TEST

START_TEST(limits_have_their_codes)
{
    static const struct {
        enum tls_limit limit;
        enum code code;
        enum outcome outcome;
        const char *text;
    } cases[] = {
        {TLS_LIMIT_LENGTH, CODE_UNTRUSTED, ATTEMPT_FAIL, "too long: more than 20 certificates"},
        {TLS_LIMIT_NAMES, CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "more than 12000 names"},
        {TLS_LIMIT_CONSTRAINTS, CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "too many names and name constraints"},
        {TLS_LIMIT_TIME, CODE_FAILED, ATTEMPT_RETRY, "not verified within the attempt's time"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        good();
        facts.verified = false;
        facts.chain_count = 0;
        facts.limit = cases[i].limit;
        expect_code(cases[i].code, cases[i].outcome, cases[i].text);
        ck_assert(!judge_lets_pass(&facts));
        facts.profile = TLS_JAVA;
        facts.sent = NULL; /* nothing was read of it */
        facts.sent_count = 0;
        expect_code(cases[i].code, cases[i].outcome, cases[i].text);
    }
    good();
    add_error(X509_V_ERR_CERT_CHAIN_TOO_LONG, 2);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "too long: more than 20 certificates");
}
END_TEST

START_TEST(all_reasons_are_said_the_gravest_first)
{
    good();
    facts.name_matches = false;
    facts.chain_count = 2;
    facts.missing = missing;
    add_error(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 1);
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 0);
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "unknown issuer");
    expect_contains(why.text, "also: the certificate CN=server.test expired");
    ck_assert_uint_eq(judgement.count, 3);
    rules.trusts_anyone = true;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    ck_assert_uint_eq(judgement.warning_count, 3);
}
END_TEST

/* Nor is a chain forgiven that was too much to look at: nothing is known of its days and keys. */
START_TEST(a_chain_over_the_limits_is_not_forgiven)
{
    static char pin[] = "other";
    struct strings pins = {0};

    good();
    facts.verified = false;
    facts.chain_count = 0;
    facts.limit = TLS_LIMIT_LENGTH;
    rules.trusts_anyone = true;
    ck_assert_int_eq(judge_now(), ATTEMPT_FAIL);
    facts.limit = TLS_LIMIT_NONE;
    add_error(X509_V_ERR_CERT_HAS_EXPIRED, 0);
    strings_add(&pins, pin, strlen(pin));
    rules.pins = &pins;
    expect_code(CODE_PIN, ATTEMPT_FAIL, "no key in the chain is pinned");
    strings_clear(&pins);
}
END_TEST

/* Whoever validates nothing but a pin must not be content with a certificate that anyone can send. */
START_TEST(a_chain_that_was_not_verified_proves_no_pin_but_its_first)
{
    static char of_server[] = "sha256//server", of_ca[] = "ca";
    struct strings pins = {0};

    good();
    strcpy(facts.chain[0].pin, "server");
    strcpy(facts.chain[1].pin, "ca");
    facts.chain_count = 2;
    strings_add(&pins, of_ca, strlen(of_ca));
    rules.pins = &pins;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    facts.verified = false;
    add_error(X509_V_ERR_CERT_SIGNATURE_FAILURE, 0);
    rules.trusts_anyone = true;
    expect_code(CODE_PIN, ATTEMPT_FAIL, "no key in the chain is pinned");
    strings_add(&pins, of_server, strlen(of_server));
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    strings_clear(&pins);
}
END_TEST

START_TEST(handshakes_that_end_have_their_codes)
{
    static const struct {
        int alert;
        bool wanted;
        enum code code;
        enum outcome outcome;
    } alerts[] = {
        {SSL_AD_HANDSHAKE_FAILURE, false, CODE_PROTOCOL, ATTEMPT_FAIL},
        {SSL_AD_HANDSHAKE_FAILURE, true, CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL},
        {SSL_AD_PROTOCOL_VERSION, false, CODE_PROTOCOL, ATTEMPT_FAIL},
        {SSL_AD_UNKNOWN_CA, true, CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL},
        {TLS13_AD_CERTIFICATE_REQUIRED, true, CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL},
        {SSL_AD_UNRECOGNIZED_NAME, false, CODE_WRONG_NAME, ATTEMPT_FAIL},
        {SSL_AD_NO_APPLICATION_PROTOCOL, false, CODE_PROTOCOL, ATTEMPT_FAIL},
        {SSL_AD_INTERNAL_ERROR, false, CODE_PROTOCOL, ATTEMPT_RETRY},
    };

    for (size_t i = 0; i < COUNT_OF(alerts); i++) {
        good();
        facts.has_chain = facts.done = false;
        facts.end = TLS_END_ALERT;
        facts.alert = alerts[i].alert;
        facts.client_wanted = alerts[i].wanted;
        expect_code(alerts[i].code, alerts[i].outcome, "");
    }
    good();
    facts.has_chain = facts.done = false;
    facts.end = TLS_END_CLOSED;
    expect_code(CODE_FAILED, ATTEMPT_RETRY, "closed the connection in the handshake");
    facts.end = TLS_END_LIBRARY;
    memcpy(facts.first, "HTTP/", facts.first_length = 5);
    expect_code(CODE_PROTOCOL, ATTEMPT_FAIL, "plain HTTP");
}
END_TEST

START_TEST(clients_and_answers_are_judged)
{
    static char me[] = "CN=client";

    good();
    rules.http_low = 200;
    rules.http_high = 399;
    facts.http_status = 404;
    expect_code(CODE_HTTP_STATUS, ATTEMPT_FAIL, "404");
    facts.http_status = 503;
    expect_code(CODE_HTTP_STATUS, ATTEMPT_RETRY, "503");
    facts.http_status = 400;
    facts.client_wanted = true;
    expect_code(CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL, "requires a client certificate");
    facts.client_withheld = true;
    expect_code(CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL, "--client-cert is for another server");
    facts.client_withheld = false;
    facts.http_status = 0;
    facts.client_given = true;
    facts.client.subject = facts.client.issuer = me;
    facts.acceptance = TLS_ACCEPTANCE_PROVEN; /* the handshake went through, without it */
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    expect_contains(judgement.warnings[0].text, "was not sent");
    rules.client_must_be_accepted = true;
    expect_code(CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL, "was not sent");
    facts.client_shown = true;
    facts.acceptance = TLS_ACCEPTANCE_UNKNOWN;
    expect_code(CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL, "does not confirm");
    facts.acceptance = TLS_ACCEPTANCE_PROVEN;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
}
END_TEST

START_TEST(a_hint_names_the_tool_that_has_the_option)
{
    static const char *const refusals[] = {"legacy renegotiation disabled", "unsupported protocol"};

    good();
    strcpy(chain[0].key, "RSA 1024");
    chain[0].key_bits = 1024;
    add_error(X509_V_ERR_EE_KEY_TOO_SMALL, 0);
    ck_assert_int_eq(judge_now(), ATTEMPT_FAIL);
    expect_contains(why.hint, "tls-check --profile java");
    for (size_t i = 0; i < 2; i++) {
        good();
        facts.done = facts.has_chain = false;
        facts.end = TLS_END_LIBRARY;
        strcpy(facts.library, refusals[i]);
        judge_now();
        expect_contains(why.hint, "tls-check");
    }
}
END_TEST

/* What only the handshake of a JVM does not bear: that binds those who trust anybody, too. */
START_TEST(javas_handshake_has_limits)
{
    good();
    facts.profile = TLS_JAVA;
    facts.sent_total = 10;
    facts.java.message_most = 32768;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    rules.trusts_anyone = true;
    facts.sent_total = 11;
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "sends 11 certificates, and Java accepts no more than 10");
    facts.sent_total = 2;
    facts.java.message_most = 32769;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "has 32769 bytes, and Java accepts no more than 32768");
    facts.java.message_most = 0;
    facts.java.warning = SSL_AD_UNRECOGNIZED_NAME;
    expect_code(CODE_WRONG_NAME, ATTEMPT_FAIL, "a warning in the handshake, at which Java ends it");
    facts.java.warning = -1;
    facts.java.flaw = "it has an extension twice";
    facts.java.unreadable = true;
    expect_code(CODE_UNFIT_CERTIFICATE, ATTEMPT_FAIL, "it has an extension twice");
    facts.java.flaw = NULL;
    facts.java.signs_sha1 = true;
    expect_code(CODE_PROTOCOL, ATTEMPT_FAIL, "signs the handshake over SHA-1, which no JVM accepts");
    facts.java.version = (struct java_version){.train = 17, .update = 15};
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    expect_contains(judgement.warnings[0].text, "which no newer JVM accepts");
}
END_TEST

START_TEST(java_trusts_some_roots_no_more)
{
    good();
    facts.profile = TLS_JAVA;
    strcpy(chain[2].sha256, "43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339");
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "no longer trusts Entrust Root Certification Authority - G2");
    facts.java.version = (struct java_version){.train = 17, .update = 15};
    chain[0].not_before = 1731369599; /* the last second of the last good day */
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    expect_contains(judgement.warnings[0].text, "a newer Java");
    chain[0].not_before++;
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "2024-11-12");
    good();
    facts.profile = TLS_JAVA;
    strcpy(chain[2].sha256, "c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5");
    chain[0].not_before = 1700000000;
    facts.time = 1780000000;
    ck_assert_int_eq(judge_now(), ATTEMPT_OK);
    facts.time = 1808179200;
    expect_code(CODE_UNTRUSTED, ATTEMPT_FAIL, "ePKI Root");
}
END_TEST

START_TEST(an_alert_without_a_request_is_not_about_the_client)
{
    static const int alerts[] = {SSL_AD_ACCESS_DENIED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA};

    for (size_t i = 0; i < COUNT_OF(alerts); i++) {
        good();
        facts.has_chain = facts.done = false;
        facts.end = TLS_END_ALERT;
        facts.alert = alerts[i];
        expect_code(CODE_PROTOCOL, ATTEMPT_FAIL, "the server ended the handshake (alert: ");
        expect_contains(why.hint, "had not asked for a client certificate");
        facts.client_wanted = true;
        expect_code(CODE_CLIENT_CERTIFICATE, ATTEMPT_FAIL, "client certificate");
    }
    good();
    facts.has_chain = facts.done = false;
    facts.end = TLS_END_ALERT;
    facts.alert = SSL_AD_INTERNAL_ERROR;
    expect_code(CODE_PROTOCOL, ATTEMPT_RETRY, "internal error");
    expect_contains(why.hint, "no certificate for that name yet");
}
END_TEST

START_TEST(issuers_fit_patterns)
{
    static const char issuer[] = "CN=Example Issuing CA, O=Example Trust";
    static const char *const good[] = {"Issuing", "example TRUST",       "*",    "CN=*",
                                       "*Trust",  "CN=Example*CA*Trust", "**a**"};
    static const char *const bad[] = {"Other", "CN=Issuing*", "*CA", "*Trust*x", "x*"};
    char many[200], stars[80];

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_msg(judge_matches_issuer(issuer, good[i]), "%s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(!judge_matches_issuer(issuer, bad[i]), "%s", bad[i]);
    memset(many, 'a', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    for (size_t i = 0; i + 2 < sizeof stars; i += 2)
        memcpy(stars + i, "*a", 3);
    stars[sizeof stars - 2] = 'b'; /* would take for ever by trying all ways */
    stars[sizeof stars - 1] = '\0';
    ck_assert(!judge_matches_issuer(many, stars));
}
END_TEST

SUITE("tls_judge", issuers_fit_patterns, a_certificate_that_comes_alone_may_lack_an_intermediate,
      an_identifier_that_does_not_fit_is_neither_missing_nor_another_key,
      an_address_as_a_dns_name_is_told_as_that, the_two_key_usages_are_told_apart_and_nothing_is_told_twice,
      an_expired_intermediate_is_the_servers_to_replace_or_leave_out,
      an_alert_without_a_request_is_not_about_the_client, a_good_chain_passes,
      an_unknown_root_is_named_with_the_closest, a_ca_without_its_issuer_lacks_the_root,
      a_missing_intermediate_is_told_by_where_it_is_to_be_had, a_url_that_is_no_plain_one_is_in_no_hint,
      an_interceptor_is_told_by_its_name, times_have_their_codes, days_that_are_asked_for_are_not_forgiven,
      java_refuses_certificates_that_it_blocks, java_forgives_with_a_word, others_forgive_nothing,
      what_was_not_verified_is_not_trusted, what_java_forgives_elsewhere_does_not_count,
      warnings_that_have_no_room_are_counted, limits_have_their_codes,
      a_chain_over_the_limits_is_not_forgiven, all_reasons_are_said_the_gravest_first,
      a_chain_that_was_not_verified_proves_no_pin_but_its_first, handshakes_that_end_have_their_codes,
      clients_and_answers_are_judged, a_hint_names_the_tool_that_has_the_option, javas_handshake_has_limits,
      java_trusts_some_roots_no_more)
