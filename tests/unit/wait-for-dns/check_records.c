#include "cmd/wait-for-dns/records.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "tests/unit/suite.h"

static struct records records;
static struct reason why;
static const struct strings nothing;

/* Takes records given as "TYPE VALUE" with commas; the order is the server's. */
static void set_records(const char *list)
{
    struct dns_result result = {.answer_count = 2};
    char copy[1024], *rest = copy, *word;
    char *kept[2][16];

    snprintf(copy, sizeof copy, "%s", list);
    while ((word = strsep(&rest, ","))) {
        char *value = strchr(word, ' ');
        enum dns_type type;
        *value++ = '\0';
        ck_assert(dns_type_parse(word, &type));
        size_t which = result.answers[0].count > 0 && result.answers[0].type != type;
        result.answers[which].type = type;
        result.answers[which].records = kept[which];
        kept[which][result.answers[which].count++] = value;
    }
    records_free(&records);
    records_from_result(&records, &result);
}

static const char *joined(void)
{
    static char all[1024];
    size_t length = 0;

    all[0] = '\0';
    for (size_t i = 0; i < records.count; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s %s", i > 0 ? "," : "",
                                   dns_type_name(records.items[i].type), records.items[i].value);
    return all;
}

START_TEST(a_name_is_one_word)
{
    static const char *const cases[][2] = {
        {"PTR a b.test", "PTR a\\032b.test"},
        {"CNAME $(id).`x`.*.test", "CNAME \\036\\040id\\041.\\096x\\096.\\042.test"},
        {"NS a'b\".test", "NS a\\039b\\034.test"},
        {"MX 10 a b", "MX 10 a\\032b"},
        {"SRV 0 5 80 a b c", "SRV 0 5 80 a\\032b\\032c"},
        {"PTR a\\032b\\010c", "PTR a\\032b\\010c"}, /* as c-ares escapes what is not printable */
        {"PTR a\\.b\\\\c\\@d", "PTR a\\046b\\092c\\064d"},
        {"PTR a\\", "PTR a\\092"},
        {"PTR 0/25.2.0.192.in-addr.arpa", "PTR 0/25.2.0.192.in-addr.arpa"},
        {"CNAME _a-B.9.", "CNAME _a-B.9."},
        {"TXT a b 'c'", "TXT a b 'c'"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        set_records(cases[i][0]);
        ck_assert_str_eq(joined(), cases[i][1]);
    }
    set_records("PTR My Printer.test");
    ck_assert(record_is(&records.items[0], "my printer.test."));
    ck_assert(record_is(&records.items[0], "My\\032Printer.test"));
    ck_assert(!record_is(&records.items[0], "My-Printer.test"));
}
END_TEST

static enum outcome judged(struct records_rules rules)
{
    rules.expect = rules.expect ? rules.expect : &nothing;
    rules.min_records = rules.min_records ? rules.min_records : 1;
    why = (struct reason){0};
    return records_judge(&rules, &records, &why);
}

START_TEST(the_same_set_however_the_server_turns_it)
{
    char first[1024];

    set_records("A 10.0.0.2,A 10.0.0.1,AAAA ::1,A 10.0.0.2");
    ck_assert_uint_eq(records.count, 3);
    snprintf(first, sizeof first, "%s", joined());
    ck_assert_str_eq(first, "A 10.0.0.1,A 10.0.0.2,AAAA ::1");
    set_records("A 10.0.0.1,A 10.0.0.2,AAAA ::1");
    ck_assert_str_eq(joined(), first);
    records_free(&records);
    ck_assert_uint_eq(records.count, 0);
}
END_TEST

START_TEST(from_a_hosts_file)
{
    struct address addresses[2];

    ck_assert(address_parse("::1", 0, &addresses[0]));
    ck_assert(address_parse("10.0.0.1", 0, &addresses[1]));
    records_from_addresses(&records, addresses, 2);
    ck_assert_str_eq(joined(), "A 10.0.0.1,AAAA ::1");
    records_free(&records);
}
END_TEST

START_TEST(any_record_is_enough)
{
    set_records("A 10.0.0.1");
    ck_assert_int_eq(judged((struct records_rules){0}), ATTEMPT_OK);
    records_free(&records);
}
END_TEST

START_TEST(what_is_still_there_is_not_gone)
{
    set_records("A 10.0.0.1,A 10.0.0.2");
    ck_assert_int_eq(judged((struct records_rules){.gone = true}), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "is still there:");
    ck_assert_str_eq(why.detail, " 10.0.0.1");
    records_free(&records);
}
END_TEST

START_TEST(both_families)
{
    set_records("A 10.0.0.1,AAAA ::1");
    ck_assert_int_eq(judged((struct records_rules){.both_families = true}), ATTEMPT_OK);
    set_records("A 10.0.0.1,A 10.0.0.2");
    ck_assert_int_eq(judged((struct records_rules){.both_families = true}), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "has A, but no AAAA record");
    set_records("AAAA ::1");
    ck_assert_int_eq(judged((struct records_rules){.both_families = true}), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "has AAAA, but no A record");
    expect_contains(why.hint, "dual-stack");
    records_free(&records);
}
END_TEST

START_TEST(at_least_so_many_distinct_ones)
{
    set_records("A 10.0.0.1,A 10.0.0.2,A 10.0.0.2");
    ck_assert_int_eq(judged((struct records_rules){.min_records = 2}), ATTEMPT_OK);
    ck_assert_int_eq(judged((struct records_rules){.min_records = 3}), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "2 records, 3 wanted");
    set_records("A 10.0.0.1");
    judged((struct records_rules){.min_records = 3});
    ck_assert_str_eq(why.text, "1 record, 3 wanted");
    records_free(&records);
}
END_TEST

START_TEST(all_expected_ones_must_be_there)
{
    char one[] = "10.0.0.1", two[] = "10.0.0.9";
    char *items[] = {one, two};
    struct strings expect = {.items = items, .count = 1};

    set_records("A 10.0.0.2,A 10.0.0.1");
    ck_assert_int_eq(judged((struct records_rules){.expect = &expect}), ATTEMPT_OK);
    expect.count = 2;
    ck_assert_int_eq(judged((struct records_rules){.expect = &expect}), ATTEMPT_RETRY);
    ck_assert_str_eq(why.text, "10.0.0.9 is not among its records");
    ck_assert_str_eq(why.detail, ": 10.0.0.1, ...");
    records_free(&records);
}
END_TEST

START_TEST(what_counts_as_the_expected_record)
{
    static const struct {
        enum dns_type type;
        const char *value, *expected;
        bool same;
    } cases[] = {
        {DNS_A, "10.0.0.1", "10.0.0.1", true},
        {DNS_A, "10.0.0.1", "10.0.0.10", false},
        {DNS_A, "10.0.0.1", "mydb", false},
        {DNS_AAAA, "2001:db8::1", "2001:0DB8:0:0::1", true},
        {DNS_AAAA, "::ffff:10.0.0.1", "10.0.0.1", false},
        {DNS_CNAME, "db.test", "DB.Test.", true},
        {DNS_CNAME, "db.test", "db.test.x", false},
        {DNS_NS, "ns.test", "ns.test.", true},
        {DNS_PTR, "host.test", "HOST.test", true},
        {DNS_MX, "10 mail.test", "10 mail.test.", true},
        {DNS_MX, "10 mail.test", "mail.test", true},
        {DNS_MX, "10 mail.test", "20 mail.test", false},
        {DNS_SRV, "0 0 3306 db.test", "db.test.", true},
        {DNS_SRV, "0 0 3306 db.test", "0 0 3306 DB.test", true},
        {DNS_SRV, "0 0 3306 db.test", "3306 db.test", false},
        {DNS_TXT, "v=1", "v=1", true},
        {DNS_TXT, "v=1", "V=1", false},
        {DNS_TXT, "v=1", "v=1.", false},
        {DNS_TXT, "", "", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct record record = {.type = cases[i].type, .value = xstrdup(cases[i].value)};
        ck_assert_msg(record_is(&record, cases[i].expected) == cases[i].same, "%s and %s", cases[i].value,
                      cases[i].expected);
        free(record.value);
    }
}
END_TEST

SUITE("records", a_name_is_one_word, the_same_set_however_the_server_turns_it, from_a_hosts_file,
      any_record_is_enough, what_is_still_there_is_not_gone, both_families, at_least_so_many_distinct_ones,
      all_expected_ones_must_be_there, what_counts_as_the_expected_record)
