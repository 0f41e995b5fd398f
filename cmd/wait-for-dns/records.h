/* The records of a name, and whether they fulfil the conditions. Pure functions. */
#ifndef WAIT_FOR_DNS_RECORDS_H
#define WAIT_FOR_DNS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/cli/options.h"
#include "common/dns/dns.h"
#include "common/dns/hosts.h"

struct record {
    enum dns_type type;
    /* Blanks and bytes with a meaning for a shell are written as \DDD in names. */
    char *value;
};

/* Sorted by type and value, without repeats: the order in which a server sends them does not matter. */
struct records {
    struct record *items;
    size_t count;
    enum dns_type unanswered; /* a type without a clear answer; 0: none */
};

/* The conditions. */
struct records_rules {
    bool gone;                    /* there must be none */
    bool both_families;           /* A and AAAA */
    size_t min_records;           /* distinct ones */
    const struct strings *expect; /* these must be among them */
};

/* Copy the records of a lookup or of a hosts file. Free them with records_free. */
void records_from_result(struct records *records, const struct dns_result *result);
void records_from_addresses(struct records *records, const struct address *addresses, size_t count);
void records_free(struct records *records);

/* ATTEMPT_OK, or ATTEMPT_RETRY and `why`. `records` is not empty. */
enum outcome records_judge(const struct records_rules *rules, const struct records *records,
                           struct reason *why);

/* Whether `record` is the one that --expect names. Addresses are compared as addresses, names without case and trailing dot.
 * For MX and SRV the host is enough. */
bool record_is(const struct record *record, const char *expected);

#endif
