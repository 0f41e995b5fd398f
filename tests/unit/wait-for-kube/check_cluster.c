#include "cmd/wait-for-kube/cluster.h"

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct cluster cluster;
static struct reason why;

START_TEST(in_a_pod)
{
    struct cluster_options options = {.account = scratch_path("account"), .host = "10.96.0.1", .port = "443"};

    ck_assert_msg(cluster_find(&options, &cluster, &why), "%s", why.text);
    ck_assert_str_eq(cluster.server, "https://10.96.0.1:443");
    ck_assert_ptr_null(cluster.token_file);
    ck_assert_uint_eq(cluster.trust_stores.count, 0);
    cluster_free(&cluster);
    options.host = "fd00::1";
    options.port = NULL;
    ck_assert(cluster_find(&options, &cluster, &why));
    ck_assert_str_eq(cluster.server, "https://[fd00::1]:443");
    cluster_free(&cluster);
}
END_TEST

START_TEST(the_account)
{
    scratch_file("token", "secret\n");
    scratch_file("ca.crt", "x");
    struct cluster_options options = {.account = scratch_path(""), .host = "a", .port = "1"};

    ck_assert_msg(cluster_find(&options, &cluster, &why), "%s", why.text);
    expect_contains(cluster.token_file, "/token");
    ck_assert_uint_eq(cluster.trust_stores.count, 1);
    cluster_free(&cluster);
    options.server = "http://127.0.0.1:8001//";
    ck_assert(cluster_find(&options, &cluster, &why));
    ck_assert_str_eq(cluster.server, "http://127.0.0.1:8001");
    ck_assert_ptr_null(cluster.token_file); /* not in clear text */
    cluster_free(&cluster);
    scratch_file("token", "");
    options.server = NULL;
    ck_assert(!cluster_find(&options, &cluster, &why));
    expect_contains(why.text, "--token-file");
    cluster_free(&cluster);
}
END_TEST

START_TEST(none)
{
    struct cluster_options options = {.account = scratch_path("account")};
    static const char *const wrong[] = {"ftp://a", "a:443", "https://a?b", "https://", "file:///x"};

    ck_assert(!cluster_find(&options, &cluster, &why));
    expect_contains(why.text, "KUBERNETES_SERVICE_HOST");
    cluster_free(&cluster);
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        options.server = wrong[i];
        ck_assert_msg(!cluster_find(&options, &cluster, &why), "%s", wrong[i]);
        expect_contains(why.text, "--server");
        cluster_free(&cluster);
    }
}
END_TEST

SUITE("cluster", in_a_pod, the_account, none)
