/* Why a look-up has no records, in words for a person: dns_reason of dns.h. */
#include "common/dns.h"

#include "common/banned.h"

static bool is_cached(const struct dns_result *result, const struct dns_negative *before, int64_t now)
{
    if (!before->known || !result->has_negative_ttl || result->negative_ttl >= before->ttl)
        return false;
    int64_t fallen = (int64_t)before->ttl - result->negative_ttl;
    int64_t passed = (now - before->at) / 1000;
    return fallen >= passed - 1 && fallen <= passed + 1;
}

static void reason_negative(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                            struct reason *why)
{
    bool cached = is_cached(result, negative, now);
    bool known = result->has_negative_ttl;

    reason_set(why, CODE_FAILED, "%s%s",
               result->status == ANSWER_NXDOMAIN ? "no such name (NXDOMAIN)"
                                                 : "the name exists, but has no such record",
               cached ? "; negative answer, cached by the server" : "");
    if (cached)
        reason_detail(why, " for %u s more", result->negative_ttl);
    reason_hint(why, "does the Service or record exist, in this namespace? asked for %s",
                result->asked_names);
    /* The first sight is kept while the TTL falls, so that a countdown is told from rounding. */
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
        return "the DNS server's answer makes no sense";
    case ANSWER_UNREACHABLE:
        return "the DNS server cannot be reached";
    default:
        return "no answer from DNS";
    }
}

/* The answer that stopped the walk. */
static const struct answer *unknown_answer(const struct dns_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].status == result->status)
            return &result->answers[i];
    return &result->answers[0];
}

static void reason_unknown(const struct dns_result *result, struct reason *why)
{
    const struct answer *answer = unknown_answer(result);
    char server[ADDRESS_TEXT];

    if (result->status == ANSWER_RCODE)
        reason_set(why, CODE_FAILED, "the DNS server answers %s for %s",
                   ares_dns_rcode_tostr((ares_dns_rcode_t)answer->rcode), result->candidate);
    else
        reason_set(why, CODE_FAILED, "%s for %s", unknown_text(result->status), result->candidate);
    if (address_family(&answer->server) != 0)
        reason_detail(why, " (server %s)", address_format(&answer->server, server));
    if (result->status == ANSWER_SILENT && result->asked > 1)
        reason_hint(why,
                    "%zu names before it were answered: a slow upstream server? Give more --attempt-timeout, "
                    "or the full name with a trailing dot",
                    result->asked - 1);
    else if (result->status == ANSWER_SILENT || result->status == ANSWER_UNREACHABLE)
        reason_hint(why,
                    "%s is not answered: is the cluster's DNS up, and does a NetworkPolicy allow port 53?",
                    result->candidate);
    else
        reason_hint(why, "%s is not answered: later search domains do not count until it is",
                    result->candidate);
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
