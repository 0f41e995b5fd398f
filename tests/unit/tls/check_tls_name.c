#include "common/tls/tls_name.h"

#include <openssl/x509v3.h>

#include "tests/unit/suite.h"

static STACK_OF(X509) * chain;

static void add(int kind, const char *value)
{
    X509 *x509 = X509_new();

    ck_assert(x509 && X509_set_version(x509, X509_VERSION_3) == 1);
    if (value) {
        X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
        ck_assert_msg(extension && X509_add_ext(x509, extension, -1) == 1, "%s", value);
        X509_EXTENSION_free(extension);
    }
    if (!chain)
        chain = sk_X509_new_null();
    ck_assert(chain && sk_X509_push(chain, x509) > 0);
}

/* A server with these alternative names below a CA with these constraints. */
static void make(const char *names, const char *constraints)
{
    add(NID_subject_alt_name, names);
    add(NID_name_constraints, constraints);
}

static void forget(void)
{
    sk_X509_pop_free(chain, X509_free);
    chain = NULL;
}

static int constrained(const char *name, const char *constraints)
{
    make(NULL, constraints);
    int error = tls_name_constrained(name, chain, 2);
    forget();
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

    make(NULL, NULL);
    ck_assert(junk && X509_add_ext(sk_X509_value(chain, 1), junk, -1) == 1);
    ck_assert_int_eq(tls_name_constrained("a.test", chain, 2), X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX);
    ck_assert_int_eq(tls_name_constrained("a.test", chain, 1), X509_V_OK); /* an anchor, to Java */
    X509_EXTENSION_free(junk);
    forget();
}
END_TEST

SUITE("tls_name", a_name_is_permitted_and_not_excluded, constraints_of_other_kinds_bind_no_host_name,
      constraints_that_cannot_be_read_permit_nothing)
