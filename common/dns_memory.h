/* What one waiter remembers of the candidates of a name that were not there, so that it does not ask for all of them every
 * second. */
#ifndef COMMON_DNS_MEMORY_H
#define COMMON_DNS_MEMORY_H

#include <stdint.h>

#include "common/answer.h"
#include "common/resolvconf.h"

enum { DNS_MEMORY_MOST = 10000 /* milliseconds */ };

/* Of one name: whoever looks up another one with it forgets first. Zeroed at first. */
struct dns_memory {
    int64_t since; /* when the first lookup began; 0: none has */
    struct {
        int64_t until;
        enum answer_status status;
    } negative[RESOLVCONF_DOMAINS + 1]; /* by the candidates' indices */
};

/* Before each lookup. */
void dns_memory_begin(struct dns_memory *memory, int64_t now);

/* Remembers a negative answer for as long as the server lets it (RFC 2308: the TTL of its SOA, else not at all), at most
 * DNS_MEMORY_MOST and half of the time waited. */
void dns_memory_note(struct dns_memory *memory, size_t candidate, const struct answer *answer,
                     enum answer_status status, int64_t now);

/* The answer that is remembered, ANSWER_NONE: none is. */
enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now);

void dns_memory_forget(struct dns_memory *memory);

#endif
