#include "common/tls/tls_strict.h"

#include <openssl/x509v3.h>

#include "tests/unit/bare_chain.h"
#include "tests/unit/suite.h"

/* The CA is one. */
static int strict(const char *names, const char *constraints)
{
    X509_EXTENSION *basic = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");

    bare_chain_make(names, constraints);
    ck_assert(basic && X509_add_ext(sk_X509_value(bare_chain, 1), basic, -1) == 1);
    X509_EXTENSION_free(basic);
    int error = tls_strict_check(bare_chain).error;
    bare_chain_forget();
    return error;
}

START_TEST(strict_takes_the_preferred_syntax_alone)
{
    static const char *const good[] = {"DNS:a.test",       "DNS:*.test",        "DNS:xn--bcher-kva.test",
                                       "DNS:1-2.A-b.TEST", "DNS:a,DNS:b.test",  "IP:127.0.0.1",
                                       "DNS:controller",   "email:a_b@c_d.test"};
    static const char *const bad[] = {"DNS:a_b.test", "DNS:-a.test",      "DNS:a-.test",       "DNS:a..test",
                                      "DNS:.test",    "DNS:a.test.",      "DNS:a*.test",       "DNS:a.*.test",
                                      "DNS:*",        "DNS:b\303\274.de", "DNS:a.test,DNS:b c"};
    char long_label[80] = "DNS:";

    for (size_t i = 0; i < COUNT_OF(good); i++)
        ck_assert_msg(strict(good[i], NULL) == X509_V_OK, "%s", good[i]);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        ck_assert_msg(strict(bad[i], NULL) == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, "%s", bad[i]);
    memset(long_label + 4, 'a', 63);
    ck_assert_int_eq(strict(long_label, NULL), X509_V_OK);
    long_label[67] = 'a';
    ck_assert_int_eq(strict(long_label, NULL), X509_V_ERR_UNSUPPORTED_NAME_SYNTAX);
    ck_assert_int_eq(strict(NULL, NULL), X509_V_OK);
}
END_TEST

START_TEST(strict_takes_no_wildcard_for_what_is_excluded)
{
    ck_assert_int_eq(strict("DNS:*.test", "excluded;DNS:a.test"), X509_V_ERR_EXCLUDED_VIOLATION);
    ck_assert_int_eq(strict("DNS:b.test,DNS:*.Test", "excluded;DNS:A.tEST"), X509_V_ERR_EXCLUDED_VIOLATION);
    ck_assert_int_eq(strict("DNS:*.test", "excluded;DNS:.a.test"), X509_V_ERR_EXCLUDED_VIOLATION);
    ck_assert_int_eq(strict("DNS:*.test", "excluded;DNS:b.a.test"), X509_V_OK);
    ck_assert_int_eq(strict("DNS:*.a.test", "excluded;DNS:b.test"), X509_V_OK);
    ck_assert_int_eq(strict("DNS:*.test", "permitted;DNS:test"), X509_V_OK);
}
END_TEST

START_TEST(strict_takes_constraints_of_cas_alone)
{
    bare_chain_add(NID_name_constraints, "permitted;DNS:test");
    struct tls_error found = tls_strict_check(bare_chain);
    ck_assert_int_eq(found.error, X509_V_ERR_INVALID_EXTENSION);
    ck_assert_int_eq(found.depth, 0);
    bare_chain_forget();
    ck_assert_int_eq(strict("DNS:a.test", "permitted;DNS:test"), X509_V_OK);
}
END_TEST

static struct tls_error dated(const char *from, const char *until)
{
    bare_chain_add(0, NULL);
    bare_chain_add(0, NULL);
    X509 *ca = sk_X509_value(bare_chain, 1);
    ck_assert(ASN1_TIME_set_string(X509_getm_notBefore(ca), from) == 1);
    ck_assert(ASN1_TIME_set_string(X509_getm_notAfter(ca), until) == 1);
    struct tls_error found = tls_strict_check(bare_chain);
    bare_chain_forget();
    return found;
}

START_TEST(strict_takes_generalized_time_from_2050_on)
{
    ck_assert_int_eq(dated("491231235959Z", "20500101000000Z").error, X509_V_OK);
    ck_assert_int_eq(dated("20491231235959Z", "20500101000000Z").error,
                     X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD);
    struct tls_error found = dated("250101000000Z", "20491231235959Z");
    ck_assert_int_eq(found.error, X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD);
    ck_assert_int_eq(found.depth, 1);
}
END_TEST

SUITE("tls_strict", strict_takes_the_preferred_syntax_alone, strict_takes_no_wildcard_for_what_is_excluded,
      strict_takes_constraints_of_cas_alone, strict_takes_generalized_time_from_2050_on)
