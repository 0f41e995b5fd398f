/* All that a run needs, and how it comes out of what the user said. */
#ifndef WAIT_FOR_KUBE_RUN_H
#define WAIT_FOR_KUBE_RUN_H

#include "cmd/wait-for-kube/claim.h"
#include "cmd/wait-for-kube/cluster.h"
#include "common/cli/options.h"
#include "common/dns/namespace.h"
#include "common/dns/resolver.h"
#include "common/http/http_options.h"

struct wait_for_kube_options {
    struct common_options common;
    const char *goal, *namespace, *selector, *api_version;
    const char *server, *token_file;
    struct http_options http; /* its trust stores and proxy are options here */
    int64_t min_objects, min_endpoints;
    struct resolver_options resolver;
};

/* A watcher, and the operands that look at it. */
struct group {
    struct watcher watcher;
    struct strings names;
    struct run *run;
};

struct run {
    struct wait wait;
    const struct wait_for_kube_options *options;
    struct resolvconf conf;
    struct dns_resolver resolver;
    char namespace[NAMESPACE_TEXT];
    struct cluster cluster;
    struct http_options http; /* the options', with the trust stores that count */
    struct https https;
    struct claim_plan plan;
    struct inquiry inquiries[CLAIM_INQUIRIES];
    struct group *groups;
    size_t group_count;
};

/* The check_usage of wait_for_kube_tool. */
bool kube_check_usage(const void *options, struct reason *why);

/* Takes the options and operands apart and sees whether they make sense; nothing is asked for yet. `options` is a struct
 * wait_for_kube_options. False fills `why`. */
bool kube_prepare(struct wait *wait, void *options, struct reason *why);

#endif
