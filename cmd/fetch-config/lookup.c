#include "cmd/fetch-config/lookup.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/connect.h"
#include "common/deadline.h"
#include "common/hosts.h"
#include "common/mem.h"

#include "common/banned.h"

enum { LINE_MAX_BYTES = 64 * 1024, ADDRESSES_MOST = 64 /* tried for one connection */ };

static void lookup_end(struct lookup *lookup, struct address *addresses, size_t count)
{
    struct buf line;

    connect_order(addresses, count);
    buf_init(&line, LINE_MAX_BYTES);
    buf_add_format(&line, "%s:%u:", lookup->host, (unsigned)lookup->port);
    for (size_t i = 0; i < count && i < ADDRESSES_MOST; i++) {
        char text[ADDRESS_TEXT];
        bool v6 = address_family(&addresses[i]) == AF_INET6;
        buf_add_format(&line, "%s%s%s%s", i > 0 ? "," : "", v6 ? "[" : "",
                       address_format(&addresses[i], text), v6 ? "]" : "");
    }
    struct curl_slist *resolve = curl_slist_append(NULL, line.data);
    buf_free(&line);
    if (!resolve)
        mem_exhausted();
    lookup->on_end(lookup->owner, resolve, NULL);
}

static void lookup_end_with_records(struct lookup *lookup, const struct dns_result *result)
{
    size_t most = 0, count = 0;

    for (size_t i = 0; i < result->answer_count; i++)
        most += result->answers[i].count;
    struct address *addresses = xcalloc(most, sizeof *addresses);
    for (size_t i = 0; i < result->answer_count; i++)
        for (size_t j = 0; j < result->answers[i].count; j++)
            count += address_parse(result->answers[i].records[j], lookup->port, &addresses[count]);
    lookup_end(lookup, addresses, count);
    free(addresses);
}

static void lookup_on_result(void *owner, const struct dns_result *result)
{
    struct lookup *lookup = owner;
    struct reason why;

    lookup->dns = NULL;
    if (result->status == ANSWER_RECORDS) {
        lookup_end_with_records(lookup, result);
        return;
    }
    dns_reason(result, &lookup->negative, deadline_now(), &why);
    lookup->on_end(lookup->owner, NULL, &why);
}

void lookup_start(struct lookup *lookup, const char *host, uint16_t port, int64_t deadline)
{
    const struct lookup_plan *plan = lookup->plan;
    struct dns_request request = {
        .name = lookup->host,
        .search = plan->search,
        .types = {DNS_A, DNS_AAAA},
        .type_count = 2,
        .patience = DNS_PATIENCE,
    };
    struct address found[HOSTS_ADDRESSES];

    snprintf(lookup->host, sizeof lookup->host, "%s", host);
    lookup->port = port;
    if (address_parse(host, port, &found[0])) {
        lookup->on_end(lookup->owner, NULL, NULL);
        return;
    }
    size_t count = hosts_lookup(plan->hosts_path, host, AF_UNSPEC, found);
    if (count > 0)
        lookup_end(lookup, found, count);
    else if (plan->no_servers.text[0] != '\0')
        lookup->on_end(lookup->owner, NULL, &plan->no_servers);
    else
        lookup->dns = dns_lookup_start(plan->resolver, &request, deadline, lookup_on_result, lookup);
}

void lookup_cancel(struct lookup *lookup)
{
    if (lookup->dns)
        dns_lookup_cancel(lookup->dns);
    lookup->dns = NULL;
}
