/* The addresses of a host, as an app would find them: a literal address, /etc/hosts, DNS. */
#ifndef COMMON_DNS_LOOKUP_H
#define COMMON_DNS_LOOKUP_H

#include "common/base/reason.h"
#include "common/dns/dns.h"
#include "common/net/address.h"

/* The same for all lookups of a run. */
struct lookup_plan {
    struct dns_resolver *resolver;
    bool search;              /* --no-search is off */
    int family;               /* AF_UNSPEC, AF_INET, AF_INET6 */
    bool all;                 /* every address counts: all families are waited for */
    bool scouts;              /* the host may be missing for long: see dns_memory.h */
    bool gone;                /* a name that is not there counts: nothing is taken from memory */
    const char *hosts_path;   /* HOSTS_FILE, but for tests */
    struct reason no_servers; /* why DNS cannot be asked; an empty text: it can */
};

struct lookup {
    const struct lookup_plan *plan;
    /* Called once, from the loop or from within lookup_start: at least one address, in the order to try them in (RFC 8305),
     * which the callee may change and must not keep; or none, and `why`. */
    void (*on_end)(void *owner, struct address *addresses, size_t count, const struct reason *why);
    void *owner;

    enum answer_status status; /* DNS's, where it was asked */
    bool from_hosts;           /* the hosts file gave the addresses */
    struct dns_lookup *dns;    /* NULL: none under way */
    char host[HOSTNAME_SIZE];  /* the last one, whose are: */
    struct dns_negative negative;
    struct dns_memory memory;
    uint16_t port;
};

/* Begins; `lookup` has its plan, callback and owner. `patience`: milliseconds to wait for the other family once one has an
 * address. */
void lookup_start(struct lookup *lookup, const char *host, uint16_t port, int64_t patience, int64_t deadline);

/* Ends it without on_end, if it is under way. */
void lookup_cancel(struct lookup *lookup);

/* Whether DNS would be asked for this host. */
bool lookup_needs_dns(const struct lookup_plan *plan, const char *host);

#endif
