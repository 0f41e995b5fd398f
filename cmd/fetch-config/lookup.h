/* The addresses of a host, as an app would find them: a literal address, /etc/hosts, DNS; for libcurl, which looks up
 * nothing itself. */
#ifndef FETCH_CONFIG_LOOKUP_H
#define FETCH_CONFIG_LOOKUP_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/dns.h"
#include "common/reason.h"

/* The same for all of a run. */
struct lookup_plan {
    struct dns_resolver *resolver;
    bool search; /* --no-search is off */
    const char *hosts_path;
    struct reason no_servers; /* why DNS cannot be asked; an empty text: it can */
};

struct lookup {
    const struct lookup_plan *plan;
    /* Called once from the loop, or from within lookup_start: `resolve` is CURLOPT_RESOLVE's value, for the owner to free;
     * NULL with `why` when there are no addresses. A literal address needs none: both are NULL. */
    void (*on_end)(void *owner, struct curl_slist *resolve, const struct reason *why);
    void *owner;

    char host[DNS_NAME];
    uint16_t port;
    struct dns_lookup *dns;
    struct dns_negative negative;
};

void lookup_start(struct lookup *lookup, const char *host, uint16_t port, int64_t deadline);
void lookup_cancel(struct lookup *lookup);

#endif
