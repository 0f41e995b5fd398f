/* The chain for people: --show-chain. */
#include "cmd/tls-check/report.h"
#include "common/judge.h"
#include "common/log.h"

#include "common/banned.h"

enum { DAY = 86400 };

static void show_names(struct buf *out, const struct certificate *certificate)
{
    enum { SHOWN = 8 };
    size_t total = certificate->dns.count + certificate->addresses.count;

    if (total == 0)
        return;
    buf_add_text(out, "     names    ");
    for (size_t i = 0; i < total && i < SHOWN; i++) {
        bool dns = i < certificate->dns.count;
        buf_add_text(out, i > 0 ? ", " : "");
        log_add_visible(out, dns ? certificate->dns.items[i]
                                 : certificate->addresses.items[i - certificate->dns.count]);
    }
    if (total > SHOWN)
        buf_add_format(out, " and %zu more", total - SHOWN);
    buf_add_text(out, "\n");
}

static void show_certificate(struct buf *out, const struct tls_facts *facts, size_t depth)
{
    const struct certificate *certificate = &facts->chain[depth];
    char from[CERTIFICATE_TIME], to[CERTIFICATE_TIME];
    int64_t left = (certificate->not_after - facts->time) / DAY;

    buf_add_format(out, "  %zu  ", depth);
    log_add_visible(out, certificate->subject);
    buf_add_format(out, "\n     %s, %s, %s\n",
                   depth < facts->chain_sent ? "sent by the server" : "from the trust store",
                   certificate->key, certificate->signature);
    if (depth == 0)
        show_names(out, certificate);
    buf_add_format(out, "     valid    %s to %s (%lld days left)\n",
                   certificate_format_time(certificate->not_before, from),
                   certificate_format_time(certificate->not_after, to), (long long)left);
    buf_add_text(out, "     issuer   ");
    log_add_visible(out, certificate->self_issued ? "itself" : certificate->issuer);
    buf_add_format(out, "\n     pin      sha256//%s\n", certificate->pin);
}

static void show_session(struct buf *out, const struct check *check, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;
    char address[ADDRESS_TEXT];

    buf_add_format(out, "%s (%s)", check->base.name, address_format(&session->address, address));
    if (facts->done)
        buf_add_format(out, "  %s  %s  %s", facts->protocol, facts->cipher, facts->group);
    buf_add_text(out, "\n");
    for (size_t i = 0; i < facts->chain_count; i++)
        show_certificate(out, facts, i);
    if (facts->missing) {
        buf_add_format(out, "  ?  ");
        log_add_visible(out, facts->missing);
        buf_add_format(out, "\n     is neither sent by the server nor trusted by ");
        log_add_visible(out, facts->store);
        buf_add_text(out, "\n");
    }
    if (judge_staple_says(facts, TLS_STAPLE_GOOD))
        buf_add_text(out, "  not revoked, says its issuer's OCSP answer, which the server sends\n");
    if (facts->client_wanted)
        buf_add_format(out, "  client certificate asked for, %s\n",
                       facts->client_given ? "and given" : "none given");
    for (size_t i = 0; i < session->judgement.count; i++) {
        buf_add_text(out, "  ✗  ");
        log_add_visible(out, session->judgement.reasons[i].text);
        buf_add_text(out, "\n");
    }
    for (size_t i = 0; i < session->judgement.warning_count; i++) {
        buf_add_text(out, "  !  ");
        log_add_visible(out, session->judgement.warnings[i].text);
        buf_add_text(out, "\n");
    }
}

void report_add_chain(struct buf *out, const struct wait *wait)
{
    report_each(out, wait, show_session);
}
