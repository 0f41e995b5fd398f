/* The report as JSON: --report. */
#include <stdio.h>

#include "cmd/tls-check/report.h"
#include "common/base/json.h"
#include "common/tls/judge.h"

#include "common/base/banned.h"

static void add_bool(struct buf *out, const char *name, bool value)
{
    json_add_name(out, name);
    buf_add_text(out, value ? "true" : "false");
}

static void add_list(struct buf *out, const char *name, const struct strings *list)
{
    json_add_name(out, name);
    buf_add_text(out, "[");
    for (size_t i = 0; i < list->count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        json_add_string(out, list->items[i]);
    }
    buf_add_text(out, "]");
}

static void add_date(struct buf *out, const char *name, int64_t seconds)
{
    char date[CERTIFICATE_TIME];

    json_add_member(out, name, certificate_format_time(seconds, date));
}

static void add_certificate(struct buf *out, const struct certificate *certificate)
{
    buf_add_text(out, "{");
    json_add_member(out, "subject", certificate->subject);
    json_add_member(out, "issuer", certificate->issuer);
    json_add_member(out, "serial", certificate->serial);
    add_date(out, "not_before", certificate->not_before);
    add_date(out, "not_after", certificate->not_after);
    add_list(out, "dns_names", &certificate->dns);
    add_list(out, "addresses", &certificate->addresses);
    json_add_member(out, "key", certificate->key);
    json_add_member(out, "signature", certificate->signature);
    json_add_member(out, "sha256", certificate->sha256);
    json_add_member(out, "pin_sha256", certificate->pin);
    add_bool(out, "ca", certificate->is_ca);
    if (certificate->issuer_url)
        json_add_member(out, "issuer_url", certificate->issuer_url);
    buf_add_text(out, "}");
}

static void add_certificates(struct buf *out, const char *name, const struct certificate *certificates,
                             size_t count)
{
    json_add_name(out, name);
    buf_add_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        add_certificate(out, &certificates[i]);
    }
    buf_add_text(out, "]");
}

static void add_reason(struct buf *out, const struct reason *reason)
{
    char text[sizeof reason->text + sizeof reason->detail];

    snprintf(text, sizeof text, "%s%s", reason->text, reason->detail);
    buf_add_text(out, "{");
    json_add_member_number(out, "class", reason->code);
    json_add_member(out, "text", text);
    if (reason->hint[0] != '\0')
        json_add_member(out, "hint", reason->hint);
    buf_add_text(out, "}");
}

static void add_reasons(struct buf *out, const char *name, const struct reason *reasons, size_t count)
{
    json_add_name(out, name);
    buf_add_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        add_reason(out, &reasons[i]);
    }
    buf_add_text(out, "]");
}

static void add_client(struct buf *out, const struct tls_facts *facts)
{
    static const char *const acceptances[] = {"unknown", "proven", "refused"};

    json_add_name(out, "client_certificate");
    buf_add_text(out, "{");
    add_bool(out, "wanted", facts->client_wanted);
    add_bool(out, "given", facts->client_given);
    add_bool(out, "sent", facts->client_shown);
    json_add_member(out, "accepted",
                    acceptances[facts->client_shown ? facts->acceptance : TLS_ACCEPTANCE_UNKNOWN]);
    add_list(out, "accepted_issuers", &facts->client_issuers);
    buf_add_text(out, "}");
}

static void add_times(struct buf *out, const struct session *session)
{
    json_add_name(out, "times_ms");
    buf_add_text(out, "{");
    if (session->connected_at)
        json_add_member_number(out, "connect", session->connected_at - session->started);
    if (session->shaken_at)
        json_add_member_number(out, "handshake", session->shaken_at - session->connected_at);
    json_add_member_number(out, "total", session->ended_at - session->started);
    buf_add_text(out, "}");
}

