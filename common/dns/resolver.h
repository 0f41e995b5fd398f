/* The options about DNS servers and the search list, shared by the tools that resolve names. */
#ifndef COMMON_DNS_RESOLVER_H
#define COMMON_DNS_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/reason.h"
#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/dns/resolvconf.h"

struct resolver_options {
    struct strings nameservers;
    const char *resolv_conf;
    bool no_search;
};

#define RESOLVER_DEFAULT_CONF "/etc/resolv.conf"

/* Rows for a table whose struct has the member `struct resolver_options resolver`. */
#define RESOLVER_ROWS                                                                                   \
    OPTION("nameserver", "ADDR[:PORT]", LIST, resolver.nameservers, .check = resolver_check_nameserver, \
           .help = "Ask this DNS server instead of those in resolv.conf"),                              \
        OPTION("resolv-conf", "PATH", TEXT, resolver.resolv_conf, .initial = RESOLVER_DEFAULT_CONF,     \
               .help = "Take the servers, the search list and ndots from this file"),                   \
        SWITCH("no-search", resolver.no_search,                                                         \
               .help = "Ask for the name as it is, without the search list")

bool resolver_check_nameserver(const char *value, struct reason *why);

/* Combines the file and --nameserver. False fills `why`: the file cannot be read or contains no server, and --nameserver does
 * not replace it; `conf` is then usable, but has no server. */
bool resolver_read(const struct resolver_options *options, struct resolvconf *conf, struct reason *why);

#endif
