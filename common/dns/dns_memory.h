/* What one waiter remembers of a name that is not there, so that it asks little, and nothing that harms the app.
 *
 * A server caches a denial for as long as the SOA says (CoreDNS: 5 to 30 s) under name, type and CD bit. A waiter that asks for A
 * again and again would keep that denial fresh, and the app's first lookup would meet it. So while the name is missing, scouts ask:
 * a name that does not exist has no type at all (RFC 8020), thus any type tells whether it does.
 * - Scouts ask for types that exist nowhere, with the CD bit (for dnsmasq, whose denials are for all types). All waiters ask for
 *   the same one within a second, so that a cache still answers most of a herd.
 * - Some balancers deny all types but A (RFC 4074, 4.2). So after DNS_SCOUT_WANTED, and every DNS_SCOUT_AGAIN from then on, a scout
 *   asks for the wanted type: CoreDNS and dnsmasq keep the CD bit's answers apart from the app's, unbound does not.
 * - A name may stay although its records go: it has others, or names below it. So whoever waits for them to go asks for their type
 *   whenever their TTL is over (DNS_FAREWELL_LEAST to DNS_SCOUT_AGAIN), with the CD bit. unbound
 *   then keeps them for one TTL more, for apps as well.
 * Once a scout finds the name, the app's own questions are asked, and they alone decide. Where they and the scouts disagree
 * (the app's answer is cached already, or the server does not know such types), scouting ends for good. */
#ifndef COMMON_DNS_DNS_MEMORY_H
#define COMMON_DNS_DNS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dns/answer.h"
#include "common/dns/resolvconf.h"

enum {
    DNS_MEMORY_LEAST = 2000, /* milliseconds */
    DNS_MEMORY_MOST = 10000,
    DNS_MEMORY_RARE = 30000,  /* where next to nothing can be there: CHANCE_RARE */
    DNS_SCOUT_WANTED = 10000, /* milliseconds */
    DNS_SCOUT_AGAIN = 30000,
    DNS_FAREWELL_LEAST = 2000, /* milliseconds */
    DNS_SCOUT_FIRST = 65300,   /* of the types that scouts ask for: private use (RFC 6895, 3.1) */
    DNS_SCOUT_TYPES = 230,
};

/* Of one name: whoever looks up another one with it forgets first. Zeroed at first. */
struct dns_memory {
    int64_t since; /* when the first lookup began; 0: none has */
    bool plain;    /* scouting has ended */
    bool unclear;  /* neither a scout nor the app's own questions got a clear answer in the last lookup */
    bool there;    /* the name was there in the last lookup, at the candidate */
    size_t there_at;
    enum dns_type there_type; /* of its records, and */
    int64_t there_until;      /* when they are asked for again, by whoever waits for them to go */
    struct {
        int64_t until;     /* a candidate that is unlikely is not asked for before */
        int64_t wanted_at; /* when a scout asks for the wanted type; 0: at first */
        enum answer_status status;
    } negative[RESOLVCONF_DOMAINS + 1]; /* by the candidates' indices */
};

/* Before each lookup. */
void dns_memory_begin(struct dns_memory *memory, int64_t now);

/* Remembers that a candidate is not there for as long as was waited, DNS_MEMORY_LEAST to DNS_MEMORY_MOST; or, a rare one, for
 * DNS_MEMORY_RARE. */
void dns_memory_note(struct dns_memory *memory, size_t candidate, enum answer_status status, bool rare,
                     int64_t now);

/* The answer that is remembered, ANSWER_NONE: none is. */
enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now);

/* The last lookup found records at the candidate, of this type and for so many seconds. */
void dns_memory_note_there(struct dns_memory *memory, size_t candidate, enum dns_type type, uint32_t ttl,
                           int64_t now);

/* The type that a scout for this candidate asks for now, `second` being the time in seconds that all waiters share. */
unsigned dns_memory_scout(struct dns_memory *memory, size_t candidate, enum dns_type wanted, int64_t now,
                          int64_t second);

/* What is remembered of candidates; not that scouting has ended. */
void dns_memory_forget(struct dns_memory *memory);

#endif
