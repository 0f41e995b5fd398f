#include "tests/unit/message.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

enum { TTL = 30 };

ares_dns_record_t *message_new(const char *name, enum dns_type type, int rcode)
{
    return message_new_with(name, type, rcode, ARES_FLAG_QR | ARES_FLAG_RA);
}

ares_dns_record_t *message_new_with(const char *name, enum dns_type type, int rcode, unsigned short flags)
{
    ares_dns_record_t *message = NULL;

    ck_assert_int_eq(ares_dns_record_create(&message, 1, flags, ARES_OPCODE_QUERY, (ares_dns_rcode_t)rcode),
                     ARES_SUCCESS);
    ck_assert_int_eq(ares_dns_record_query_add(message, name, (ares_dns_rec_type_t)type, ARES_CLASS_IN),
                     ARES_SUCCESS);
    return message;
}

static ares_dns_rr_t *add(ares_dns_record_t *message, ares_dns_section_t section, const char *owner, int type,
                          uint32_t ttl)
{
    ares_dns_rr_t *record = NULL;

    ck_assert_int_eq(ares_dns_record_rr_add(&record, message, section, owner, (ares_dns_rec_type_t)type,
                                            ARES_CLASS_IN, ttl),
                     ARES_SUCCESS);
    return record;
}

static void set_text(ares_dns_rr_t *record, ares_dns_rr_key_t key, const char *value)
{
    ck_assert_int_eq(ares_dns_rr_set_str(record, key, value), ARES_SUCCESS);
}

static void set_address(ares_dns_rr_t *record, enum dns_type type, const char *value)
{
    struct in_addr v4;
    struct ares_in6_addr v6;

    ck_assert_int_eq(
        inet_pton(type == DNS_A ? AF_INET : AF_INET6, value, type == DNS_A ? (void *)&v4 : (void *)&v6), 1);
    if (type == DNS_A)
        ares_dns_rr_set_addr(record, ARES_RR_A_ADDR, &v4);
    else
        ares_dns_rr_set_addr6(record, ARES_RR_AAAA_ADDR, &v6);
}

static void set_srv(ares_dns_rr_t *record, const char *value)
{
    unsigned short priority, weight, port;
    char target[256];

    ck_assert_int_eq(sscanf(value, "%hu %hu %hu %255s", &priority, &weight, &port, target), 4);
    ares_dns_rr_set_u16(record, ARES_RR_SRV_PRIORITY, priority);
    ares_dns_rr_set_u16(record, ARES_RR_SRV_WEIGHT, weight);
    ares_dns_rr_set_u16(record, ARES_RR_SRV_PORT, port);
    set_text(record, ARES_RR_SRV_TARGET, target);
}

static void set_mx(ares_dns_rr_t *record, const char *value)
{
    unsigned short preference;
    char exchange[256];

    ck_assert_int_eq(sscanf(value, "%hu %255s", &preference, exchange), 2);
    ares_dns_rr_set_u16(record, ARES_RR_MX_PREFERENCE, preference);
    set_text(record, ARES_RR_MX_EXCHANGE, exchange);
}

void message_add(ares_dns_record_t *message, const char *owner, enum dns_type type, const char *value)
{
    size_t length = strlen(value);

    if (type == DNS_TXT)
        message_add_txt(message, owner, &value, &length, 1);
    else
        message_add_in(message, ARES_SECTION_ANSWER, owner, type, value);
}

void message_add_in(ares_dns_record_t *message, ares_dns_section_t section, const char *owner,
                    enum dns_type type, const char *value)
{
    ares_dns_rr_t *record = add(message, section, owner, (int)type, TTL);

    switch (type) {
    case DNS_A:
    case DNS_AAAA:
        set_address(record, type, value);
        break;
    case DNS_CNAME:
        set_text(record, ARES_RR_CNAME_CNAME, value);
        break;
    case DNS_NS:
        set_text(record, ARES_RR_NS_NSDNAME, value);
        break;
    case DNS_PTR:
        set_text(record, ARES_RR_PTR_DNAME, value);
        break;
    case DNS_MX:
        set_mx(record, value);
        break;
    case DNS_SRV:
        set_srv(record, value);
        break;
    case DNS_TXT:
        break;
    }
}

void message_add_txt(ares_dns_record_t *message, const char *owner, const char *const *strings,
                     const size_t *lengths, size_t count)
{
    ares_dns_rr_t *record = add(message, ARES_SECTION_ANSWER, owner, DNS_TXT, TTL);

    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(
            ares_dns_rr_add_abin(record, ARES_RR_TXT_DATA, (const unsigned char *)strings[i], lengths[i]),
            ARES_SUCCESS);
}

void message_add_soa(ares_dns_record_t *message, const char *zone, uint32_t ttl)
{
    ares_dns_rr_t *record = add(message, ARES_SECTION_AUTHORITY, zone, ARES_REC_TYPE_SOA, ttl);

    set_text(record, ARES_RR_SOA_MNAME, "ns.test");
    set_text(record, ARES_RR_SOA_RNAME, "hostmaster.test");
    ares_dns_rr_set_u32(record, ARES_RR_SOA_SERIAL, 1);
    ares_dns_rr_set_u32(record, ARES_RR_SOA_REFRESH, 7200);
    ares_dns_rr_set_u32(record, ARES_RR_SOA_RETRY, 1800);
    ares_dns_rr_set_u32(record, ARES_RR_SOA_EXPIRE, 86400);
    ares_dns_rr_set_u32(record, ARES_RR_SOA_MINIMUM, 30);
}

ares_dns_record_t *message_parsed(ares_dns_record_t *message)
{
    unsigned char *bytes = NULL;
    size_t length = 0;
    ares_dns_record_t *parsed = NULL;

    ck_assert_int_eq(ares_dns_write(message, &bytes, &length), ARES_SUCCESS);
    ares_dns_record_destroy(message);
    ck_assert_int_eq(ares_dns_parse(bytes, length, 0, &parsed), ARES_SUCCESS);
    ares_free_string(bytes);
    return parsed;
}
