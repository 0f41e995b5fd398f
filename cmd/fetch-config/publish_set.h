/* Publishes everything that was fetched: all or nothing. */
#ifndef FETCH_CONFIG_PUBLISH_SET_H
#define FETCH_CONFIG_PUBLISH_SET_H

#include "cmd/fetch-config/fetch.h"
#include "common/files/ownership.h"

struct publish_set_rules {
    bool if_changed;
    bool sets_mode; /* --mode was given: a file with another mode is not unchanged */
    const struct ownership *ownership;
    int64_t deadline; /* for writing to standard output, which may block, and for comparing */
};

/* Publishes the bodies of the fetches. False fills `why`, and the old files are in place again. */
bool publish_set_commit(struct fetch *fetches, size_t count, const struct publish_set_rules *rules,
                        struct reason *why);

#endif
