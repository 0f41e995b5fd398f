/* resolv.conf as the pod's resolver reads it, without its limits: c-ares drops search lines over 511 bytes in
 * silence and turns a missing file into 127.0.0.1, so it is parsed here. See resolv.conf(5). */
#ifndef COMMON_DNS_RESOLVCONF_H
#define COMMON_DNS_RESOLVCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/net/address.h"
#include "common/net/hostname.h"

enum {
    RESOLVCONF_SERVERS = 8,  /* further ones are left out; glibc takes 3 */
    RESOLVCONF_DOMAINS = 32, /* what the Kubernetes API allows; further ones are left out */
    DNS_PORT = 53,
};

struct resolvconf {
    struct address servers[RESOLVCONF_SERVERS];
    size_t server_count;
    char domains[RESOLVCONF_DOMAINS][HOSTNAME_SIZE]; /* the search list, without trailing dots */
    size_t domain_count;
    int ndots;    /* 1 unless said */
    int timeout;  /* seconds; 0: not said */
    int attempts; /* 0: not said */
    bool rotate;
    bool use_vc; /* ask over TCP */
    char unusable
        [ADDRESS_TEXT]; /* the first name server that cannot be asked from here; empty: there is none */
};

/* Why the server in this text can never be asked from here: it is no address, or link-local without an interface that exists. NULL:
 * it can; `server` is it then. */
const char *resolvconf_server(const char *text, struct address *server);

/* Parses a whole file's text, which is changed by it. Lines that make no sense are passed over, as every resolver
 * does; whether a server is there is for the caller to look at. */
void resolvconf_parse(char *text, struct resolvconf *conf);

/* Reads and parses `path`. False (CODE_USAGE) when it cannot be read; `conf` is that of an empty file then. */
bool resolvconf_read(const char *path, struct resolvconf *conf, struct reason *why);

/* The n-th name (from 0) that the pod's resolver would ask for when told `name`: with a trailing dot, or without
 * `search`, only the name itself; with fewer dots than ndots the search list first, else last. Candidates that
 * would be too long are passed over. False when there are no more. */
bool resolvconf_candidate(const struct resolvconf *conf, const char *name, bool search, size_t n,
                          char candidate[HOSTNAME_SIZE]);

/* How well a candidate may be what a name means. */
enum resolvconf_chance {
    CHANCE_LIKELY,
    CHANCE_POSSIBLE,
    CHANCE_RARE, /* nothing is there by the rules of Kubernetes, or hardly anybody means it */
};

/* The chance of the n-th candidate:
 * - likely is the first one of a name without a dot; the name itself where it ends in a domain of the search list; of others
 *   the name itself (but for "db.shop.svc"), and a Service or a StatefulSet's pod below "svc.cluster.local" ("db.shop",
 *   "db.shop.svc", "mysql-0.mysql");
 * - rare are names below "svc.cluster.local" with more or fewer labels than Services and pods have, others below "cluster.local",
 *   and whatever is longer than a name that already ends in a domain of the search list;
 * - where the list is not a cluster's, every candidate of a name with a dot is likely. */
enum resolvconf_chance resolvconf_chance(const struct resolvconf *conf, const char *name, size_t n,
                                         const char *candidate);

/* Whether the name looks like a Service's ("db", "db.shop.svc"), and the search list has no cluster's domain ("svc.cluster.local"):
 * so it is under hostNetwork, unless dnsPolicy is ClusterFirstWithHostNet. */
bool resolvconf_lacks_cluster(const struct resolvconf *conf, const char *name);

#endif
