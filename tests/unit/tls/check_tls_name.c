#include "common/tls/tls_name.h"

#include <openssl/x509v3.h>

#include "tests/unit/bare_chain.h"
#include "tests/unit/suite.h"

static int constrained(const char *name, const char *constraints)
{
    bare_chain_make(NULL, constraints);
    int error = tls_name_constrained(name, bare_chain, 2);
    bare_chain_forget();
    return error;
}

START_TEST(a_name_is_permitted_and_not_excluded)
{
    ck_assert_int_eq(constrained("a.test", NULL), X509_V_OK);
    ck_assert_int_eq(constrained("a.test", "permitted;DNS:test"), X509_V_OK);
    ck_assert_int_eq(constrained("A.Test", "permitted;DNS:tEST"), X509_V_OK);
    ck_assert_int_eq(constrained("test", "permitted;DNS:test"), X509_V_OK);
    ck_assert_int_eq(constrained("a.test", "permitted;DNS:.test"), X509_V_OK);
    ck_assert_int_eq(constrained("a.test", "permitted;DNS:b.test,permitted;DNS:a.test"), X509_V_OK);
    ck_assert_int_eq(constrained("attest", "permitted;DNS:test"), X509_V_ERR_PERMITTED_VIOLATION);
    ck_assert_int_eq(constrained("test", "permitted;DNS:.test"), X509_V_ERR_PERMITTED_VIOLATION);
    ck_assert_int_eq(constrained("controller", "permitted;DNS:test"), X509_V_ERR_PERMITTED_VIOLATION);
    ck_assert_int_eq(constrained("a.test", "permitted;DNS:test,excluded;DNS:a.test"),
                     X509_V_ERR_EXCLUDED_VIOLATION);
    ck_assert_int_eq(constrained("x.a.test", "excluded;DNS:a.test"), X509_V_ERR_EXCLUDED_VIOLATION);
    ck_assert_int_eq(constrained("b.test", "excluded;DNS:a.test"), X509_V_OK);
}
END_TEST

START_TEST(constraints_of_other_kinds_bind_no_host_name)
{
    ck_assert_int_eq(constrained("a.test", "permitted;IP:10.0.0.0/255.0.0.0"), X509_V_OK);
    ck_assert_int_eq(constrained("a.test", "excluded;email:a.test"), X509_V_OK);
}
END_TEST

START_TEST(constraints_that_cannot_be_read_permit_nothing)
{
    X509_EXTENSION *junk = X509V3_EXT_conf_nid(NULL, NULL, NID_name_constraints, "DER:04:00");

    bare_chain_make(NULL, NULL);
    ck_assert(junk && X509_add_ext(sk_X509_value(bare_chain, 1), junk, -1) == 1);
    ck_assert_int_eq(tls_name_constrained("a.test", bare_chain, 2), X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX);
    ck_assert_int_eq(tls_name_constrained("a.test", bare_chain, 1), X509_V_OK); /* an anchor, to Java */
    X509_EXTENSION_free(junk);
    bare_chain_forget();
}
END_TEST

SUITE("tls_name", a_name_is_permitted_and_not_excluded, constraints_of_other_kinds_bind_no_host_name,
      constraints_that_cannot_be_read_permit_nothing)
