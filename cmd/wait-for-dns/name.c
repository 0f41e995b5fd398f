#include "cmd/wait-for-dns/name.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/dns/hosts.h"
#include "common/net/race.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { FOUND_VALUE = 120 }; /* bytes of a record on the ready line; only TXT records are longer */

/* --- the operand --- */

/* RFC 1035, 3.5: the bytes in reverse order, below in-addr.arpa. */
static void reverse_v4(const struct in_addr *address, char name[HOSTNAME_SIZE])
{
    const unsigned char *bytes = (const unsigned char *)address;

    snprintf(name, HOSTNAME_SIZE, "%u.%u.%u.%u.in-addr.arpa.", bytes[3], bytes[2], bytes[1], bytes[0]);
}

/* RFC 3596, 2.5: the nibbles in reverse order, below ip6.arpa. */
static void reverse_v6(const struct in6_addr *address, char name[HOSTNAME_SIZE])
{
    size_t length = 0;

    for (int i = 15; i >= 0; i--)
        length += (size_t)snprintf(name + length, HOSTNAME_SIZE - length, "%x.%x.",
                                   address->s6_addr[i] & 0xFu, address->s6_addr[i] >> 4);
    snprintf(name + length, HOSTNAME_SIZE - length, "ip6.arpa.");
}

static bool take_address(const char *text, struct name *name, struct reason *why)
{
    struct address address;

    if (!address_parse(text, 0, &address))
        return false;
    if (!name->typed || name->type != DNS_PTR)
        return reason_set(why, CODE_USAGE, "an address needs no lookup; write %.60s/PTR for its reverse name",
                          text);
    snprintf(name->label, sizeof name->label, "%.*s", ADDRESS_TEXT, text);
    if (address_family(&address) == AF_INET)
        reverse_v4(&address.socket.v4.sin_addr, name->host);
    else
        reverse_v6(&address.socket.v6.sin6_addr, name->host);
    return true;
}

bool name_parse(const char *operand, const char *pod_namespace, struct name *name, struct reason *why)
{
    char text[2 * HOSTNAME_SIZE];
    const char *slash = strrchr(operand, '/');
    size_t length = slash ? (size_t)(slash - operand) : strlen(operand);

    if (!target_refuse_foreign(operand, "NAME or NAME/TYPE", why))
        return false;
    name->typed = slash != NULL;
    if (slash && !dns_type_parse(slash + 1, &name->type))
        return reason_set(why, CODE_USAGE,
                          "\"%.*s\" is not a record type: expected A, AAAA, CNAME, MX, NS, TXT, SRV or PTR",
                          target_shown_length(slash + 1), slash + 1);
    if (length >= sizeof text)
        return reason_set(why, CODE_USAGE, "the name is longer than 253 bytes");
    snprintf(text, sizeof text, "%.*s", (int)length, operand);
    why->text[0] = '\0';
    if (take_address(text, name, why))
        return true;
    if (why->text[0] != '\0' || !hostname_parse(text, pod_namespace, name->host, why))
        return false;
    snprintf(name->label, sizeof name->label, "%s", name->host);
    return true;
}

/* --- the attempt --- */

static void name_end_ok(struct name *name, struct records *records)
{
    records_free(&name->records);
    if (name->plan->keeps)
        name->records = *records;
    else
        records_free(records);
    wait_attempt_ended(&name->base, ATTEMPT_OK, NULL);
}

/* "mydb.ns.svc.cluster.local has 10.0.0.1 and 2 more": the candidate that answered is named because of the search list. */
static void name_note_found(struct name *name, const struct records *records, const char *candidate)
{
    const char *value = records->items[0].value;
    bool cut = strlen(value) > FOUND_VALUE;
    size_t more = records->count - 1;
    int length = snprintf(name->found, sizeof name->found, "%s has %.*s%s", candidate, FOUND_VALUE, value,
                          cut ? "..." : "");

    if (more > 0)
        snprintf(name->found + length, sizeof name->found - (size_t)length, " and %zu more", more);
    reason_defuse(name->found);
    name->base.found = name->found;
}

