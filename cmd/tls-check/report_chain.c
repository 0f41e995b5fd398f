/* The chain for people: --show-chain. */
#include "cmd/tls-check/report.h"
#include "common/base/visible.h"
#include "common/tls/judge.h"

#include "common/base/banned.h"

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
        visible_add(out, dns ? certificate->dns.items[i]
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

    visible_add_line(out, "  %zu  %s", depth, certificate->subject);
    visible_add_line(out, "     %s, %s, %s",
                     depth < facts->chain_sent ? "sent by the server" : "from the trust store",
                     certificate->key, certificate->signature);
    if (depth == 0)
        show_names(out, certificate);
    visible_add_line(out, "     valid    %s to %s (%lld days left)",
                     certificate_format_time(certificate->not_before, from),
                     certificate_format_time(certificate->not_after, to), (long long)left);
    visible_add_line(out, "     issuer   %s", certificate->self_issued ? "itself" : certificate->issuer);
    visible_add_line(out, "     pin      sha256//%s", certificate->pin);
}

static void show_address(struct buf *out, const struct check *check, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;
    char address[ADDRESS_TEXT];

    address_format(&session->address, address);
    if (facts->done)
        visible_add_line(out, "%s (%s)  %s  %s  %s", check->base.name, address, facts->protocol,
                         facts->cipher, facts->group);
    else
        visible_add_line(out, "%s (%s)", check->base.name, address);
}

static void show_session(struct buf *out, const struct check *check, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;

    show_address(out, check, session);
    for (size_t i = 0; i < facts->chain_count; i++)
        show_certificate(out, facts, i);
    if (facts->missing) {
        visible_add_line(out, "  ?  %s", facts->missing);
        visible_add_line(out, "     is neither sent by the server nor trusted by %s", facts->store);
    }
    if (judge_staple_says(facts, TLS_STAPLE_GOOD))
        visible_add_line(out, "  not revoked, by its issuer's OCSP response, which the server sends");
    if (facts->client_wanted)
        visible_add_line(out, "  client certificate asked for, %s",
                         !facts->client_given  ? "none given"
                         : facts->client_shown ? "and given"
                                               : "and the one given was not sent");
    for (size_t i = 0; i < session->judgement.count; i++)
        visible_add_line(out, "  ✗  %s", session->judgement.reasons[i].text);
    for (size_t i = 0; i < session->judgement.warning_count; i++)
        visible_add_line(out, "  !  %s", session->judgement.warnings[i].text);
}

void report_add_chain(struct buf *out, const struct wait *wait)
{
    report_each(out, wait, show_session);
}
