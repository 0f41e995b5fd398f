/* All that was fetched, put in its places: all of it or none. */
#ifndef FETCH_CONFIG_PUBLISH_SET_H
#define FETCH_CONFIG_PUBLISH_SET_H

#include "cmd/fetch-config/fetch.h"
#include "common/files/ownership.h"

struct publish_set_rules {
    bool if_changed;
    bool sets_mode; /* --mode was given: a file that has another one is not the same */
    const struct ownership *ownership;
    int64_t deadline; /* for what is poured out, and waits for a reader */
};

/* Publishes the bodies of the fetches. False fills `why`: what was there is there again. */
bool publish_set_commit(struct fetch *fetches, size_t count, const struct publish_set_rules *rules,
                        struct reason *why);

#endif
