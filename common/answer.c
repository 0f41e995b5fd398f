#include "common/answer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/resolvconf.h"

#include "common/banned.h"

enum {
    RECORDS_MOST = 8192,     /* a message of 64 KiB holds about half as many */
    RECORD_MAX = 256 * 1024, /* a text of one record: a message's worth, escaped */
    REPEAT = '\x01', /* first byte of a text that is another's repeat; escaping keeps it out of others */
};

static const struct {
    enum dns_type type;
    const char *name;
} types[] = {
    {DNS_A, "A"},   {DNS_AAAA, "AAAA"}, {DNS_CNAME, "CNAME"}, {DNS_MX, "MX"},
    {DNS_NS, "NS"}, {DNS_PTR, "PTR"},   {DNS_SRV, "SRV"},     {DNS_TXT, "TXT"},
};

bool dns_type_parse(const char *text, enum dns_type *type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcasecmp(text, types[i].name) != 0)
            continue;
        *type = types[i].type;
        return true;
    }
    return false;
}

const char *dns_type_name(enum dns_type type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].type == type)
            return types[i].name;
    return "?";
}

bool answer_is_negative(enum answer_status status)
{
    return status == ANSWER_NO_DATA || status == ANSWER_NXDOMAIN;
}

bool answer_is_settled(enum answer_status status)
{
    return status == ANSWER_RECORDS || answer_is_negative(status);
}

/* Any bytes, as RFC 1035, 5.1 writes them: what is not printable as \DDD, so that the text is a C string. */
static void add_escaped(struct buf *text, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\\')
            buf_add_text(text, "\\\\");
        else if (bytes[i] >= 0x20 && bytes[i] != 0x7F && bytes[i] < 0x80)
            buf_add(text, &bytes[i], 1);
        else
            buf_add_format(text, "\\%03u", bytes[i]);
    }
}

/* The strings of one TXT record belong together (RFC 7208, 3.3). */
static void add_txt(struct buf *text, const ares_dns_rr_t *record)
{
    size_t count = ares_dns_rr_get_abin_cnt(record, ARES_RR_TXT_DATA);

    for (size_t i = 0; i < count; i++) {
        size_t length = 0;
        const unsigned char *bytes = ares_dns_rr_get_abin(record, ARES_RR_TXT_DATA, i, &length);
        if (bytes)
            add_escaped(text, bytes, length);
    }
}

static void add_name(struct buf *text, const ares_dns_rr_t *record, ares_dns_rr_key_t key)
{
    const char *name = ares_dns_rr_get_str(record, key);

    buf_add_text(text, name && *name != '\0' ? name : ".");
}

static void add_record(struct buf *text, const ares_dns_rr_t *record, enum dns_type type)
{
    char address[INET6_ADDRSTRLEN];

    switch (type) {
    case DNS_A:
        inet_ntop(AF_INET, ares_dns_rr_get_addr(record, ARES_RR_A_ADDR), address, sizeof address);
        buf_add_text(text, address);
        break;
    case DNS_AAAA:
        inet_ntop(AF_INET6, ares_dns_rr_get_addr6(record, ARES_RR_AAAA_ADDR), address, sizeof address);
        buf_add_text(text, address);
        break;
    case DNS_CNAME:
        add_name(text, record, ARES_RR_CNAME_CNAME);
        break;
    case DNS_NS:
        add_name(text, record, ARES_RR_NS_NSDNAME);
        break;
    case DNS_PTR:
        add_name(text, record, ARES_RR_PTR_DNAME);
        break;
    case DNS_MX:
        buf_add_format(text, "%u ", ares_dns_rr_get_u16(record, ARES_RR_MX_PREFERENCE));
        add_name(text, record, ARES_RR_MX_EXCHANGE);
        break;
    case DNS_SRV:
        buf_add_format(text, "%u %u %u ", ares_dns_rr_get_u16(record, ARES_RR_SRV_PRIORITY),
                       ares_dns_rr_get_u16(record, ARES_RR_SRV_WEIGHT),
                       ares_dns_rr_get_u16(record, ARES_RR_SRV_PORT));
        add_name(text, record, ARES_RR_SRV_TARGET);
        break;
    case DNS_TXT:
        add_txt(text, record);
        break;
    }
}

