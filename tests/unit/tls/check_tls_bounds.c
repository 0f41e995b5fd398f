#include "common/tls/tls_bounds.h"

#include <openssl/x509v3.h>
#include <stdio.h>

#include "common/base/buf.h"

#include "tests/unit/suite.h"

static X509 *bare(void)
{
    X509 *x509 = X509_new();

    ck_assert(x509 && X509_set_version(x509, X509_VERSION_3) == 1);
    return x509;
}

static void add_list(X509 *x509, int kind, const char *each, int count)
{
    struct buf text;

    buf_init(&text, SIZE_MAX / 2);
    for (int i = 0; i < count; i++)
        buf_add_format(&text, "%s%s%d", i > 0 ? "," : "", each, i);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, text.data);
    ck_assert(extension && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    buf_free(&text);
}

static void add_bytes(X509 *x509, int kind, const char *bytes, int length)
{
    ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

    ck_assert(value && ASN1_OCTET_STRING_set(value, (const unsigned char *)bytes, length) == 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, kind, 0, value);
    ck_assert(extension && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
}

static enum tls_limit check(X509 *sent, X509 *anchor)
{
    STACK_OF(X509) *sents = sk_X509_new_null(), *anchors = sk_X509_new_null();

    ck_assert(sents && anchors && sk_X509_push(sents, sent) > 0);
    if (anchor)
        sk_X509_push(anchors, anchor);
    enum tls_limit limit = tls_bounds_check(sents, anchors);
    sk_X509_free(sents);
    sk_X509_free(anchors);
    X509_free(sent);
    X509_free(anchor);
    return limit;
}

START_TEST(names_are_counted_together)
{
    X509 *sent = bare(), *anchor = bare();

    add_list(sent, NID_subject_alt_name, "DNS:n", TLS_NAMES_MOST);
    ck_assert_int_eq(check(sent, anchor), TLS_LIMIT_NONE);
    sent = bare(), anchor = bare();
    add_list(sent, NID_subject_alt_name, "DNS:n", TLS_NAMES_MOST - 1);
    add_list(anchor, NID_subject_alt_name, "DNS:n", 2);
    ck_assert_int_eq(check(sent, anchor), TLS_LIMIT_NAMES);
    sent = bare();
    add_list(sent, NID_subject_alt_name, "DNS:n", TLS_NAMES_MOST - 1);
    for (int i = 0; i < 2; i++)
        ck_assert(X509_NAME_add_entry_by_txt(X509_get_subject_name(sent), "CN", MBSTRING_ASC,
                                             (const unsigned char *)"x", -1, -1, 0) == 1);
    ck_assert_int_eq(check(sent, NULL), TLS_LIMIT_NAMES);
}
END_TEST

START_TEST(names_and_constraints_are_multiplied)
{
    enum { NAMES = 1024, MOST = TLS_COMPARISONS_MOST / NAMES };
    X509 *sent = bare(), *anchor = bare();

    add_list(sent, NID_subject_alt_name, "DNS:n", NAMES);
    add_list(anchor, NID_name_constraints, "permitted;DNS:c", MOST);
    ck_assert_int_eq(check(sent, anchor), TLS_LIMIT_NONE);
    sent = bare(), anchor = bare();
    add_list(sent, NID_subject_alt_name, "DNS:n", NAMES);
    add_list(sent, NID_name_constraints, "permitted;DNS:c", 1);
    add_list(anchor, NID_name_constraints, "excluded;DNS:c", MOST);
    ck_assert_int_eq(check(sent, anchor), TLS_LIMIT_CONSTRAINTS);
}
END_TEST

/* What is not DER could be read in another way than it was counted. */
START_TEST(what_is_not_der_cannot_be_counted)
{
    static const struct {
        const char *bytes;
        int length;
    } cases[] = {
        {"\x30\x80\x82\x01\x61\x00\x00", 7}, /* an indefinite length */
        {"\x30\x05\x82\x01\x61", 5},         /* longer than it is */
        {"\x30\x03\x82\x09\x61", 5},         /* an element that is longer than its list */
        {"", 0},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        X509 *sent = bare(), *anchor = bare();
        add_bytes(sent, NID_subject_alt_name, cases[i].bytes, cases[i].length);
        ck_assert_msg(check(sent, NULL) == TLS_LIMIT_NAMES, "names %zu", i);
        sent = bare();
        add_bytes(anchor, NID_name_constraints, cases[i].bytes, cases[i].length);
        ck_assert_msg(check(sent, anchor) == TLS_LIMIT_NAMES, "constraints %zu", i);
    }
}
END_TEST

SUITE("tls_bounds", names_are_counted_together, names_and_constraints_are_multiplied,
      what_is_not_der_cannot_be_counted)
