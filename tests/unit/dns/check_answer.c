#include "common/dns/answer.h"

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
    ck_assert_int_eq(answer.status, ANSWER_ALIAS);
    begin("db.test", DNS_A, 0); /* the end of the chain exists */
    message_add(message, "db.test", DNS_CNAME, "empty.test");
    message_add_soa(message, "test", 23);
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_NO_DATA);
}
END_TEST

START_TEST(aliases_in_a_circle)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_CNAME, "b.test");
    message_add(message, "b.test", DNS_CNAME, "db.test");
    read_as("db.test");
    ck_assert(!answer_is_settled(answer.status));
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_CNAME, "db.test");
    read_as("db.test");
    ck_assert(!answer_is_settled(answer.status));
}
END_TEST

/* In any order, but not without bound: 2,700 of them in the wrong order took 1.2 s. */
START_TEST(aliases_are_bounded)
{
    for (int links = ANSWER_ALIASES; links <= ANSWER_ALIASES + 1; links++) {
        begin("0.test", DNS_A, 0);
        char owner[16], target[16];
        snprintf(owner, sizeof owner, "%d.test", links);
        message_add(message, owner, DNS_A, "10.0.0.1");
        for (int i = links - 1; i >= 0; i--) {
            snprintf(owner, sizeof owner, "%d.test", i);
            snprintf(target, sizeof target, "%d.test", i + 1);
            message_add(message, owner, DNS_CNAME, target);
        }
        ck_assert_str_eq(read_as("0.test"), links == ANSWER_ALIASES ? "10.0.0.1" : "");
        ck_assert_int_eq(answer.status, links == ANSWER_ALIASES ? ANSWER_RECORDS : ANSWER_CHAIN);
    }
}
END_TEST

/* RFC 2308, 2.2: what is "no data", and what only looks like it. */
START_TEST(what_is_no_data)
{
    enum { RA = ARES_FLAG_QR | ARES_FLAG_RA, AA = ARES_FLAG_QR | ARES_FLAG_AA, NEITHER = ARES_FLAG_QR };
    static const struct {
        unsigned short flags;
        bool soa, ns, address; /* in the additional section */
        enum answer_status status;
    } cases[] = {
        {RA, true, false, false, ANSWER_NO_DATA},
        {AA, true, false, false, ANSWER_NO_DATA},
        {NEITHER, true, true, false, ANSWER_NO_DATA},
        {RA, false, false, false, ANSWER_NO_DATA},
        {AA, false, false, false, ANSWER_NO_DATA},
        {NEITHER, false, false, false, ANSWER_LAME},
        {RA, false, true, false, ANSWER_REFERRAL},
        {NEITHER, false, true, false, ANSWER_REFERRAL},
        {AA, false, true, false, ANSWER_NO_DATA},
        {AA, true, false, true, ANSWER_OTHER},
        {RA, false, false, true, ANSWER_OTHER},
        {0, true, false, false, ANSWER_REFLECTED},
        {RA | ARES_FLAG_TC, true, false, false, ANSWER_TRUNCATED},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        message = message_new_with("db.test", DNS_A, 0, cases[i].flags);
        answer = (struct answer){.type = DNS_A};
        if (cases[i].soa)
            message_add_soa(message, "test", 23);
        if (cases[i].ns)
            message_add_in(message, ARES_SECTION_AUTHORITY, "test", DNS_NS, "ns.test");
        if (cases[i].address)
            message_add_in(message, ARES_SECTION_ADDITIONAL, "db.test", DNS_A, "10.0.0.1");
        read_as("db.test");
        ck_assert_msg(answer.status == cases[i].status, "case %zu: %d", i, (int)answer.status);
    }
}
END_TEST

START_TEST(answers_that_hold_something_else)
{
    begin("db.test", DNS_A, 0);
    message_add(message, "db.test", DNS_AAAA, "::1");
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_OTHER);
    begin("db.test", DNS_A, 3); /* no such name, and here it is */
    message_add(message, "db.test", DNS_A, "10.0.0.1");
    read_as("db.test");
    ck_assert_int_eq(answer.status, ANSWER_OTHER);
}
END_TEST

START_TEST(services_that_are_published_as_not_available)
{
    static const struct {
        enum dns_type type;
        const char *value;
    } cases[] = {{DNS_MX, "0 ."}, {DNS_SRV, "0 0 0 ."}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        begin("db.test", cases[i].type, 0);
        message_add(message, "db.test", cases[i].type, cases[i].value);
        read_as("db.test");
        ck_assert_int_eq(answer.status, ANSWER_NO_DATA);
        ck_assert(answer.unavailable);
    }
}
END_TEST

static const struct dns_question question = {.name = "db.test", .type = DNS_A, .id = 1};

