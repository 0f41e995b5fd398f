/* The reason why a lookup has no records: dns_reason of dns.h. */
#include <string.h>

#include "common/dns/dns.h"

#include "common/base/banned.h"

static bool is_cached(const struct dns_result *result, const struct dns_negative *before, int64_t now)
{
    if (!before->known || !result->has_negative_ttl || result->negative_ttl >= before->ttl)
        return false;
    int64_t fallen = (int64_t)before->ttl - result->negative_ttl;
    int64_t passed = (now - before->at) / 1000;
    return fallen >= passed - 1 && fallen <= passed + 1;
}

/* An answer with an alias or an unavailable service, which says more than "no such record"; NULL when there is none. */
static const struct answer *telling_answer(const struct dns_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].alias || result->answers[i].unavailable)
            return &result->answers[i];
    return NULL;
}

static void set_negative(const struct dns_result *result, const char *cached, struct reason *why)
{
    const struct answer *telling = telling_answer(result);

    if (result->status == ANSWER_NXDOMAIN)
        reason_set(why, CODE_FAILED, "no such name (NXDOMAIN)%s", cached);
    else if (telling && telling->unavailable)
        reason_set(why, CODE_FAILED, "the service is published as not available (its target is \".\")%s",
                   cached);
    else if (telling)
        reason_set(why, CODE_FAILED, "%s is an alias of %.100s, which has no such record%s",
                   result->candidate, telling->alias, cached);
    else
        reason_set(why, CODE_FAILED, "the name exists, but has no such record%s", cached);
}

static void reason_negative(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                            struct reason *why)
{
    bool cached = is_cached(result, negative, now);
    bool known = result->has_negative_ttl;

    set_negative(result, cached ? "; negative answer, cached by the server" : "", why);
    if (cached)
        reason_detail(why, " for %u s more", result->negative_ttl);
    if (result->no_cluster)
        reason_hint(why,
                    "resolv.conf has no cluster domain in its search list (hostNetwork? dnsPolicy: "
                    "ClusterFirstWithHostNet); asked for %s",
                    result->asked_names);
    else
        reason_hint(why, "does the Service or record exist, in this namespace? asked for %s",
                    result->asked_names);
    /* The first TTL is kept while it decreases, so that a countdown is not confused with rounding. */
    if (!known || !negative->known || result->negative_ttl >= negative->ttl)
        *negative = (struct dns_negative){.known = known, .ttl = result->negative_ttl, .at = now};
}

static const char *unknown_text(enum answer_status status)
{
    switch ((int)status) {
    case ANSWER_SERVFAIL:
        return "DNS server failure (SERVFAIL)";
    case ANSWER_REFUSED:
        return "the DNS server refuses to answer (REFUSED)";
    case ANSWER_GARBLED:
        return "invalid answer from the DNS server";
    case ANSWER_REFLECTED:
        return "the DNS server sends the question back, without an answer,";
    case ANSWER_CHAIN:
        return "too many aliases (more than 256)";
    case ANSWER_REFERRAL:
        return "the DNS server only refers to other servers";
    case ANSWER_LAME:
        return "the DNS server's answer is empty, and it is neither authoritative nor recursive,";
    case ANSWER_OTHER:
        return "the DNS server's answer contradicts itself or holds other records";
    case ANSWER_TRUNCATED:
        return "the answer over UDP was cut short, and TCP port 53 does not give the rest";
    case ANSWER_UNREACHABLE:
        return "the DNS server cannot be reached";
    default:
        return "no answer from DNS";
    }
}

/* The answer that stopped the search. */
static const struct answer *unknown_answer(const struct dns_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].status == result->status)
            return &result->answers[i];
    return &result->answers[0];
}

static void set_unknown(const struct dns_result *result, const struct answer *answer, struct reason *why)
{
    if (result->status == ANSWER_RCODE)
        reason_set(why, CODE_FAILED, "the DNS server answers %s for %s",
                   ares_dns_rcode_tostr((ares_dns_rcode_t)answer->rcode), result->candidate);
    else if (result->status == ANSWER_GARBLED && strchr(result->candidate, '\\'))
        reason_set(why, CODE_FAILED, "%s cannot be asked for: a backslash in resolv.conf's search list",
                   result->candidate);
    else if (result->status == ANSWER_ALIAS && answer->alias)
        reason_set(why, CODE_FAILED, "%s is an alias of %.100s, which has no address or record yet",
                   result->candidate, answer->alias);
    else
        reason_set(why, CODE_FAILED, "%s for %s", unknown_text(result->status), result->candidate);
}

static void hint_unknown(const struct dns_result *result, struct reason *why)
{
    if (result->status == ANSWER_ALIAS)
        reason_hint(why, "the alias (ExternalName?) exists; does the name that it leads to exist?");
    else if (result->status == ANSWER_TRUNCATED)
        reason_hint(why, "UDP works: does a NetworkPolicy or firewall block TCP port 53?");
    else if (result->status == ANSWER_SILENT && result->asked > 1)
        reason_hint(why,
                    "%zu names before it were answered: a slow upstream server? Increase --attempt-timeout, "
                    "or use the full name with a trailing dot",
                    result->asked - 1);
    else if (result->status == ANSWER_SILENT || result->status == ANSWER_UNREACHABLE)
        reason_hint(why,
                    "%s is not answered: is the cluster's DNS up, and does a NetworkPolicy allow port 53?",
                    result->candidate);
    else
        reason_hint(why, "%s is not answered: later search domains do not count until it is",
                    result->candidate);
}

static void reason_unknown(const struct dns_result *result, struct reason *why)
{
    const struct answer *answer = unknown_answer(result);
    char server[ADDRESS_TEXT];

    set_unknown(result, answer, why);
    if (address_family(&answer->server) != 0)
        reason_detail(why, " (server %s)", address_format(&answer->server, server));
    hint_unknown(result, why);
}

void dns_reason(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                struct reason *why)
{
    if (answer_is_negative(result->status)) {
        reason_negative(result, negative, now, why);
        return;
    }
    negative->known = false;
    reason_unknown(result, why);
}
