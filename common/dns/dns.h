/* The resolver of all tools, on the loop.
 *
 * It does not use the search or the getaddrinfo of c-ares. They hide which candidate answered, judge two families by the reply
 * that came last, continue after SERVFAIL, cache "no data" for an hour, and exceed timeouts. Here each lookup asks for its
 * candidates one after another, as the app's libc will. */
#ifndef COMMON_DNS_DNS_H
#define COMMON_DNS_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/reason.h"
#include "common/dns/answer.h"
#include "common/dns/dns_memory.h"
#include "common/dns/resolvconf.h"
#include "common/run/loop.h"

enum {
    DNS_STAGGER = 300,     /* milliseconds of silence until the next server is asked, too */
    DNS_DEAD_AFTER = 3000, /* milliseconds without settling a question, until a server counts as dead */
    DNS_DEAD_FOR = 10000,  /* milliseconds that it counts as dead */
    DNS_TYPES = 2,
    DNS_DESCRIPTORS = 2, /* that a lookup usually has open */
    DNS_ASKED_TEXT = 200,
};

/* What the lookups of a run have learned of a server. */
struct dns_server_state {
    int64_t failing_since; /* when the first question was asked that it did not settle; 0: it answers */
};

/* Shared by all lookups of a run. */
struct dns_resolver {
    struct loop *loop;
    const struct resolvconf *conf;
    bool tcp;      /* ask over TCP */
    unsigned turn; /* for `options rotate` */
    struct dns_server_state states[RESOLVCONF_SERVERS];
};

struct dns_request {
    const char *name;
    bool search; /* use the search list; never for a name with a trailing dot */
    enum dns_type types[DNS_TYPES];
    size_t type_count;
    bool all_types;       /* records count only when every type is settled: for "gone" and "all addresses" */
    bool first_is_enough; /* do not ask for the second type when the first one has records */
    bool gone;            /* a negative answer is wanted: no server may be silent or failing */
    /* Milliseconds to wait for the other type once one has records; 0: until the deadline. */
    int64_t patience;
    /* What earlier lookups of the name have found out (dns_memory.h). It must outlive the lookup. NULL: every question is the
     * app's own. */
    struct dns_memory *memory;
    bool scouts; /* ask in a way that does not harm the app while the name is missing; needs the memory */
};

/* The result of a lookup. */
struct dns_result {
    enum answer_status status;        /* records, negative for all candidates, or what stopped the search */
    char candidate[HOSTNAME_SIZE];    /* with the records, or without a clear answer; else the first one */
    struct answer answers[DNS_TYPES]; /* for that candidate, in the order of the types in the request */
    size_t answer_count;
    bool exists;  /* with `gone`: the name exists; its records were not asked for */
    bool cached;  /* with `gone`: it is gone, but the server still has its records in the cache */
    size_t asked; /* number of candidates that were asked for */
    char asked_names[DNS_ASKED_TEXT]; /* the first of them, separated by commas */
    bool no_cluster;       /* it looks like a Service, and the search list has no cluster's domain */
    bool has_negative_ttl; /* of the first likely candidate (resolvconf.h) */
    uint32_t negative_ttl;
};

struct dns_lookup;

/* Begins a lookup that ends by `deadline`. `on_result` is called once, later, from the loop. The result and the lookup are
 * freed after it returns. The request and its name are copied. */
struct dns_lookup *dns_lookup_start(struct dns_resolver *resolver, const struct dns_request *request,
                                    int64_t deadline,
                                    void (*on_result)(void *owner, const struct dns_result *result),
                                    void *owner);

/* Ends a lookup without a result. Do not call it after on_result. */
void dns_lookup_cancel(struct dns_lookup *lookup);

/* What a waiter remembers of the last negative answer, to recognise a cached one. */
struct dns_negative {
    bool known;
    uint32_t ttl;
    int64_t at;
};

/* Fills `why` with the reason why a result has no records. A negative answer whose TTL is lower than in the last lookup comes
 * from the server's cache; `why` then says for how long. */
void dns_reason(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                struct reason *why);

#endif
