/* All that a run needs, and how it comes out of what the user said. */
#ifndef FETCH_CONFIG_RUN_H
#define FETCH_CONFIG_RUN_H

#include "cmd/fetch-config/fetch.h"
#include "cmd/fetch-config/settings.h"
#include "common/files/ownership.h"
#include "common/http/https.h"

/* Everything that the run needs, which the caller has zeroed and given its options. */
struct run {
    const struct fetch_config_options *options;
    struct resolvconf conf;
    struct dns_resolver resolver;
    struct ownership ownership;
    struct fetch_plan plan;
    struct volume_memory memory;
    struct https https;
    struct aws aws;
    bool aws_is_read; /* when the first URL needs it */
    struct fetch *fetches;
    struct wait_target **targets;
    size_t count;
    struct wait wait;
};

/* Takes the options and operands apart and sees whether they make sense; nothing is asked for yet. False fills `why`. */
bool run_prepare(struct run *run, struct reason *why);

#endif
