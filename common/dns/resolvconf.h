/* resolv.conf as the pod's resolver reads it, but without its limits; see resolv.conf(5). It is parsed here because c-ares
 * silently ignores search lines of more than 511 bytes, and uses 127.0.0.1 when the file is missing. */
#ifndef COMMON_DNS_RESOLVCONF_H
#define COMMON_DNS_RESOLVCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/net/address.h"
#include "common/net/hostname.h"

enum {
    RESOLVCONF_SERVERS = 8,  /* further ones are ignored; glibc uses 3 */
    RESOLVCONF_DOMAINS = 32, /* what the Kubernetes API allows; further ones are ignored */
    DNS_PORT = 53,
};

struct resolvconf {
    struct address servers[RESOLVCONF_SERVERS];
    size_t server_count;
    char domains[RESOLVCONF_DOMAINS][HOSTNAME_SIZE]; /* the search list, without trailing dots */
    size_t domain_count;
    int ndots;    /* 1 if not set */
    int timeout;  /* seconds; 0: not set */
    int attempts; /* 0: not set */
    bool rotate;
    bool use_vc; /* ask over TCP */
    /* The first name server that cannot be asked from here; empty when there is none. */
    char unusable[ADDRESS_TEXT];
};

/* Returns why the server in this text can never be asked from here: it is not an address, or it is link-local without an
 * interface that exists. NULL: it can be asked, and its address is in `server`. */
const char *resolvconf_server(const char *text, struct address *server);

/* Parses the text of a file, which it changes. Invalid lines are ignored, as every resolver does. The caller checks whether
 * there is a server. */
void resolvconf_parse(char *text, struct resolvconf *conf);

/* Reads and parses `path`. False (CODE_USAGE) when it cannot be read; `conf` is then that of an empty file. */
bool resolvconf_read(const char *path, struct resolvconf *conf, struct reason *why);

/* The n-th name (from 0) that the pod's resolver asks for to resolve `name`. With a trailing dot, or without `search`, only the
 * name itself. With fewer dots than ndots the search list comes first, else last. Candidates that are too long are skipped.
 * False when there are no more. */
bool resolvconf_candidate(const struct resolvconf *conf, const char *name, bool search, size_t n,
                          char candidate[HOSTNAME_SIZE]);

/* How likely it is that a name means a candidate. */
enum resolvconf_chance {
    CHANCE_LIKELY,
    CHANCE_POSSIBLE,
    CHANCE_RARE, /* by the rules of Kubernetes nothing can be there, or hardly anybody means it */
};

/* The chance of the n-th candidate.
 * - Likely, for a name without a dot: the first candidate.
 * - Likely, for a name that ends in a domain of the search list: the name itself.
 * - Likely, for other names: the name itself (except "db.shop.svc"), and a Service or a StatefulSet's pod below
 *   "svc.cluster.local" ("db.shop", "db.shop.svc", "mysql-0.mysql").
 * - Rare: names below "svc.cluster.local" with more or fewer labels than Services and pods have; other names below
 *   "cluster.local"; and candidates longer than a name that already ends in a domain of the search list.
 * - If the search list is not that of a cluster, every candidate of a name with a dot is likely. */
enum resolvconf_chance resolvconf_chance(const struct resolvconf *conf, const char *name, size_t n,
                                         const char *candidate);

/* Whether the name looks like that of a Service ("db", "db.shop.svc"), but the search list has no domain of a cluster
 * ("svc.cluster.local"). This is so with hostNetwork, unless dnsPolicy is ClusterFirstWithHostNet. */
bool resolvconf_lacks_cluster(const struct resolvconf *conf, const char *name);

#endif
