#include "common/http/reach.h"

#include "tests/unit/suite.h"

static struct reason why;

static bool allows(enum reach reach, const char *a, const char *b)
{
    struct address addresses[2];

    ck_assert(address_parse(a, 80, &addresses[0]) && address_parse(b, 80, &addresses[1]));
    return reach_allows(reach, addresses, 2, &why);
}

START_TEST(each_address_counts)
{
    ck_assert(allows(REACH_ANY, "127.0.0.1", "169.254.169.254"));
    ck_assert(allows(REACH_NOT_LOCAL, "10.0.0.1", "2001:db8::1"));
    ck_assert(!allows(REACH_NOT_LOCAL, "10.0.0.1", "::1"));
    ck_assert_int_eq(why.code, CODE_HTTP_STATUS);
    expect_contains(why.text, "is ::1, an address that only this node reaches");
    expect_contains(why.hint, "--allow-local-redirects");
    ck_assert(!allows(REACH_NOT_LOCAL, "169.254.169.254", "10.0.0.1"));
    ck_assert(allows(REACH_LOOPBACK, "127.0.0.1", "::1"));
    ck_assert(!allows(REACH_LOOPBACK, "127.0.0.1", "169.254.170.2"));
    expect_contains(why.text, "is 169.254.170.2, which is not this host");
}
END_TEST

START_TEST(names_that_a_proxy_resolves)
{
    static const char *const local[] = {"localhost", "LocalHost.", "a.localhost",
                                        "127.0.0.1", "::1",        "fe80::1"};
    static const char *const other[] = {"example.com", "localhost.example.com", "notlocalhost", "10.0.0.1",
                                        ""};

    for (size_t i = 0; i < COUNT_OF(local); i++) {
        ck_assert_msg(!reach_allows_host(REACH_NOT_LOCAL, local[i], &why), "%s", local[i]);
        ck_assert(reach_allows_host(REACH_ANY, local[i], &why));
        ck_assert(reach_is_local_host(local[i]));
    }
    for (size_t i = 0; i < COUNT_OF(other); i++) {
        ck_assert_msg(reach_allows_host(REACH_NOT_LOCAL, other[i], &why), "%s", other[i]);
        ck_assert(!reach_allows_host(REACH_LOOPBACK, other[i], &why));
        ck_assert(!reach_is_local_host(other[i]));
    }
}
END_TEST

SUITE("reach", each_address_counts, names_that_a_proxy_resolves)
