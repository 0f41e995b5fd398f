#include "cmd/wait-for-dns/records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/net/address.h"

#include "common/base/banned.h"

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_./", c));
}

/* Adds a name as in RFC 1035, 5.1: a byte that is not a letter, digit, hyphen, underscore, slash (RFC 2317) or dot between
 * labels becomes \DDD. A label may contain any byte, and a blank would make one record look like two. c-ares has escaped some
 * bytes already, as \DDD or \X. */
static void add_name(struct buf *text, const char *name)
{
    while (*name != '\0') {
        bool escape = name[0] == '\\' && name[1] != '\0';
        if (escape && strspn(name + 1, "0123456789") >= 3) {
            buf_add(text, name, 4);
            name += 4;
            continue;
        }
        name += escape;
        if (is_name_byte(*name) && !escape)
            buf_add(text, name, 1);
        else
            buf_add_format(text, "\\%03u", (unsigned)(unsigned char)*name);
        name++;
    }
}

/* How many numbers precede the name in the text of a record; -1 when the record has no name. */
static int numbers_before_name(enum dns_type type)
{
    switch (type) {
    case DNS_CNAME:
    case DNS_NS:
    case DNS_PTR:
        return 0;
    case DNS_MX:
        return 1;
    case DNS_SRV:
        return 3;
    case DNS_A:
    case DNS_AAAA:
    case DNS_TXT:
        break;
    }
    return -1;
}

/* The text of a record with its name escaped; the caller frees it. */
static char *plain_text(enum dns_type type, const char *value)
{
    int numbers = numbers_before_name(type);
    const char *name = value;
    struct buf text;

    if (numbers < 0)
        return xstrdup(value);
    for (; numbers > 0 && strchr(name, ' '); numbers--)
        name = strchr(name, ' ') + 1;
    buf_init(&text, SIZE_MAX / 2);
    buf_add(&text, value, (size_t)(name - value));
    add_name(&text, name);
    return text.data;
}

static void records_add(struct records *records, enum dns_type type, const char *value)
{
    records->items[records->count++] = (struct record){.type = type, .value = plain_text(type, value)};
}

static int compare(const void *a, const void *b)
{
    const struct record *left = a, *right = b;

    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
    return strcmp(left->value, right->value);
}

static void records_sort(struct records *records)
{
    size_t kept = 0;

    qsort(records->items, records->count, sizeof *records->items, compare);
    for (size_t i = 0; i < records->count; i++) {
        if (kept > 0 && compare(&records->items[kept - 1], &records->items[i]) == 0)
            free(records->items[i].value);
        else
            records->items[kept++] = records->items[i];
    }
    records->count = kept;
}

void records_from_result(struct records *records, const struct dns_result *result)
{
    size_t count = 0;

    for (size_t i = 0; i < result->answer_count; i++)
        count += result->answers[i].count;
    *records = (struct records){.items = xcalloc(count, sizeof *records->items)};
    for (size_t i = 0; i < result->answer_count; i++)
        if (!answer_is_settled(result->answers[i].status) && result->answers[i].status != ANSWER_NONE)
            records->unanswered = result->answers[i].type;
    for (size_t i = 0; i < result->answer_count; i++)
        for (size_t j = 0; j < result->answers[i].count; j++)
            records_add(records, result->answers[i].type, result->answers[i].records[j]);
    records_sort(records);
}

void records_from_addresses(struct records *records, const struct address *addresses, size_t count)
{
    char text[ADDRESS_TEXT];

    *records = (struct records){.items = xcalloc(count, sizeof *records->items)};
    for (size_t i = 0; i < count; i++)
        records_add(records, address_family(&addresses[i]) == AF_INET ? DNS_A : DNS_AAAA,
                    address_format(&addresses[i], text));
    records_sort(records);
}

void records_free(struct records *records)
{
    for (size_t i = 0; i < records->count; i++)
        free(records->items[i].value);
    free(records->items);
    *records = (struct records){0};
}

static bool same_address(const char *a, const char *b)
{
    struct address left, right;

    return address_parse(a, 0, &left) && address_parse(b, 0, &right) && address_same(&left, &right);
}

/* The name of --expect may be written with or without escapes. */
static bool name_is(const struct record *record, const char *expected)
{
    char *name = plain_text(record->type, expected);
    bool same = hostname_same(record->value, name);

    free(name);
    return same;
}

bool record_is(const struct record *record, const char *expected)
{
    const char *host = strrchr(record->value, ' ');

    switch (record->type) {
    case DNS_A:
    case DNS_AAAA:
        return same_address(record->value, expected);
    case DNS_TXT:
        return strcmp(record->value, expected) == 0;
    case DNS_MX:
    case DNS_SRV:
        return hostname_same(record->value, expected) || (host && hostname_same(host + 1, expected));
    case DNS_CNAME:
    case DNS_NS:
    case DNS_PTR:
        return name_is(record, expected);
    }
    return false;
}

static bool records_have(const struct records *records, const char *expected)
{
    for (size_t i = 0; i < records->count; i++)
        if (record_is(&records->items[i], expected))
            return true;
    return false;
}

static bool records_have_type(const struct records *records, enum dns_type type)
{
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i].type == type)
            return true;
    return false;
}

static bool check_families(const struct records *records, struct reason *why)
{
    static const enum dns_type both[] = {DNS_A, DNS_AAAA};

    for (size_t i = 0; i < 2; i++) {
        if (records_have_type(records, both[i]))
            continue;
        if (records->unanswered == both[i]) {
            reason_set(why, CODE_FAILED, "has %s, but the question for %s is not answered",
                       dns_type_name(both[!i]), dns_type_name(both[i]));
            return false;
        }
        reason_set(why, CODE_FAILED, "has %s, but no %s record", dns_type_name(both[!i]),
                   dns_type_name(both[i]));
        reason_hint(why, "is the cluster dual-stack, and the Service's ipFamilyPolicy too?");
        return false;
    }
    return true;
}

enum outcome records_judge(const struct records_rules *rules, const struct records *records,
                           struct reason *why)
{
    if (rules->gone) {
        reason_set(why, CODE_FAILED, "is still there:");
        reason_detail(why, " %.100s", records->items[0].value);
        return ATTEMPT_RETRY;
    }
    if (rules->both_families && !check_families(records, why))
        return ATTEMPT_RETRY;
    if (records->count < rules->min_records) {
        reason_set(why, CODE_FAILED, "%zu record%s, %zu wanted", records->count,
                   records->count == 1 ? "" : "s", rules->min_records);
        reason_hint(why, "a headless Service has a record for each ready pod: are enough of them ready?");
        return ATTEMPT_RETRY;
    }
    for (size_t i = 0; i < rules->expect->count; i++) {
        if (records_have(records, rules->expect->items[i]))
            continue;
        reason_set(why, CODE_FAILED, "%.200s is not among its records", rules->expect->items[i]);
        reason_detail(why, ": %.100s%s", records->items[0].value, records->count > 1 ? ", ..." : "");
        return ATTEMPT_RETRY;
    }
    return ATTEMPT_OK;
}
