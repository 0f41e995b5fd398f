#include "common/tls/judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/tls/java_name.h"
#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

/* "a.example, b.example and 3 more". */
static void list_names(const struct certificate *certificate, char *text, size_t size)
{
    const struct strings *lists[] = {&certificate->dns, &certificate->addresses};
    size_t total = certificate->dns.count + certificate->addresses.count, shown = 0, length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < lists[i]->count && length < 90 && length < size; j++, shown++)
            length += (size_t)snprintf(text + length, size - length, "%s%.60s", length > 0 ? ", " : "",
                                       lists[i]->items[j]);
    if (total == 0)
        snprintf(text, size, "no name%s%.60s", certificate->common_name ? " but the common name " : "",
                 certificate->common_name ? certificate->common_name : "");
    else if (shown < total && length < size)
        snprintf(text + length, size - length, " and %zu more", total - shown);
}

static bool has_dns_name(const struct certificate *certificate, const char *name)
{
    for (size_t i = 0; i < certificate->dns.count; i++)
        if (strcasecmp(certificate->dns.items[i], name) == 0)
            return true;
    return false;
}

static void judge_name(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    char names[192];

    if (facts->name_matches || facts->sent_count == 0)
        return;
    struct reason *why = judgement_add(judgement);
    list_names(&facts->sent[0], names, sizeof names);
    bool as_name = facts->name_is_address && has_dns_name(&facts->sent[0], facts->name);
    reason_set(why, CODE_WRONG_NAME, "the certificate is not for %s%.100s: it has %s%s",
               as_name ? "the address " : "", facts->name, names, as_name ? ", as a DNS name" : "");
    judgement->permanent = true;
    const char *flaw = facts->profile == TLS_JAVA ? java_name_flaw(facts->name) : NULL;
    if (flaw) {
        reason_set(why, CODE_WRONG_NAME, "Java accepts no certificate for the name %.100s: %s", facts->name,
                   flaw);
        reason_hint(why, "use another name for the server: no certificate can help");
    } else if (as_name)
        reason_hint(
            why,
            "an address must be in the certificate's alternative names as an address (subjectAltName=IP:%s)",
            facts->name);
    else if (facts->name_is_address)
        reason_hint(
            why, "an address must be in its alternative names; or use a name that is (--server-name NAME)");
    else if (!tls_facts_sends_name(facts))
        reason_hint(
            why, "Java sends no server name (SNI) for a name without a dot, so the server showed its default "
                 "certificate: use the full name, or have this name put into the certificate");
    else
        reason_hint(
            why,
            "use one of those names, have this one put into the certificate, or see why the server shows its "
            "default certificate for it");
}

/* --- the client's certificate, HTTP --- */

static void judge_client(const struct tls_facts *facts, const struct tls_rules *rules,
                         struct tls_judgement *judgement)
{
    bool by_http = facts->client_wanted && facts->http_status == 400;

    if (facts->acceptance == TLS_ACCEPTANCE_REFUSED || by_http) {
        judge_say_client_refused(facts, judgement_add(judgement));
        judgement->permanent = true;
        return;
    }
    bool unshown = facts->client_wanted && facts->client_given && !facts->client_shown;
    if (!rules->client_must_be_accepted) {
        if (unshown && !facts->java.client_unfit) /* of that, judge_java_handshake warns */
            judge_say_client_refused(facts, judgement_warn(judgement));
        return;
    }
    if (unshown) {
        judge_say_client_refused(facts, judgement_add(judgement));
        judgement->permanent = true;
        return;
    }
    if (facts->client_wanted && facts->client_given && facts->acceptance == TLS_ACCEPTANCE_PROVEN)
        return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    if (!facts->client_wanted)
        reason_set(why, CODE_CLIENT_CERTIFICATE, "the server does not ask for a client certificate");
    else if (!facts->client_given)
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server asks for a client certificate, and none was given");
    else
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server does not confirm that it accepts the client certificate");
    reason_hint(why, "%s",
                facts->client_wanted && facts->client_given
                    ? "ask for a page that needs it (--http-path): an answer proves that it was accepted"
                    : "is mutual TLS enabled there, and on this port? (--client-cert-accepted)");
}

static void judge_http(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    int status = facts->http_status;

    if (rules->http_low == 0 || status == 0 || (status >= rules->http_low && status <= rules->http_high) ||
        (facts->client_wanted && status == 400))
        return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = judgement->permanent || status < 500;
    reason_set(why, CODE_HTTP_STATUS, "HTTP status %d, wanted %lld-%lld", status, (long long)rules->http_low,
               (long long)rules->http_high);
    if (status >= 500)
        reason_hint(why, "TLS is fine; the server itself fails: look at its log");
    else if (status == 401 || status == 403)
        reason_hint(
            why,
            "TLS is fine; the path requires credentials: request another with --http-path, or accept it with --http-status");
    else
        reason_hint(why, "TLS is fine; is the path right (--http-path)?");
}

/* --- all of it --- */

static void judge_chain(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (!facts->has_chain && facts->done) {
        struct reason *why = judgement_add(judgement);
        reason_set(why, CODE_UNTRUSTED, "the server sent no certificate");
        reason_hint(why, "without one, the server's identity is unknown");
        judgement->permanent = true;
    }
    if (!facts->has_chain)
        return;
    judge_errors(facts, judgement);
    if (facts->profile == TLS_JAVA)
        judge_java(facts, judgement);
    judge_unexplained(facts, judgement);
    judge_name(facts, judgement);
}

bool judge_lets_pass(const struct tls_facts *facts)
{
    struct tls_judgement judgement = {0};

    judge_chain(facts, &judgement);
    judge_staple(facts, &judgement);
    return facts->has_chain && facts->verified && facts->name_matches && judgement.count == 0;
}

static void judge_all(const struct tls_facts *facts, const struct tls_rules *rules,
                      struct tls_judgement *judgement)
{
    judge_chain(facts, judgement);
    judge_staple(facts, judgement);
    /* A chain over the limits was not examined, so it is not forgiven. */
    if (rules->trusts_anyone && facts->limit == TLS_LIMIT_NONE)
        judgement_forgive(judgement);
    if (facts->profile == TLS_JAVA)
        judge_java_handshake(facts, judgement);
    if (facts->has_chain) {
        judge_demands(facts, rules, judgement);
    }
    if (!facts->done) {
        bool permanent = false;
        judge_say_handshake(facts, judgement_add(judgement), &permanent);
        judgement->permanent = judgement->permanent || permanent;
        return;
    }
    judge_client(facts, rules, judgement);
    judge_http(facts, rules, judgement);
}

void judge_tls(const struct tls_facts *facts, const struct tls_rules *rules, struct tls_judgement *judgement)
{
    memset(judgement, 0, sizeof *judgement);
    judge_all(facts, rules, judgement);
    judgement_close(judgement);
}
