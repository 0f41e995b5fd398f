/* All that was fetched, put in its places: all of it or none. */
#ifndef FETCH_CONFIG_SET_H
#define FETCH_CONFIG_SET_H

#include "cmd/fetch-config/fetch.h"
#include "common/files/ownership.h"

struct set_rules {
    bool if_changed;
    bool sets_mode; /* --mode was given: a file that has another one is not the same */
    const struct ownership *ownership;
    int64_t deadline; /* for what is poured out, and waits for a reader */
};

/* Publishes what the fetches have in their spools. False fills `why`: what was there is there again. */
bool set_publish(struct fetch *fetches, size_t count, const struct set_rules *rules, struct reason *why);

#endif
