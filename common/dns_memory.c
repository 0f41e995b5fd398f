#include "common/dns_memory.h"

#include <string.h>

#include "common/banned.h"

void dns_memory_begin(struct dns_memory *memory, int64_t now)
{
    if (memory->since == 0)
        memory->since = now;
}

void dns_memory_note(struct dns_memory *memory, size_t candidate, const struct answer *answer,
                     enum answer_status status, int64_t now)
{
    int64_t allowed = answer->has_negative_ttl ? (int64_t)answer->negative_ttl * 1000 : 0;
    int64_t waited = now - memory->since;
    int64_t most = waited / 2 < DNS_MEMORY_MOST ? waited / 2 : DNS_MEMORY_MOST;

    memory->negative[candidate].until = now + (allowed < most ? allowed : most);
    memory->negative[candidate].status = status;
}

enum answer_status dns_memory_find(const struct dns_memory *memory, size_t candidate, int64_t now)
{
    return now < memory->negative[candidate].until ? memory->negative[candidate].status : ANSWER_NONE;
}

void dns_memory_forget(struct dns_memory *memory)
{
    memset(memory->negative, 0, sizeof memory->negative);
}
