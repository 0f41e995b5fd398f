#include "common/net/race.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum { PATIENCE_DOUBLINGS = 6 /* to 3.2 s */ };

int64_t race_patience(const struct race *race)
{
    return (int64_t)RACE_PATIENCE << (race->attempts < PATIENCE_DOUBLINGS ? race->attempts
                                                                          : PATIENCE_DOUBLINGS);
}

void race_begin(struct race *race, struct address *addresses, size_t count)
{
    race->count = count;
    race->started = race->ended = 0;
    race->last_start = 0;
    race->first = count > 0 ? race->first % count : 0;
    if (!addresses || race->first == 0)
        return;
    struct address *turned = xcalloc(count, sizeof *turned);
    for (size_t i = 0; i < count; i++)
        turned[i] = addresses[(race->first + i) % count];
    memcpy(addresses, turned, count * sizeof *turned);
    free(turned);
}

bool race_may_start(const struct race *race, bool all, size_t window, int64_t now)
{
    size_t running = race->started - race->ended;

    if (race->started == race->count)
        return false;
    if (all)
        return running < window;
    return running == 0 || now - race->last_start >= CONNECT_STAGGER;
}

size_t race_start(struct race *race, int64_t now)
{
    race->last_start = now;
    return race->started++;
}

void race_note_end(struct race *race)
{
    race->ended++;
    race->last_start = 0;
}

int64_t race_next(const struct race *race, bool all)
{
    if (all || race->started == race->count)
        return DEADLINE_NEVER;
    return deadline_after(race->last_start, CONNECT_STAGGER);
}

void race_end(struct race *race)
{
    race->attempts++;
    race->first = race->started < race->count ? race->first + race->started : 0;
}
