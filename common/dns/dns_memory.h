/* What a waiter remembers of a missing name, so that it asks few questions, and none that harm the app.
 *
 * A server caches a denial for as long as the SOA says (CoreDNS: 5 to 30 s), under name, type and CD bit. If a waiter asked for
 * A again and again, it would renew that denial, and the app's first lookup would get it. So while the name is missing, the
 * waiter asks other questions, called scouts. A name that does not exist has no type at all (RFC 8020), so a question for any
 * type shows whether it exists.
 * - Scouts ask for types that nobody uses, with the CD bit (for dnsmasq, whose denials are for all types). Within one second
 *   all waiters ask for the same type, so that a cache can answer most of them.
 * - Some balancers deny all types but A (RFC 4074, 4.2). So after DNS_SCOUT_WANTED, and then every DNS_SCOUT_AGAIN, a scout
 *   asks for the wanted type. CoreDNS and dnsmasq cache answers with the CD bit apart from those of the app; unbound does not.
 * - With `gone`: a name may stay although its records go, because it has other records, or names below it. So the records' own
 *   type is asked for whenever their TTL is over (DNS_FAREWELL_LEAST to DNS_SCOUT_AGAIN), with the CD bit. unbound then keeps
 *   them for one TTL more, for apps as well.
 * - Once a scout finds the name, the app's own questions are asked, and they alone decide. If they contradict the scouts (the
 *   app's answer was cached already, or the server does not know such types), no more scouts are sent. */
#ifndef COMMON_DNS_DNS_MEMORY_H
#define COMMON_DNS_DNS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dns/answer.h"
#include "common/dns/resolvconf.h"

enum {
    DNS_MEMORY_LEAST = 2000, /* milliseconds that a missing candidate is remembered */
    DNS_MEMORY_MOST = 10000,
    DNS_MEMORY_RARE = 30000,   /* milliseconds, for CHANCE_RARE */
    DNS_SCOUT_WANTED = 10000,  /* milliseconds until a scout asks for the wanted type */
    DNS_SCOUT_AGAIN = 30000,   /* milliseconds until the next one does */
    DNS_FAREWELL_LEAST = 2000, /* milliseconds until records that should go are asked for again */
    DNS_SCOUT_FIRST = 65300,   /* the first type that scouts ask for: private use (RFC 6895, 3.1) */
    DNS_SCOUT_TYPES = 230,
};

/* For one name: call dns_memory_forget before another name is looked up with it. All zero at first. */
struct dns_memory {
    int64_t since;   /* when the first lookup began; 0: none has begun */
    bool plain;      /* no more scouts are sent */
    bool unclear;    /* neither a scout nor the app's own questions got a clear answer in the last lookup */
    bool there;      /* the last lookup found the name */
    size_t there_at; /* the candidate at which it was found */
    enum dns_type there_type; /* the type of its records */
    int64_t there_until;      /* with `gone`: when to ask for them again */
    struct {
        int64_t until;     /* an unlikely candidate is not asked for before that time */
        int64_t wanted_at; /* when a scout asks for the wanted type; 0: not set yet */
        enum answer_status status;
    } negative[RESOLVCONF_DOMAINS + 1]; /* by index of the candidate */
};

/* Call it before each lookup. */
void dns_memory_begin(struct dns_memory *memory, int64_t now);

/* Remembers that a candidate does not exist: for as long as was waited so far, DNS_MEMORY_LEAST to DNS_MEMORY_MOST; a rare one
 * for DNS_MEMORY_RARE. */
void dns_memory_note(struct dns_memory *memory, size_t candidate, enum answer_status status, bool rare,
                     int64_t now);

/* The remembered answer; ANSWER_NONE when there is none. */
enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now);

/* Remembers that the last lookup found records of this type at the candidate, with this TTL in seconds. */
void dns_memory_note_there(struct dns_memory *memory, size_t candidate, enum dns_type type, uint32_t ttl,
                           int64_t now);

/* The type that a scout for this candidate asks for now. `second` is the wall clock in seconds, which all waiters share. */
unsigned dns_memory_scout(struct dns_memory *memory, size_t candidate, enum dns_type wanted, int64_t now,
                          int64_t second);

/* Forgets what is remembered of candidates. If scouts are no longer sent, that stays so. */
void dns_memory_forget(struct dns_memory *memory);

#endif
