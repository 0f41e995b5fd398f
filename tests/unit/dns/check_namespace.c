#include "common/dns/namespace.h"

#include <stdio.h>

#include "tests/unit/scratch.h"
#include "tests/unit/suite.h"

static struct resolvconf conf;
static char found[NAMESPACE_TEXT];
static struct reason why;

static const char *find(const char *file)
{
    ck_assert_msg(namespace_find(file, &conf, found, &why), "%s", why.text);
    return found;
}

static void set_first_domain(const char *domain)
{
    snprintf(conf.domains[0], HOSTNAME_SIZE, "%s", domain);
    conf.domain_count = 1;
}

static void unset_all(void)
{
    unsetenv("INITKIT_NAMESPACE");
    unsetenv("POD_NAMESPACE");
    conf.domain_count = 0;
}

START_TEST(the_order_of_sources)
{
    char *file = scratch_file("namespace", "from-file\n"), *missing = scratch_path("missing");

    unset_all();
    ck_assert_str_eq(find(missing), "");
    set_first_domain("from-search.svc.cluster.local");
    ck_assert_str_eq(find(missing), "from-search");
    ck_assert_str_eq(find(file), "from-file");
    setenv("POD_NAMESPACE", "from-pod", 1);
    ck_assert_str_eq(find(file), "from-pod");
    setenv("INITKIT_NAMESPACE", "from-initkit", 1);
    ck_assert_str_eq(find(file), "from-initkit");
    setenv("INITKIT_NAMESPACE", "", 1);
    ck_assert_str_eq(find(file), "from-pod");
}
END_TEST

START_TEST(search_domains_that_tell_no_namespace)
{
    static const char *const domains[] = {
        "svc.cluster.local",       "cluster.local",       "example", "a.svc", ".svc.cluster.local",
        "UPPER.svc.cluster.local", "a.svcx.cluster.local"};
    char *missing = scratch_path("missing");

    unset_all();
    for (size_t i = 0; i < COUNT_OF(domains); i++) {
        set_first_domain(domains[i]);
        ck_assert_str_eq(find(missing), "");
    }
}
END_TEST

START_TEST(variables_that_are_no_namespace)
{
    static const char *const values[] = {"Prod",
                                         "a.b",
                                         "a b",
                                         "a_b",
                                         "a\n\nb",
                                         " prod",
                                         "x123456789012345678901234567890123456789012345678901234567890123"};

    unset_all();
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        setenv("INITKIT_NAMESPACE", values[i], 1);
        ck_assert_msg(!namespace_find("/nonexistent", &conf, found, &why), "%s is taken", values[i]);
        ck_assert_int_eq(why.code, CODE_USAGE);
        expect_contains(why.text, "INITKIT_NAMESPACE");
    }
    unsetenv("INITKIT_NAMESPACE");
    setenv("POD_NAMESPACE", "Prod", 1);
    ck_assert(!namespace_find("/nonexistent", &conf, found, &why));
    expect_contains(why.text, "POD_NAMESPACE");
}
END_TEST

START_TEST(sixty_three_bytes_fit)
{
    char name[NAMESPACE_TEXT];

    unset_all();
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    setenv("INITKIT_NAMESPACE", name, 1);
    ck_assert_str_eq(find("/nonexistent"), name);
}
END_TEST

START_TEST(a_file_of_garbage)
{
    unset_all();
    ck_assert_str_eq(find(scratch_file("namespace", "not a namespace")), "");
    ck_assert_str_eq(find(scratch_file("namespace", "")), "");
    ck_assert_str_eq(find(scratch_file("namespace", "prod")), "prod");
}
END_TEST

SUITE("namespace", the_order_of_sources, search_domains_that_tell_no_namespace,
      variables_that_are_no_namespace, sixty_three_bytes_fit, a_file_of_garbage)
