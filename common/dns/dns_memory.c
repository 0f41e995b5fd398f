#include "common/dns/dns_memory.h"

#include <string.h>

#include "common/base/banned.h"

void dns_memory_begin(struct dns_memory *memory, int64_t now)
{
    if (memory->since == 0)
        memory->since = now;
}

void dns_memory_note(struct dns_memory *memory, size_t candidate, enum answer_status status, bool rare,
                     int64_t now)
{
    int64_t waited = now - memory->since;

    if (waited < DNS_MEMORY_LEAST)
        waited = DNS_MEMORY_LEAST;
    if (waited > DNS_MEMORY_MOST)
        waited = DNS_MEMORY_MOST;
    memory->negative[candidate].until = now + (rare ? DNS_MEMORY_RARE : waited);
    memory->negative[candidate].status = status;
}

enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now)
{
    return now < memory->negative[candidate].until ? memory->negative[candidate].status : ANSWER_NONE;
}

void dns_memory_note_there(struct dns_memory *memory, size_t candidate, enum dns_type type, uint32_t ttl,
                           int64_t now)
{
    int64_t rest = (int64_t)ttl * 1000;

    if (rest < DNS_FAREWELL_LEAST)
        rest = DNS_FAREWELL_LEAST;
    if (rest > DNS_SCOUT_AGAIN)
        rest = DNS_SCOUT_AGAIN;
    memory->there_at = candidate;
    memory->there_type = type;
    memory->there_until = now + rest;
}

unsigned dns_memory_scout(struct dns_memory *memory, size_t candidate, enum dns_type wanted, int64_t now,
                          int64_t second)
{
    int64_t *at = &memory->negative[candidate].wanted_at;

    if (*at == 0)
        *at = memory->since + DNS_SCOUT_WANTED;
    if (memory->there)
        at = &memory->there_until;
    if (now >= *at) {
        *at = now + DNS_SCOUT_AGAIN;
        return wanted;
    }
    return DNS_SCOUT_FIRST + (unsigned)(second % DNS_SCOUT_TYPES);
}

void dns_memory_forget(struct dns_memory *memory)
{
    memset(memory->negative, 0, sizeof memory->negative);
}