/* Judges records, and takes their ownership. */
static void name_judge(struct name *name, struct records *records, const char *candidate)
{
    struct records_rules rules = name->plan->rules;
    struct reason why;

    rules.both_families = rules.both_families && !name->typed;
    if (records_judge(&rules, records, &why) == ATTEMPT_OK) {
        name_note_found(name, records, candidate);
        name_end_ok(name, records);
        return;
    }
    records_free(records);
    reason_wrap(&why, "%s", candidate);
    wait_attempt_ended(&name->base, ATTEMPT_RETRY, &why);
}

/* --gone: the name still exists. */
static void name_end_there(struct name *name, const struct dns_result *result)
{
    const struct answer *answer = result->answers[0].count > 0 ? &result->answers[0] : &result->answers[1];
    struct reason why;

    reason_set(&why, CODE_FAILED, "is still there%s:", result->cached ? " in the server's cache" : "");
    if (result->exists)
        reason_detail(&why, " %s", result->candidate);
    else
        reason_detail(&why, " %.100s", answer->records[0]);
    if (result->cached)
        reason_hint(&why, "it is gone, but apps will find it for %u s more", answer->ttl);
    wait_attempt_ended(&name->base, ATTEMPT_RETRY, &why);
}

static void name_on_result(void *owner, const struct dns_result *result)
{
    struct name *name = owner;
    struct records none = {0}, records;
    struct reason why;

    name->lookup = NULL;
    name->base.wants_time = result->status == ANSWER_SILENT;
    if (result->status == ANSWER_RECORDS && name->plan->rules.gone) {
        name_end_there(name, result);
    } else if (result->status == ANSWER_RECORDS) {
        records_from_result(&records, result);
        name_judge(name, &records, result->candidate);
    } else if (name->plan->rules.gone && answer_is_negative(result->status)) {
        name_end_ok(name, &none);
    } else {
        dns_reason(result, &name->negative, deadline_now(), &why);
        wait_attempt_ended(&name->base, ATTEMPT_RETRY, &why);
    }
}

static bool wants_type(const struct name *name, enum dns_type type)
{
    if (name->typed)
        return name->type == type;
    return name->plan->types[0] == type || (name->plan->type_count > 1 && name->plan->types[1] == type);
}

/* True when the hosts file has the name; the attempt has then ended. */
static bool name_try_hosts(struct name *name)
{
    struct address found[HOSTS_ADDRESSES];
    bool v4 = wants_type(name, DNS_A), v6 = wants_type(name, DNS_AAAA);
    struct records records;

    if (!name->plan->use_hosts || (!v4 && !v6))
        return false;
    size_t count = hosts_lookup(name->plan->hosts_path, name->host,
                                v4 && v6 ? AF_UNSPEC
                                : v4     ? AF_INET
                                         : AF_INET6,
                                found);
    if (count == 0)
        return false;
    records_from_addresses(&records, found, count);
    name_judge(name, &records, name->plan->hosts_path);
    return true;
}

void name_start(struct wait_target *target, int64_t deadline)
{
    struct name *name = (struct name *)target;
    const struct name_plan *plan = name->plan;
    struct dns_request request = {
        .name = name->host,
        .search = plan->search,
        .types = {plan->types[0], plan->types[1]},
        .type_count = plan->type_count,
        .first_is_enough = !plan->all_records,
        .patience = plan->all_records ? 0 : RACE_PATIENCE,
        .gone = plan->rules.gone,
        .memory = &name->memory,
        .scouts = plan->scouts,
    };

    if (name->typed) {
        request.types[0] = name->type;
        request.type_count = 1;
    }
    if (!name_try_hosts(name))
        name->lookup = dns_lookup_start(plan->resolver, &request, deadline, name_on_result, name);
}

void name_cancel(struct wait_target *target, struct reason *doing)
{
    struct name *name = (struct name *)target;

    reason_set(doing, CODE_FAILED, "asking for %s", name->host);
    if (name->lookup)
        dns_lookup_cancel(name->lookup);
    name->lookup = NULL;
}
