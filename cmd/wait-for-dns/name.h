/* One operand, NAME[/TYPE], and the attempts at it. */
#ifndef WAIT_FOR_DNS_NAME_H
#define WAIT_FOR_DNS_NAME_H

#include "cmd/wait-for-dns/records.h"
#include "common/dns/dns.h"
#include "common/run/wait.h"

/* The same for all names of a run. */
struct name_plan {
    struct loop *loop;
    struct dns_resolver *resolver;
    bool search;    /* --no-search is off */
    bool scouts;    /* not --once: the name may be missing for long (dns_memory.h) */
    bool use_hosts; /* --hosts */
    const char *hosts_path;
    enum dns_type types[DNS_TYPES]; /* for a name without TYPE */
    size_t type_count;
    bool
        all_records; /* do not stop at the first family that has some: they are counted, compared or written */
    bool keeps;      /* records are written at the end; else nobody keeps what servers choose the size of */
    struct records_rules rules;
};

struct name {
    struct wait_target base;
    char *shown; /* owned; what base.name points at */
    const struct name_plan *plan;
    char host[HOSTNAME_SIZE]; /* what is asked for */
    char label
        [HOSTNAME_SIZE]; /* what it is called in what is written: as the user said it, %n filled in, no TYPE */
    bool typed;
    enum dns_type type;

    struct dns_lookup *lookup; /* while an attempt is under way */
    struct dns_negative negative;
    struct dns_memory memory;
    struct records records;        /* of the last attempt that was OK, if the plan keeps them */
    char found[2 * HOSTNAME_SIZE]; /* which candidate has which record */
};

/* Parses an operand into name->host, label, typed and type. An address with /PTR becomes its reverse name. False (CODE_USAGE) fills
 * `why`. */
bool name_parse(const char *operand, const char *pod_namespace, struct name *name, struct reason *why);

/* The two halves of an attempt, as struct wait calls them. */
void name_start(struct wait_target *target, int64_t deadline);
void name_cancel(struct wait_target *target, struct reason *doing);

#endif
