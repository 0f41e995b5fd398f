/* The one resolver: names are looked up here for every tool, on the loop.
 *
 * Why not c-ares's own search and getaddrinfo: they hide which candidate answered, judge two families by whichever
 * reply came last, go on after SERVFAIL, cache "no data" for an hour, and let timeouts drift. Here each lookup walks
 * its candidates over plain questions, as the app's libc will. */
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
    DNS_STAGGER = 300,     /* milliseconds of silence before the next server is asked too */
    DNS_DEAD_AFTER = 3000, /* milliseconds without an answer that settles anything: a server is dead */
    DNS_DEAD_FOR = 10000,  /* milliseconds that this is believed */
    DNS_TYPES = 2,
    DNS_DESCRIPTORS = 2, /* that a lookup mostly has open at a time */
    DNS_ASKED_TEXT = 200,
};

/* What the lookups of a run have learned of a server. */
struct dns_server_state {
    int64_t failing_since; /* it was asked then, and has settled nothing since; 0: it answers */
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
    bool search; /* through the search list; a trailing dot means no anyhow */
    enum dns_type types[DNS_TYPES];
    size_t type_count;
    bool all_types;       /* records count only when every type is settled: "gone", "all addresses" */
    bool first_is_enough; /* the second type is not asked for when the first has records */
    bool gone;            /* a negative answer is what is waited for: no server may be silent or failing */
    int64_t
        patience; /* milliseconds to wait for the other type once one has records; 0: until the deadline */
    /* What earlier lookups of the name have learned: see dns_memory.h. NULL: nothing; every question is the app's own then. It
     * outlives the lookup. */
    struct dns_memory *memory;
    bool
        scouts; /* whoever waits for a name asks for it in a way that does the app no harm; needs the memory */
};

/* What the walk over the candidates came to. */
struct dns_result {
    enum answer_status status;        /* of the whole: records, negative from all, or what stopped the walk */
    char candidate[HOSTNAME_SIZE];    /* that has the records, or gave no clear answer; else the first one */
    struct answer answers[DNS_TYPES]; /* of that candidate, in the order of the request's types */
    size_t answer_count;
    bool exists;  /* with `gone`: the name is there; its records were not asked for */
    bool cached;  /* with `gone`: it is not there any more, but the server's cache still gives the records */
    size_t asked; /* candidates */
    char asked_names[DNS_ASKED_TEXT]; /* the first of them, with commas */
    bool
        no_cluster; /* a short name, or one of a Service, was searched for, and the search list has no cluster's domain */
    bool has_negative_ttl; /* of the first candidate that the name most likely means */
    uint32_t negative_ttl;
};

struct dns_lookup;

/* Begins a lookup that ends by `deadline`. `on_result` comes once, later, from the loop; what it gets is released after it
 * returns, and so is the lookup. The request is copied, its name too. */
struct dns_lookup *dns_lookup_start(struct dns_resolver *resolver, const struct dns_request *request,
                                    int64_t deadline,
                                    void (*on_result)(void *owner, const struct dns_result *result),
                                    void *owner);

/* Ends it without a result. Not after on_result. */
void dns_lookup_cancel(struct dns_lookup *lookup);

/* What one waiter remembers of the last negative answer, to tell a cached one. */
struct dns_negative {
    bool known;
    uint32_t ttl;
    int64_t at;
};

/* Why a result without records has none. A negative answer whose TTL counts down from one lookup to the next
 * comes out of the server's cache; for how long is told. */
void dns_reason(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                struct reason *why);

#endif
