#include "common/answer.h"

#include <stdio.h>

#include "tests/unit/message.h"
#include "tests/unit/suite.h"

static struct answer answer;
static ares_dns_record_t *message;

static void begin(const char *name, enum dns_type type, int rcode)
{
    message = message_new(name, type, rcode);
    answer = (struct answer){.type = type};
}

/* Reads the message as an answer to `name`; the records, with commas. Releases both. */
static const char *read_as(const char *name)
{
    static char all[256 * 1024];
    size_t length = 0;

    message = message_parsed(message);
    answer_read(&answer, message, name);
    all[0] = '\0';
    for (size_t i = 0; i < answer.count; i++)
        length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", i > 0 ? "," : "",
                                   answer.records[i]);
    ares_dns_record_destroy(message);
    answer_free(&answer);
    return all;
}

START_TEST(records_of_each_type_as_text)
{
    static const struct {
        enum dns_type type;
        const char *value;
    } cases[] = {
        {DNS_A, "10.0.0.1"},       {DNS_AAAA, "2001:db8::1"},
        {DNS_CNAME, "other.test"}, {DNS_NS, "ns.test"},
        {DNS_PTR, "host.test"},    {DNS_MX, "10 mail.test"},
        {DNS_TXT, "v=spf1 -all"},  {DNS_SRV, "0 65535 3306 db.test"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin("db.test", cases[i].type, 0);
        message_add(message, "db.test", cases[i].type, cases[i].value);
        ck_assert_str_eq(read_as("db.test"), cases[i].value);
        ck_assert_int_eq(answer.status, ANSWER_RECORDS);
    }
}
END_TEST

START_TEST(only_the_type_and_the_name_that_were_asked_for)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_AAAA, "::1");
    message_add(message, "evil.test", DNS_A, "10.0.0.66");
    message_add(message, "DB.Test", DNS_A, "10.0.0.1");
    ck_assert_str_eq(read_as("db.test."), "10.0.0.1");
}
END_TEST

START_TEST(repeats_count_once_in_the_servers_order)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_A, "10.0.0.3");
    message_add(message, "db.test", DNS_A, "10.0.0.1");
    message_add(message, "db.test", DNS_A, "10.0.0.2");
    message_add(message, "db.test", DNS_A, "10.0.0.1");
    message_add(message, "db.test", DNS_A, "10.0.0.1");
    const char *all = read_as("db.test");
    ck_assert_msg(strcmp(all, "10.0.0.3,10.0.0.1,10.0.0.2") == 0 ||
                      strcmp(all, "10.0.0.3,10.0.0.2,10.0.0.1") == 0,
                  "%s", all);
    begin("db.test", DNS_TXT, 0);
    message_add(message, "db.test", DNS_TXT, "");
    message_add(message, "db.test", DNS_TXT, "");
    ck_assert_str_eq(read_as("db.test"), "");
}
END_TEST

START_TEST(aliases_are_followed)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "c.test", DNS_A, "10.0.0.1");
    message_add(message, "b.test", DNS_CNAME, "c.test");
    message_add(message, "DB.test", DNS_CNAME, "B.test");
    ck_assert_str_eq(read_as("db.test"), "10.0.0.1");
    begin("db.test", DNS_CNAME, 0);
    message_add(message, "db.test", DNS_CNAME, "b.test");
    message_add(message, "b.test", DNS_CNAME, "c.test");
    ck_assert_str_eq(read_as("db.test"), "b.test");
}
END_TEST

START_TEST(aliases_that_lead_nowhere)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_CNAME, "gone.test");
    message_add(message, "other.test", DNS_A, "10.0.0.1");
    ck_assert_str_eq(read_as("db.test"), "");
    ck_assert_int_eq(answer.status, ANSWER_NO_DATA);
}
END_TEST

START_TEST(aliases_in_a_circle)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_CNAME, "b.test");
    message_add(message, "b.test", DNS_CNAME, "db.test");
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_NO_DATA);
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_CNAME, "db.test");
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_NO_DATA);
}
END_TEST

START_TEST(a_thousand_records)
{
    char value[32];

    begin("db.test", DNS_A, 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(value, sizeof value, "10.1.%d.%d", i / 250, i % 250);
        message_add(message, "db.test", DNS_A, value);
    }
    message = message_parsed(message);
    answer_read(&answer, message, "db.test");
    ck_assert_uint_eq(answer.count, 1000);
    ck_assert_str_eq(answer.records[0], "10.1.0.0");
    ck_assert_str_eq(answer.records[999], "10.1.3.249");
    ares_dns_record_destroy(message);
    answer_free(&answer);
    ck_assert_uint_eq(answer.count, 0);
}
END_TEST

