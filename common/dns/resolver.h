/* The options that say which DNS servers are asked and how names are searched: rows and meaning, shared by the tools
 * that resolve names. */
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
               .help = "Servers, search list and ndots come from this file"),                           \
        SWITCH("no-search", resolver.no_search,                                                         \
               .help = "Ask for the name as it is, not through the search list")

bool resolver_check_nameserver(const char *value, struct reason *why);

/* Puts together what the file and --nameserver say. False fills `why`: the file cannot be read or names no server, and
 * --nameserver does not make up for it; `conf` is usable then, but has no server. */
bool resolver_read(const struct resolver_options *options, struct resolvconf *conf, struct reason *why);

#endif
