#include "common/dns/answer_records.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/net/hostname.h"

#include "common/base/banned.h"

enum {
    RECORDS_MOST = 8192,     /* a message of 64 KiB holds about half as many */
    RECORD_MAX = 256 * 1024, /* bytes of the text of a record: a whole message, escaped */
    REPEAT = '\x01',         /* marks a repeated record as its first byte; escaped text never contains it */
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

/* Adds any bytes as in RFC 1035, 5.1: those that are not printable as \DDD, so that the text is a C string. */
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

/* Joins the strings of one TXT record (RFC 7208, 3.3). */
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

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Removes repeated records (RFC 2181, 5). Sorting pointers finds them in n log n; the others keep the server's order. */
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

/* Whether the record says that the service does not exist: a null MX (RFC 7505), or an SRV with the target "." (RFC 2782). */
static bool is_unavailable(const ares_dns_rr_t *record, enum dns_type type)
{
    const char *host = type == DNS_MX    ? ares_dns_rr_get_str(record, ARES_RR_MX_EXCHANGE)
                       : type == DNS_SRV ? ares_dns_rr_get_str(record, ARES_RR_SRV_TARGET)
                                         : "a host";

    return !host || *host == '\0' || strcmp(host, ".") == 0;
}

static void collect_record(struct answer *answer, const ares_dns_rr_t *record, struct buf *text)
{
    uint32_t ttl = ares_dns_rr_get_ttl(record);

    if (is_unavailable(record, answer->type)) {
        answer->unavailable = true;
        return;
    }
    buf_clear(text);
    add_record(text, record, answer->type);
    answer->ttl = answer->count == 0 || ttl < answer->ttl ? ttl : answer->ttl;
    answer->records[answer->count++] = xstrdup(text->data);
}

void answer_collect(struct answer *answer, const ares_dns_record_t *message, const char *owner)
{
    size_t count = ares_dns_record_rr_cnt(message, ARES_SECTION_ANSWER);
    struct buf text;

    if (count > RECORDS_MOST)
        count = RECORDS_MOST;
    answer->records = xcalloc(count, sizeof *answer->records);
    buf_init(&text, RECORD_MAX);
    for (size_t i = 0; i < count; i++) {
        const ares_dns_rr_t *record = ares_dns_record_rr_get_const(message, ARES_SECTION_ANSWER, i);
        if ((int)ares_dns_rr_get_type(record) == (int)answer->type &&
            hostname_same(ares_dns_rr_get_name(record), owner))
            collect_record(answer, record, &text);
    }
    buf_free(&text);
    drop_repeats(answer);
}

void answer_drop_records(struct answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        free(answer->records[i]);
    free(answer->records);
    answer->records = NULL;
    answer->count = 0;
}
