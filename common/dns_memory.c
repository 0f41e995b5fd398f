#include "common/dns_memory.h"

#include <string.h>

#include "common/banned.h"

void dns_memory_begin(struct dns_memory *memory, int64_t now)
{
    if (memory->since == 0)
        memory->since = now;
}

void dns_memory_note(struct dns_memory *memory, size_t candidate, enum answer_status status, int64_t now)
{
    int64_t waited = now - memory->since;

    if (waited < DNS_MEMORY_LEAST)
        waited = DNS_MEMORY_LEAST;
    if (waited > DNS_MEMORY_MOST)
        waited = DNS_MEMORY_MOST;
    memory->negative[candidate].until = now + waited;
    memory->negative[candidate].status = status;
}

enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now)
{
    return now < memory->negative[candidate].until ? memory->negative[candidate].status : ANSWER_NONE;
}

unsigned dns_memory_scout(const struct dns_memory *memory, size_t candidate, enum dns_type wanted,
                          int64_t now, int64_t second)
{
    if (!memory->there && now >= memory->negative[candidate].wanted_at)
        return wanted;
    return DNS_SCOUT_FIRST + (unsigned)(second % DNS_SCOUT_TYPES);
}

void dns_memory_note_scout(struct dns_memory *memory, size_t candidate, const struct answer *answer,
                           unsigned type, int64_t now)
{
    int64_t denied = answer->has_negative_ttl ? (int64_t)answer->negative_ttl * 1000 : 0;

    if (type == (unsigned)answer->type)
        memory->negative[candidate].wanted_at = now + (denied < DNS_SCOUT_WANTED ? denied : DNS_SCOUT_WANTED);
}

void dns_memory_forget(struct dns_memory *memory)
{
    memset(memory->negative, 0, sizeof memory->negative);
}
