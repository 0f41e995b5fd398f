/* Everything that a run needs, made from the options and operands. */
#ifndef FETCH_CONFIG_RUN_H
#define FETCH_CONFIG_RUN_H

#include "cmd/fetch-config/fetch.h"
#include "cmd/fetch-config/settings.h"
#include "common/files/ownership.h"
#include "common/http/https.h"

/* Zeroed by the caller, and given its options. */
struct run {
    const struct fetch_config_options *options;
    struct resolvconf conf;
    struct dns_resolver resolver;
    struct ownership ownership;
    struct fetch_plan plan;
    struct volume_memory memory;
    struct publish_clean clean;
    struct https https;
    struct aws aws;
    bool aws_is_read; /* done when the first URL needs it */
    struct fetch *fetches;
    struct wait_target **targets;
    size_t count;
    struct wait wait;
};

/* Parses operands and checks options; sends no request. False fills `why`. */
bool run_prepare(struct run *run, struct reason *why);

#endif
