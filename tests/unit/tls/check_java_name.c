#include "common/tls/java_name.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/strings.h"
#include "common/tls/java_letters.h"
#include "tests/unit/suite.h"

static const struct java_version java17 = {.train = 17, .update = JAVA_NEWEST},
                                 java21 = {.train = 21, .update = JAVA_NEWEST};

static bool dns_fits(struct java_version version, const char *pattern, const char *name)
{
    struct certificate certificate = {0};

    strings_add(&certificate.dns, pattern, strlen(pattern));
    bool fits = java_name_fits(version, &certificate, name);
    strings_clear(&certificate.dns);
    return fits;
}

static bool common_fits(const char *pattern, const char *name)
{
    struct certificate certificate = {.last_common_name = xstrdup(pattern)};

    bool fits = java_name_fits(java21, &certificate, name);
    certificate.names_left_out = true; /* there are DNS names, only nobody knows which */
    ck_assert(!java_name_fits(java21, &certificate, name));
    free(certificate.last_common_name);
    return fits;
}

START_TEST(wildcards_stand_for_parts_of_a_label)
{
    static const struct {
        const char *pattern, *name;
        bool fits17, fits21;
    } cases[] = {
        {"server.test", "SERVER.test", true, true},
        {"*.test", "server.test", true, true},
        {"*.test", "a.server.test", false, false},
        {"s*.test", "server.test", true, true},
        {"s*r.test", "server.test", true, true},
        {"s*x.test", "server.test", false, false},
        {"server*.test", "server.test", true, true},
        {"ab*ba.test", "aba.test", false, false},
        {"a*b*.test", "axbx.test", true, true},
        {"a.*.test", "a.b.test", true, false},
        {"*.b*.test", "a.bc.test", true, false},
        {"*", "localhost", false, false},
        {"*.", "localhost", false, false},
        {"a.*", "a.test", false, false},
        {"server.test", "server.test.x", false, false},
        {"server.test.", "server.test", false, false},
        {".test", "server.test", false, false},
        {" ", "server.test", false, false},
        {"*_x.test", "a_x.test", false, false},
        {"", "server.test", false, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ck_assert_msg(dns_fits(java17, cases[i].pattern, cases[i].name) == cases[i].fits17, "17: %s %s",
                      cases[i].pattern, cases[i].name);
        ck_assert_msg(dns_fits(java21, cases[i].pattern, cases[i].name) == cases[i].fits21, "21: %s %s",
                      cases[i].pattern, cases[i].name);
        ck_assert_msg(common_fits(cases[i].pattern, cases[i].name) == cases[i].fits21, "CN: %s %s",
                      cases[i].pattern, cases[i].name);
    }
}
END_TEST

START_TEST(punycode_is_undone)
{
    static const struct {
        const char *pattern, *name;
        bool fits;
    } cases[] = {
        {"xn--bcher-kva.test", "XN--BCHER-KVA.test", true},
        {"x*.test", "xn--bcher-kva.test", false}, /* it begins with a b */
        {"b*.test", "xn--bcher-kva.test", true},
        {"*.test", "xn--bcher-kva.test", true},
        {"b\xC3\xBC"
         "cher.test",
         "xn--bcher-kva.test", true},
        {"B\xC3\xBC"
         "CHER.test",
         "xn--bcher-kva.test", true},
        {"b\xC3\x9C"
         "cher.test",
         "xn--bcher-kva.test", false}, /* a capital: not known how a JVM folds it */
        {"b\xC3.test", "xn--bcher-kva.test", false},
        {"xn--zzzzzzz9999.test", "xn--zzzzzzz9999.test", true}, /* decodes to nothing */
        {"x*.test", "xn--zzzzzzz9999.test", false},
        {"*.test", "xn--zzzzzzz9999.test", true},
        {"xn--99999999999999999999999999.test", "xn--99999999999999999999999999.test", true},
        {"xn--nxasmq6*.test", "xn--nxasmq6b.test", false}, /* a JVM reads the one and not the other */
        {"xn--nxasmq6b*.test", "xn--nxasmq6b.test", false},
        {"xn--*-.test", "server.test", false},         /* ASCII alone: a JVM leaves it as it is */
        {"xn--s--okx.test", "xn--s--okx.test", false}, /* what it stands for ends with "-" */
        {"*.test", "xn--s--okx.test", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_msg(common_fits(cases[i].pattern, cases[i].name) == cases[i].fits, "%s %s",
                      cases[i].pattern, cases[i].name);
    ck_assert(!dns_fits(java21,
                        "b\xC3\xBC"
                        "cher.test",
                        "xn--bcher-kva.test"));
}
END_TEST

START_TEST(some_names_fit_nothing)
{
    static const struct {
        const char *name, *flaw;
    } cases[] = {
        {"server.test", NULL},
        {"10.0.0.1", NULL},
        {"::1", NULL},
        {"se--rver.1234", NULL},
        {"my_server.test", "underscore"},
        {"-a.test", "begins or ends with"},
        {"a-.test", "begins or ends with"},
        {"a..test", "empty"},
        {"a b.test", "other characters"},
        {"127.1", "only digits"},
        {"1234", "only digits"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test", "longer than 63"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *flaw = java_name_flaw(cases[i].name);
        ck_assert_msg((flaw == NULL) == (cases[i].flaw == NULL), "%s: %s", cases[i].name,
                      flaw ? flaw : "none");
        if (flaw) {
            expect_contains(flaw, cases[i].flaw);
            ck_assert(!dns_fits(java21, cases[i].name, cases[i].name));
        }
    }
}
END_TEST

START_TEST(addresses_are_compared_as_such)
{
    struct certificate certificate = {0};

    strings_add(&certificate.addresses, "127.0.0.1", 9);
    ck_assert(java_name_fits(java21, &certificate, "127.0.0.1"));
    ck_assert(java_name_fits(java21, &certificate, "::ffff:127.0.0.1"));
    ck_assert(!java_name_fits(java21, &certificate, "127.0.0.2"));
    ck_assert(!java_name_fits(java21, &certificate, "::1"));
    strings_add(&certificate.addresses, "::1", 3);
    ck_assert(java_name_fits(java21, &certificate, "0:0:0:0:0:0:0:1"));
    strings_clear(&certificate.addresses);
    certificate.last_common_name = xstrdup("10.0.0.1");
    ck_assert(!java_name_fits(java21, &certificate, "10.0.0.1"));
    free(certificate.last_common_name);
}
END_TEST

SUITE("java_name", wildcards_stand_for_parts_of_a_label, punycode_is_undone, some_names_fit_nothing,
      addresses_are_compared_as_such)