/* The name that `name` leads to through the answer's CNAME records. A chain has at most as many links as there are
 * records, so a loop ends. */
static const char *follow_aliases(const ares_dns_record_t *message, const char *name)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_ANSWER);

    for (size_t step = 0; step < count; step++) {
        const char *next = NULL;
        for (size_t i = 0; i < count && !next; i++) {
            const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_ANSWER, i);
            if (ares_dns_rr_get_type(record) == ARES_REC_TYPE_CNAME &&
                dns_name_same(ares_dns_rr_get_name(record), name))
                next = ares_dns_rr_get_str(record, ARES_RR_CNAME_CNAME);
        }
        if (!next)
            break;
        name = next;
    }
    return name;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Servers that repeat a record do not make it two: RFC 2181, 5. Sorting pointers tells repeats in n log n; the
 * server's order is kept for what stays. */
static void drop_repeats(struct answer *answer)
{
    char **sorted = xcalloc(answer->count, sizeof *sorted);
    size_t kept = 0;

    memcpy(sorted, answer->records, answer->count * sizeof *sorted);
    qsort(sorted, answer->count, sizeof *sorted, compare_texts);
    for (size_t i = 1; i < answer->count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            sorted[i - 1][0] = REPEAT;
    for (size_t i = 0; i < answer->count; i++) {
        if (answer->records[i][0] != REPEAT)
            answer->records[kept++] = answer->records[i];
        else
            free(answer->records[i]);
    }
    answer->count = kept;
    free(sorted);
}

static void collect_records(struct answer *answer, const ares_dns_record_t *message, const char *name)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_ANSWER);
    const char *owner = answer->type == DNS_CNAME ? name : follow_aliases(message, name);
    struct buf text;

    if (count > RECORDS_MOST)
        count = RECORDS_MOST;
    answer->records = xcalloc(count, sizeof *answer->records);
    buf_init(&text, RECORD_MAX);
    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_ANSWER, i);
        if ((int)ares_dns_rr_get_type(record) != (int)answer->type ||
            !dns_name_same(ares_dns_rr_get_name(record), owner))
            continue;
        buf_clear(&text);
        add_record(&text, record, answer->type);
        answer->records[answer->count++] = xstrdup(text.data);
    }
    buf_free(&text);
    drop_repeats(answer);
}

static void read_negative_ttl(struct answer *answer, const ares_dns_record_t *message)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_AUTHORITY);

    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_AUTHORITY, i);
        if (ares_dns_rr_get_type(record) != ARES_REC_TYPE_SOA)
            continue;
        answer->has_negative_ttl = true;
        answer->negative_ttl = ares_dns_rr_get_ttl(record);
    }
}

static enum answer_status status_of(ares_dns_rcode_t rcode, bool any)
{
    switch ((int)rcode) {
    case ARES_RCODE_NOERROR:
        return any ? ANSWER_RECORDS : ANSWER_NO_DATA;
    case ARES_RCODE_NXDOMAIN:
        return ANSWER_NXDOMAIN;
    case ARES_RCODE_SERVFAIL:
        return ANSWER_SERVFAIL;
    case ARES_RCODE_REFUSED:
        return ANSWER_REFUSED;
    default:
        return ANSWER_RCODE;
    }
}

void answer_read(struct answer *answer, const ares_dns_record_t *message, const char *name)
{
    ares_dns_rcode_t rcode = ares_dns_record_get_rcode(message);

    if (rcode == ARES_RCODE_NOERROR)
        collect_records(answer, message, name);
    answer->rcode = (int)rcode;
    answer->status = status_of(rcode, answer->count > 0);
    if (answer_is_negative(answer->status))
        read_negative_ttl(answer, message);
}

void answer_read_status(struct answer *answer, ares_status_t status)
{
    switch ((int)status) {
    case ARES_ETIMEOUT:
        answer->status = ANSWER_SILENT;
        break;
    case ARES_ECONNREFUSED:
        answer->status = ANSWER_UNREACHABLE;
        break;
    default:
        answer->status = ANSWER_GARBLED;
        break;
    }
}

void answer_free(struct answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        free(answer->records[i]);
    free(answer->records);
    answer->records = NULL;
    answer->count = 0;
}