/* What it is worth in a word, and what it says whether it counts or not. */
static void add_staple(struct buf *out, const struct tls_facts *facts)
{
    const struct tls_staple *staple = &facts->staple;
    const char *says = judge_staple_word(staple->says);
    char text[JUDGE_FLAW];
    const char *flaw = judge_staple_flaw(facts, text);
    bool none = staple->says == TLS_STAPLE_NONE, usable = !flaw && staple->says != TLS_STAPLE_UNKNOWN;

    json_add_member(out, "ocsp_staple", none ? "none" : usable ? says : "unusable");
    if (none)
        return;
    json_add_name(out, "ocsp_answer");
    buf_add_text(out, "{");
    add_bool(out, "counts", !flaw);
    if (flaw)
        json_add_member(out, "flaw", flaw);
    if (says) {
        json_add_member(out, "says", says);
        add_bool(out, "signed_by_issuer", staple->proven);
        add_date(out, "this_update", staple->from);
        if (staple->until)
            add_date(out, "next_update", staple->until);
        if (staple->revoked_at)
            add_date(out, "revoked_at", staple->revoked_at);
    }
    buf_add_text(out, "}");
}

static void add_negotiated(struct buf *out, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;

    json_add_member(out, "server_name", tls_facts_sends_name(facts) ? facts->name : "");
    json_add_member(out, "protocol", facts->protocol);
    json_add_member(out, "cipher", facts->cipher);
    json_add_member(out, "group", facts->group);
    json_add_member(out, "alpn", facts->alpn);
    add_staple(out, facts);
    if (facts->http_status > 0)
        json_add_member_number(out, "http_status", facts->http_status);
    if (session->location[0] != '\0')
        json_add_member(out, "http_location", session->location);
}

static void add_session(struct buf *out, const struct session *session)
{
    const struct tls_facts *facts = &session->facts;
    char address[ADDRESS_TEXT];

    buf_add_text(out, "{");
    json_add_member(out, "address", address_format(&session->address, address));
    json_add_member_number(out, "port", address_port(&session->address));
    if (session->plan->proxy)
        json_add_member(out, "proxy", session->plan->proxy->host);
    add_bool(out, "passed", session->outcome == ATTEMPT_OK);
    if (session->judgement.count > 0)
        add_reasons(out, "reasons", session->judgement.reasons, session->judgement.count);
    else
        add_reasons(out, "reasons", &session->why, session->outcome != ATTEMPT_OK);
    add_reasons(out, "warnings", session->judgement.warnings, session->judgement.warning_count);
    if (facts->done)
        add_negotiated(out, session);
    add_client(out, facts);
    add_certificates(out, "sent", facts->sent, facts->sent_count);
    add_certificates(out, "chain", facts->chain, facts->chain_count);
    json_add_member_number(out, "chain_from_server", (int64_t)facts->chain_sent);
    add_times(out, session);
    buf_add_text(out, "}");
}

static void add_target(struct buf *out, const struct check *check)
{
    const char *separator = "";

    buf_add_text(out, "{");
    json_add_member(out, "target", check->base.name);
    json_add_member(out, "host", check->operand.host);
    json_add_member_number(out, "port", check->operand.port);
    add_bool(out, "ready", check->base.phase == WAIT_READY);
    json_add_member_number(out, "attempts", check->base.retry.attempts);
    add_reasons(out, "reasons", &check->base.reason,
                check->base.phase != WAIT_READY && check->base.reason.text[0] != '\0');
    json_add_name(out, "connections");
    buf_add_text(out, "[");
    for (size_t i = 0; i < check->count; i++) {
        if (!check_counts(check, &check->sessions[i]))
            continue;
        buf_add_text(out, separator);
        add_session(out, &check->sessions[i]);
        separator = ",";
    }
    buf_add_text(out, "]}");
}

void report_add_json(struct buf *out, const struct wait *wait, enum code code)
{
    const struct check_plan *plan = ((const struct check *)wait->targets[0])->plan;

    buf_add_text(out, "{");
    json_add_member_number(out, "version", REPORT_VERSION);
    json_add_member(out, "tool", "tls-check " INITKIT_VERSION);
    json_add_member_number(out, "code", code);
    if (plan->current) {
        json_add_name(out, "trust_store");
        buf_add_text(out, "{");
        json_add_member(out, "name", truststore_name(plan->current->trust));
        json_add_member_number(out, "anchors", (int64_t)truststore_count(plan->current->trust));
        add_list(out, "warnings", truststore_warnings(plan->current->trust));
        buf_add_text(out, "}");
    }
    json_add_name(out, "targets");
    buf_add_text(out, "[");
    for (size_t i = 0; i < wait->count; i++) {
        buf_add_text(out, i > 0 ? "," : "");
        add_target(out, (const struct check *)wait->targets[i]);
    }
    buf_add_text(out, "]}\n");
}