START_TEST(texts_of_any_bytes)
{
    static const char *const parts[] = {"a\0b", "\xC3\xA9\x01\x7F", "back\\slash\""};
    static const size_t lengths[] = {3, 4, 11};
    char long_text[255];
    const char *longest = long_text;
    size_t length = sizeof long_text;

    begin("db.test", DNS_TXT, 0);
    message_add_txt(message, "db.test", parts, lengths, 3);
    ck_assert_str_eq(read_as("db.test"), "a\\000b\\195\\169\\001\\127back\\\\slash\"");
    memset(long_text, 0xFF, sizeof long_text);
    begin("db.test", DNS_TXT, 0);
    message_add_txt(message, "db.test", &longest, &length, 1);
    ck_assert_uint_eq(strlen(read_as("db.test")), 4 * sizeof long_text);
}
END_TEST

START_TEST(a_text_of_a_whole_messages_size)
{
    enum { PARTS = 200 };
    const char *parts[PARTS];
    size_t lengths[PARTS];
    char part[255];

    memset(part, '\\', sizeof part);
    for (int i = 0; i < PARTS; i++) {
        parts[i] = part;
        lengths[i] = sizeof part;
    }
    begin("db.test", DNS_TXT, 0);
    message_add_txt(message, "db.test", parts, lengths, PARTS);
    ck_assert_uint_eq(strlen(read_as("db.test")), 2 * PARTS * sizeof part);
}
END_TEST

START_TEST(response_codes)
{
    static const struct {
        int rcode;
        enum answer_status status;
    } cases[] = {
        {0, ANSWER_NO_DATA}, {1, ANSWER_RCODE},   {2, ANSWER_SERVFAIL}, {3, ANSWER_NXDOMAIN},
        {4, ANSWER_RCODE},   {5, ANSWER_REFUSED}, {9, ANSWER_RCODE},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin("db.test", DNS_A, cases[i].rcode);
        read_as("db.test");
        ck_assert_int_eq(answer.status, cases[i].status);
        ck_assert_int_eq(answer.rcode, cases[i].rcode);
    }
    begin("db.test", DNS_A, 3); /* NXDOMAIN for the alias's target, as servers say it */
    message_add(message, "db.test", DNS_CNAME, "gone.test");
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_NXDOMAIN);
}
END_TEST

START_TEST(how_long_a_negative_answer_stays)
{
    begin("db.test", DNS_A, 3);
    message_add_soa(message, "test", 23);
    read_as("db.test");
    ck_assert(answer.has_negative_ttl);
    ck_assert_uint_eq(answer.negative_ttl, 23);
    begin("db.test", DNS_A, 0);
    message_add_soa(message, "test", 0);
    read_as("db.test");
    ck_assert(answer.has_negative_ttl);
    ck_assert_uint_eq(answer.negative_ttl, 0);
    begin("db.test", DNS_A, 3);
    read_as("db.test");
    ck_assert(!answer.has_negative_ttl);
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_A, "10.0.0.1");
    message_add_soa(message, "test", 23);
    read_as("db.test");
    ck_assert(!answer.has_negative_ttl);
}
END_TEST

START_TEST(the_librarys_own_trouble)
{
    static const struct {
        ares_status_t status;
        enum answer_status means;
    } cases[] = {
        {ARES_ETIMEOUT, ANSWER_SILENT},  {ARES_ECONNREFUSED, ANSWER_UNREACHABLE},
        {ARES_EBADRESP, ANSWER_GARBLED}, {ARES_EBADNAME, ANSWER_GARBLED},
        {ARES_EFORMERR, ANSWER_GARBLED},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        answer = (struct answer){.type = DNS_A};
        answer_read_status(&answer, cases[i].status);
        ck_assert_int_eq(answer.status, cases[i].means);
        ck_assert_uint_eq(answer.count, 0);
    }
}
END_TEST

START_TEST(types_by_name)
{
    static const char *const names[] = {"A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"};
    enum dns_type type;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        ck_assert(dns_type_parse(names[i], &type));
        ck_assert_str_eq(dns_type_name(type), names[i]);
    }
    ck_assert(dns_type_parse("aaaa", &type));
    ck_assert_int_eq(type, DNS_AAAA);
    ck_assert(!dns_type_parse("SOA", &type));
    ck_assert(!dns_type_parse("", &type));
    ck_assert(!dns_type_parse("AA", &type));
}
END_TEST

START_TEST(what_settles_a_question)
{
    ck_assert(answer_is_settled(ANSWER_RECORDS));
    ck_assert(answer_is_settled(ANSWER_NO_DATA));
    ck_assert(answer_is_settled(ANSWER_NXDOMAIN));
    for (int status = ANSWER_SERVFAIL; status <= ANSWER_SILENT; status++) {
        ck_assert(!answer_is_settled((enum answer_status)status));
        ck_assert(!answer_is_negative((enum answer_status)status));
    }
    ck_assert(!answer_is_settled(ANSWER_NONE));
    ck_assert(!answer_is_negative(ANSWER_RECORDS));
}
END_TEST

SUITE("answer", records_of_each_type_as_text, only_the_type_and_the_name_that_were_asked_for,
      repeats_count_once_in_the_servers_order, aliases_are_followed, aliases_that_lead_nowhere,
      aliases_in_a_circle, a_thousand_records, texts_of_any_bytes, a_text_of_a_whole_messages_size,
      response_codes, how_long_a_negative_answer_stays, the_librarys_own_trouble, types_by_name,
      what_settles_a_question)
