#include "common/dns/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/dns/hosts.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

static void lookup_end(struct lookup *lookup, struct address *addresses, size_t count)
{
    connect_order(addresses, count);
    lookup->on_end(lookup->owner, addresses, count, NULL);
}

/* Addresses that need no DNS: a literal address, or the hosts file. `found` has room for HOSTS_ADDRESSES. */
static size_t find_at_hand(const struct lookup_plan *plan, const char *host, uint16_t port,
                           struct address *found)
{
    if (address_parse(host, port, &found[0]))
        return 1;
    size_t count = hosts_lookup(plan->hosts_path, host, plan->family, found);
    for (size_t i = 0; i < count; i++)
        address_set_port(&found[i], port);
    return count;
}

/* Returns how many; the caller frees `addresses`. */
static size_t read_records(const struct dns_result *result, uint16_t port, struct address **addresses)
{
    size_t most = 0, count = 0;

    for (size_t i = 0; i < result->answer_count; i++)
        most += result->answers[i].count;
    *addresses = xcalloc(most, sizeof **addresses);
    for (size_t i = 0; i < result->answer_count; i++)
        for (size_t j = 0; j < result->answers[i].count; j++)
            count += address_parse(result->answers[i].records[j], port, &(*addresses)[count]);
    return count;
}

static void lookup_on_result(void *owner, const struct dns_result *result)
{
    struct lookup *lookup = owner;
    struct address *addresses;
    struct reason why;

    lookup->dns = NULL;
    lookup->status = result->status;
    size_t count = read_records(result, lookup->port, &addresses);
    if (result->status == ANSWER_RECORDS && count > 0) {
        lookup_end(lookup, addresses, count);
    } else {
        dns_reason(result, &lookup->negative, deadline_now(), &why);
        lookup->on_end(lookup->owner, NULL, 0, &why);
    }
    free(addresses);
}

/* Forgets what is remembered of candidates when the host is another one, for example after a redirect. */
static void lookup_turn_to(struct lookup *lookup, const char *host)
{
    if (strcmp(lookup->host, host) == 0)
        return;
    lookup->negative = (struct dns_negative){0};
    lookup->memory = (struct dns_memory){0};
    snprintf(lookup->host, sizeof lookup->host, "%s", host);
}

void lookup_start(struct lookup *lookup, const char *host, uint16_t port, int64_t patience, int64_t deadline)
{
    const struct lookup_plan *plan = lookup->plan;
    const struct dns_request request = {
        .name = host,
        .search = plan->search,
        .types = {plan->family == AF_INET6 ? DNS_AAAA : DNS_A, DNS_AAAA},
        .type_count = plan->family == AF_UNSPEC ? 2 : 1,
        .all_types = plan->all,
        .gone = plan->gone,
        .patience = plan->all ? 0 : patience,
        .memory = plan->gone ? NULL : &lookup->memory,
        .scouts = plan->scouts,
    };
    struct address found[HOSTS_ADDRESSES];
    size_t count = find_at_hand(plan, host, port, found);

    lookup_turn_to(lookup, host);
    lookup->port = port;
    lookup->status = ANSWER_NONE;
    lookup->from_hosts = count > 0;
    if (count > 0)
        lookup_end(lookup, found, count);
    else if (plan->no_servers.text[0] != '\0')
        lookup->on_end(lookup->owner, NULL, 0, &plan->no_servers);
    else
        lookup->dns = dns_lookup_start(plan->resolver, &request, deadline, lookup_on_result, lookup);
}

void lookup_cancel(struct lookup *lookup)
{
    if (lookup->dns)
        dns_lookup_cancel(lookup->dns);
    lookup->dns = NULL;
}

bool lookup_needs_dns(const struct lookup_plan *plan, const char *host)
{
    struct address found[HOSTS_ADDRESSES];

    return find_at_hand(plan, host, 0, found) == 0;
}