/* Writes the message and takes it as an answer to the question. */
static bool take(void)
{
    unsigned char *bytes = NULL;
    size_t length = 0;

    ck_assert_int_eq(ares_dns_write(message, &bytes, &length), ARES_SUCCESS);
    ares_dns_record_destroy(message);
    bool taken = answer_take(&answer, bytes, length, &question);
    ares_free_string(bytes);
    answer_free(&answer);
    return taken;
}

START_TEST(answers_to_other_questions_are_passed_over)
{
    begin("db.test", DNS_A, 3);
    ck_assert(take());
    ck_assert_int_eq(answer.status, ANSWER_NXDOMAIN);
    begin("DB.test", DNS_A, 3);
    ck_assert(take());
    begin("other.test", DNS_A, 3);
    ck_assert(!take());
    begin("db.test", DNS_AAAA, 3);
    ck_assert(!take());
    begin("db.test", DNS_A, 3);
    ares_dns_record_set_id(message, 2);
    ck_assert(!take());
}
END_TEST

START_TEST(a_question_that_comes_back_is_passed_over)
{
    message = message_new_with("db.test", DNS_A, 0, ARES_FLAG_RD);
    answer = (struct answer){.type = DNS_A};
    ck_assert(!take());
    ck_assert_int_eq(answer.status, ANSWER_REFLECTED);
}
END_TEST

/* An alias, by a compressed name, and an address of `size` bytes. */
static enum answer_status take_address_of(unsigned char type, unsigned char size)
{
    static const unsigned char head[] = {0,   1,   0x80, 0x80, 0,   1,   0,   2, 0, 0, 0, 0, 2,
                                         'd', 'b', 4,    't',  'e', 's', 't', 0, 0, 0, 0, 1};
    static const unsigned char alias[] = {0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 30, 0, 4, 1, 'x', 0xC0, 15};
    static const unsigned char owner[] = {0xC0, 37, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0};
    unsigned char bytes[sizeof head + sizeof alias + sizeof owner + 32] = {0}, *at = bytes;
    struct dns_question asked = {.name = "db.test", .type = type, .id = 1};

    memcpy(at, head, sizeof head);
    at[22] = type;
    at += sizeof head;
    memcpy(at, alias, sizeof alias);
    at += sizeof alias;
    memcpy(at, owner, sizeof owner);
    at[3] = type;
    at[11] = size;
    answer = (struct answer){.type = (enum dns_type)type};
    ck_assert(answer_take(&answer, bytes, sizeof head + sizeof alias + sizeof owner + size, &asked));
    enum answer_status status = answer.status;
    answer_free(&answer);
    return status;
}

START_TEST(addresses_have_their_length)
{
    ck_assert_int_eq(take_address_of(DNS_A, 4), ANSWER_RECORDS);
    ck_assert_int_eq(take_address_of(DNS_A, 3), ANSWER_GARBLED);
    ck_assert_int_eq(take_address_of(DNS_A, 5), ANSWER_GARBLED);
    ck_assert_int_eq(take_address_of(DNS_A, 16), ANSWER_GARBLED);
    ck_assert_int_eq(take_address_of(DNS_AAAA, 16), ANSWER_RECORDS);
    ck_assert_int_eq(take_address_of(DNS_AAAA, 17), ANSWER_GARBLED);
}
END_TEST

START_TEST(answers_without_the_question)
{
    static const struct {
        unsigned char flags[2];
        enum answer_status status;
    } cases[] = {
        {{0x80, 0x82}, ANSWER_SERVFAIL}, {{0x80, 0x85}, ANSWER_REFUSED}, {{0x80, 0x81}, ANSWER_RCODE},
        {{0x80, 0x84}, ANSWER_RCODE},    {{0x80, 0x80}, ANSWER_GARBLED}, {{0x80, 0x83}, ANSWER_GARBLED},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char bytes[12] = {0, 1, cases[i].flags[0], cases[i].flags[1]};
        answer = (struct answer){.type = DNS_A};
        ck_assert(answer_take(&answer, bytes, sizeof bytes, &question));
        ck_assert_int_eq(answer.status, cases[i].status);
        for (size_t length = 0; length < sizeof bytes; length++) {
            answer = (struct answer){.type = DNS_A};
            ck_assert(answer_take(&answer, bytes, length, &question) == (length >= 2));
            ck_assert(!answer_is_settled(answer.status));
        }
    }
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

SUITE("answer", addresses_have_their_length, records_of_each_type_as_text,
      only_the_type_and_the_name_that_were_asked_for, repeats_count_once_in_the_servers_order,
      aliases_are_followed, aliases_that_lead_nowhere, aliases_in_a_circle, aliases_are_bounded,
      what_is_no_data, answers_that_hold_something_else, services_that_are_published_as_not_available,
      answers_to_other_questions_are_passed_over, a_question_that_comes_back_is_passed_over,
      answers_without_the_question, a_thousand_records, texts_of_any_bytes, a_text_of_a_whole_messages_size,
      response_codes, how_long_a_negative_answer_stays, types_by_name, what_settles_a_question)
