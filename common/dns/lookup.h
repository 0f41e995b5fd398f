/* Finds the addresses of a host as an app would: a literal address, /etc/hosts, DNS. */
#ifndef COMMON_DNS_LOOKUP_H
#define COMMON_DNS_LOOKUP_H

#include "common/base/reason.h"
#include "common/dns/dns.h"
#include "common/net/address.h"

/* The same for all lookups of a run. */
struct lookup_plan {
    struct dns_resolver *resolver;
    bool search;              /* use the search list */
    int family;               /* AF_UNSPEC, AF_INET, AF_INET6 */
    bool all;                 /* all addresses are wanted: wait for both families */
    bool scouts;              /* the host may be missing for long; see dns_memory.h */
    bool gone;                /* a missing name is wanted: memory is not used */
    const char *hosts_path;   /* HOSTS_FILE, except in tests */
    struct reason no_servers; /* why DNS cannot be asked; an empty text when it can */
};

struct lookup {
    const struct lookup_plan *plan;
    /* Called once, from the loop or from lookup_start: with at least one address, in the order in which to try them (RFC 8305),
     * or with none and `why`. The callee may change the addresses, but must not keep the pointer. */
    void (*on_end)(void *owner, struct address *addresses, size_t count, const struct reason *why);
    void *owner;

    enum answer_status status; /* of DNS, if it was asked */
    bool from_hosts;           /* the addresses come from the hosts file */
    struct dns_lookup *dns;    /* NULL when none is under way */
    char host[HOSTNAME_SIZE];  /* the last host, to which the members below belong */
    struct dns_negative negative;
    struct dns_memory memory;
    uint16_t port;
};

/* Begins a lookup. `lookup` has its plan, callback and owner. `patience`: milliseconds to wait for the other family once one
 * has an address. */
void lookup_start(struct lookup *lookup, const char *host, uint16_t port, int64_t patience, int64_t deadline);

/* Ends a lookup that is under way, without calling on_end. */
void lookup_cancel(struct lookup *lookup);

/* Whether DNS would be asked for this host. */
bool lookup_needs_dns(const struct lookup_plan *plan, const char *host);

#endif
