/* The records that a name has, and whether they are what was waited for: pure. */
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
    char *
        value; /* a name in it holds no blank and nothing that a shell acts on: \DDD stands for such a byte */
};

/* Sorted by type and value, each once: a set that the server turns round is the same set. */
struct records {
    struct record *items;
    size_t count;
    enum dns_type unanswered; /* a type whose question has no clear answer; 0: none */
};

/* What must be true of them. */
struct records_rules {
    bool gone;                    /* there must be none */
    bool both_families;           /* A and AAAA */
    size_t min_records;           /* distinct ones */
    const struct strings *expect; /* these must be among them */
};

/* Takes copies of what a look-up or a hosts file has. Free with records_free. */
void records_from_result(struct records *records, const struct dns_result *result);
void records_from_addresses(struct records *records, const struct address *addresses, size_t count);
void records_free(struct records *records);

/* ATTEMPT_OK, or ATTEMPT_RETRY with why. `records` is not empty. */
enum outcome records_judge(const struct records_rules *rules, const struct records *records,
                           struct reason *why);

/* Whether `expected` is `record`: addresses compare as addresses, names without case and trailing dot; for MX and SRV the
 * host alone is enough. */
bool record_is(const struct record *record, const char *expected);

#endif
