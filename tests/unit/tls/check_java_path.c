#include "common/tls/java_path.h"

#include "common/base/deadline.h"
#include "tests/unit/suite.h"

static X509 *named(const char *subject, const char *issuer)
{
    X509 *x509 = X509_new();
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    ck_assert(x509 && X509_set_version(x509, X509_VERSION_3) == 1);
    ck_assert(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                         (const unsigned char *)subject, -1, -1, 0) == 1);
    ck_assert(X509_NAME_add_entry_by_txt(X509_get_issuer_name(x509), "CN", MBSTRING_ASC,
                                         (const unsigned char *)issuer, -1, -1, 0) == 1);
    ck_assert(X509_gmtime_adj(X509_getm_notBefore(x509), 0) &&
              X509_gmtime_adj(X509_getm_notAfter(x509), 3600) && X509_set_pubkey(x509, key) == 1 &&
              X509_sign(x509, key, NULL) > 0);
    EVP_PKEY_free(key);
    return x509;
}

static bool take(void *owner, const struct java_path *path)
{
    int *count = owner;

    *count = path->count;
    return true;
}

/* The stray behind the leaf makes a search of it. */
START_TEST(a_search_ends_with_the_deadline)
{
    STACK_OF(X509) *sent = sk_X509_new_null(), *anchors = sk_X509_new_null();
    int count = 0;
    struct java_search search = {
        .sent = sent, .anchors = anchors, .intermediates_most = 5, .on_path = take, .owner = &count};

    ck_assert(sk_X509_push(sent, named("server", "root")) && sk_X509_push(sent, named("stray", "stray")) &&
              sk_X509_push(anchors, named("root", "root")));
    ck_assert(java_search(&search));
    ck_assert_int_eq(search.way, JAVA_WAY_SEARCHED);
    ck_assert_int_eq(count, 1);
    ck_assert(!search.limited);
    search.deadline = deadline_now();
    ck_assert(!java_search(&search));
    ck_assert(search.limited);
    ck_assert_int_eq(search.tried, 0);
    sk_X509_pop_free(sent, X509_free);
    sk_X509_pop_free(anchors, X509_free);
}
END_TEST

SUITE("java_path", a_search_ends_with_the_deadline)
