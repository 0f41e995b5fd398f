#include "common/trust/java_rules.h"

#include <string.h>

#include "common/trust/java_distrust.h"
#include "tests/unit/suite.h"

static struct java_version version(const char *text)
{
    struct java_version parsed = {0};

    ck_assert_msg(java_version_parse(text, &parsed), "%s", text);
    return parsed;
}

START_TEST(versions_are_trains_with_updates)
{
    static const char *const wrong[] = {"",      "8",   "11",   "16",         "18",     "22",     "24",
                                        "1.8.0", "17.", "17.0", "17.0.",      "17.1.3", "17.0.x", "17.0.1-ea",
                                        "x",     "17 ", "100",  "17.0.99999", "21.0.-1"};
    struct java_version parsed;

    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        ck_assert_msg(!java_version_parse(wrong[i], &parsed), "%s", wrong[i]);
    ck_assert_int_eq(version("17").update, JAVA_NEWEST);
    ck_assert_int_eq(version("17.0.15").update, 15);
    ck_assert_int_eq(version("21.0.13.1").update, 13);
    ck_assert_int_eq(version("25").train, 25);
    ck_assert_int_eq(version("27").train, 25);
    ck_assert_int_eq(version("26.0.1").update, JAVA_NEWEST);
    ck_assert(java_version_is_later("26") && java_version_is_later("27.0.1"));
    ck_assert(!java_version_is_later("25") && !java_version_is_later("17.0.30") &&
              !java_version_is_later("x"));
    ck_assert_int_eq(java_version_newest(version("17.0.2")).train, 17);
    ck_assert_int_eq(java_version_newest(version("17.0.2")).update, JAVA_NEWEST);
}
END_TEST

START_TEST(each_rule_is_there_for_each_version)
{
    static const char *const versions[] = {"17.0.0",  "17.0.15", "17.0.18", "17",     "21.0.0", "21.0.9",
                                           "21.0.10", "21",      "25.0.0",  "25.0.5", "25",     "30"};

    for (size_t i = 0; i <= COUNT_OF(versions); i++) {
        struct java_version one = i < COUNT_OF(versions) ? version(versions[i]) : (struct java_version){0};
        for (int rule = JAVA_CHAIN_MOST; rule <= JAVA_STORE_DIGESTS; rule++)
            ck_assert(java_source(one, (enum java_rule)rule) != NULL);
        ck_assert_int_eq(java_number(one, JAVA_CHAIN_MOST), 10);
        ck_assert(java_lists(one, JAVA_CURVES, "prime256v1"));
        ck_assert(!java_lists(one, JAVA_CURVES, "secp256k1"));
        ck_assert(!java_lists(one, JAVA_CURVES, "prime256"));
        ck_assert(!java_lists(one, JAVA_CURVES, ""));
        ck_assert(!java_lists(one, JAVA_DIGESTS, "MD5"));
        ck_assert(!java_lists(one, JAVA_WARNINGS, "112"));
        ck_assert(java_lists(one, JAVA_WARNINGS, "90"));
    }
}
END_TEST

START_TEST(updates_change_rules)
{
    static const struct {
        const char *version;
        bool static_rsa, sha1, sha224, everywhere, limits, hybrid, pbmac1;
    } cases[] = {
        {"17.0.15", true, true, true, true, false, false, false},
        {"17.0.16", true, true, false, true, true, false, false},
        {"17.0.18", false, false, false, true, true, false, false},
        {"17", false, false, false, true, true, false, false},
        {"21.0.9", true, true, false, false, true, false, false},
        {"21.0.10", false, false, false, false, true, false, false},
        {"25.0.3", false, false, false, false, false, false, false},
        {"25.0.4", false, false, false, false, true, false, false},
        {"25", false, false, false, false, true, true, true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct java_version one = version(cases[i].version);
        ck_assert_msg(!strstr(java_text(one, JAVA_CIPHERS), "!kRSA") == cases[i].static_rsa, "%s",
                      cases[i].version);
        ck_assert(!!strstr(java_text(one, JAVA_SCHEMES), "SHA1") == cases[i].sha1);
        ck_assert(java_lists(one, JAVA_DIGESTS_13, "SHA224") == cases[i].sha224);
        ck_assert(java_lists(one, JAVA_DIGESTS, "SHA224"));
        ck_assert((java_number(one, JAVA_LEFT_WILDCARDS) == 0) == cases[i].everywhere);
        ck_assert_msg((java_number(one, JAVA_WILDCARD_LIMITS) == 1) == cases[i].limits, "%s",
                      cases[i].version);
        ck_assert(!!strstr(java_text(one, JAVA_GROUPS), "X25519MLKEM768") == cases[i].hybrid);
        ck_assert(java_lists(one, JAVA_STORE_DIGESTS, "PBMAC1") == cases[i].pbmac1);
    }
}
END_TEST

START_TEST(some_certificates_are_blocked)
{
    static const char always[] = "03db9e5e79fe6117177f81c11595af598cb176af766290dbceb2c318b32e39a2",
                      lately[] = "0164d7ceae5bb909c272af151ff44b1177ae9b47d9424b94f1d9558c30934d19";
    static const char *const with[] = {"17", "17.0.16", "21", "25.0.5", "26"}, *const without[] = {"17.0.15",
                                                                                                   "25.0.3"};
    struct java_version both = {0};

    ck_assert(java_blocks(both, always) && java_blocks(both, lately));
    for (size_t i = 0; i < COUNT_OF(with); i++)
        ck_assert_msg(java_blocks(version(with[i]), always) && java_blocks(version(with[i]), lately), "%s",
                      with[i]);
    for (size_t i = 0; i < COUNT_OF(without); i++)
        ck_assert_msg(java_blocks(version(without[i]), always) && !java_blocks(version(without[i]), lately),
                      "%s", without[i]);
    ck_assert(!java_blocks(both, ""));
    ck_assert(!java_blocks(both, always + 1)); /* it has to begin with one */
}
END_TEST

SUITE("java_rules", versions_are_trains_with_updates, each_rule_is_there_for_each_version,
      updates_change_rules, some_certificates_are_blocked)
