/* One operand, NAME[/TYPE], and its attempts. */
#ifndef WAIT_FOR_DNS_NAME_H
#define WAIT_FOR_DNS_NAME_H

#include "cmd/wait-for-dns/records.h"
#include "common/dns/dns.h"
#include "common/run/wait.h"

/* The same for all names of a run. */
struct name_plan {
    struct loop *loop;
    struct dns_resolver *resolver;
    bool search;    /* use the search list */
    bool scouts;    /* not --once: the name may be missing for long (dns_memory.h) */
    bool use_hosts; /* --hosts */
    const char *hosts_path;
    enum dns_type types[DNS_TYPES]; /* for a name without TYPE */
    size_t type_count;
    /* Do not stop at the first family with records: they are counted, compared or written. */
    bool all_records;
    bool keeps; /* keep the records, to write them at the end; their size is chosen by servers */
    struct records_rules rules;
};

struct name {
    struct wait_target base;
    const struct name_plan *plan;
    char host[HOSTNAME_SIZE]; /* the name that is asked for */
    /* The name in files that are written: as the user wrote it, but with %n replaced and without TYPE. */
    char label[HOSTNAME_SIZE];
    bool typed;
    enum dns_type type;

    struct dns_lookup *lookup; /* while an attempt is under way */
    struct dns_negative negative;
    struct dns_memory memory;
    struct records records;        /* of the last attempt that was OK, if the plan keeps them */
    char found[2 * HOSTNAME_SIZE]; /* which candidate has which record, for base.found */
};

/* Parses an operand into the members host, label, typed and type. An address with /PTR becomes its reverse name. False
 * (CODE_USAGE) fills `why`. */
bool name_parse(const char *operand, const char *pod_namespace, struct name *name, struct reason *why);

/* The functions `start` and `cancel` of struct wait. */
void name_start(struct wait_target *target, int64_t deadline);
void name_cancel(struct wait_target *target, struct reason *doing);

#endif
