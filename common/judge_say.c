/* Cause and remedy: what an operator reads when a chain has no anchor, a handshake ends early, or a client is refused. */
#include "common/judge_say.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/banned.h"

/* --- no anchor --- */

/* Names that only those use who open TLS on its way: the chain is theirs, not the server's. */
static const char *const interceptors[] = {
    "Zscaler",       "Netskope",       "Fortinet",       "FortiGate",      "Palo Alto",   "Blue Coat",
    "Symantec Web",  "McAfee Web",     "Sophos",         "Cisco Umbrella", "Check Point", "WatchGuard",
    "SonicWall",     "Forcepoint",     "mitmproxy",      "Squid",          "Kaspersky",   "ESET SSL",
    "Skyhigh",       "iboss",          "Cato Networks",  "Barracuda",      "Untangle",    "Burp",
    "Charles Proxy", "TLS Inspection", "SSL Inspection",
};

const char *judge_interceptor(const char *issuer)
{
    for (size_t i = 0; i < sizeof interceptors / sizeof interceptors[0]; i++)
        if (strcasestr(issuer, interceptors[i]))
            return interceptors[i];
    return NULL;
}

static void hint_closest(const struct tls_facts *facts, char *text, size_t size)
{
    text[0] = '\0';
    if (facts->likeness == TRUSTSTORE_SIMILAR)
        snprintf(text, size, "; the closest there is %.90s", facts->closest);
}

/* The line that would put the root into the very file that lacks it; `url` is where the root is to be had, if that is known. */
static void hint_add_root(const struct tls_facts *facts, const char *url, struct reason *why)
{
    const char *from = url ? " from " : "";

    if (facts->java_store[0] != '\0')
        reason_hint(
            why,
            "add the root%s%.100s: keytool -importcert -alias NAME -file ROOT.pem -keystore %.80s; see "
            "what is there: keytool -list -v -keystore %.80s",
            from, url ? url : "", facts->java_store, facts->java_store);
    else
        reason_hint(why,
                    "add the root's PEM%s%.100s to %.100s; see what the server sends: openssl s_client "
                    "-showcerts -connect HOST:PORT",
                    from, url ? url : "", facts->store);
}

static void say_self_signed(const struct tls_facts *facts, struct reason *why)
{
    char closest[128];

    hint_closest(facts, closest, sizeof closest);
    if (facts->sent_count == 1 || facts->chain_count == 1) {
        reason_set(why, CODE_UNTRUSTED,
                   "self-signed certificate %.100s, which is not in %.80s (%zu anchor%s)",
                   facts->chain[0].subject, facts->store, facts->anchors, facts->anchors == 1 ? "" : "s");
        if (facts->java_store[0] != '\0')
            reason_hint(why,
                        "if it is the server's own, add it: keytool -importcert -alias NAME -file SERVER.pem "
                        "-keystore "
                        "%.100s (--export-chain writes it)",
                        facts->java_store);
        else
            reason_hint(
                why,
                "give the server a certificate of a CA, or add this one to %.100s (--export-chain writes it)",
                facts->store);
        return;
    }
    reason_set(why, CODE_UNTRUSTED,
               "untrusted root %.100s: the server sends it, %.80s (%zu anchor%s) lacks it%s",
               facts->chain[facts->chain_count - 1].subject, facts->store, facts->anchors,
               facts->anchors == 1 ? "" : "s", closest);
    hint_add_root(facts, NULL, why);
}

/* The same name with another key: a renewed CA, or somebody who only bears its name. */
static void say_other_key(const struct tls_facts *facts, struct reason *why)
{
    reason_set(why, CODE_UNTRUSTED, "%.80s has a %.100s, but with another key than the one that signed %.80s",
               facts->store, facts->missing, facts->chain[facts->chain_count - 1].subject);
    if (facts->java_store[0] != '\0')
        reason_hint(why,
                    "the CA was renewed, or somebody uses its name: get its present certificate from those "
                    "who run it, "
                    "then keytool -importcert -alias NAME -file ROOT.pem -keystore %.80s",
                    facts->java_store);
    else
        reason_hint(why,
                    "the CA was renewed, or somebody uses its name: get its present certificate from those "
                    "who run it, "
                    "and add it to %.80s",
                    facts->store);
}

/* A server that sends a CA's certificate sends its chain, as a rule: what lacks is the root, and where that CA says that its issuer
 * is to be had is the root then. One that sends its own alone, and that tells where its issuer is to be had, forgot the rest. */
static void say_missing(const struct tls_facts *facts, struct reason *why)
{
    const struct certificate *last = &facts->chain[facts->chain_count - 1];
    char closest[128];

    hint_closest(facts, closest, sizeof closest);
    if (last->issuer_url && !last->is_ca) {
        reason_set(why, CODE_UNTRUSTED,
                   "missing intermediate %.100s: the server does not send the issuer of %.80s, and %.60s "
                   "lacks it%s",
                   facts->missing, last->subject, facts->store, closest);
        reason_hint(why,
                    "the server has to send its whole chain: add the intermediate to its certificate file; "
                    "it is to be "
                    "had from %.120s",
                    last->issuer_url);
        return;
    }
    reason_set(why, CODE_UNTRUSTED,
               "unknown issuer %.100s: %.80s (%zu anchor%s) lacks it, and the server does not send it%s",
               facts->missing, facts->store, facts->anchors, facts->anchors == 1 ? "" : "s", closest);
    hint_add_root(facts, last->issuer_url, why);
}

void judge_say_untrusted(const struct tls_facts *facts, struct reason *why)
{
    const struct certificate *last = &facts->chain[facts->chain_count - 1];
    const char *interceptor = judge_interceptor(last->issuer);

    if (!facts->missing)
        reason_set(why, CODE_UNTRUSTED, "the chain up to %.100s does not hold: a signature in it is wrong",
                   last->subject);
    else if (facts->likeness == TRUSTSTORE_SAME_NAME && !last->self_issued &&
             facts->chain_sent == facts->chain_count)
        say_other_key(facts, why);
    else if (facts->likeness == TRUSTSTORE_SAME_NAME && last->self_issued)
        say_other_key(facts, why);
    else if (last->self_issued)
        say_self_signed(facts, why);
    else if (facts->chain_sent < facts->chain_count) {
        reason_set(why, CODE_UNTRUSTED, "%.100s is in %.80s, but no root: its issuer %.80s is not there",
                   last->subject, facts->store, facts->missing);
        reason_hint(
            why,
            "Java would trust it as it is (tls-check --profile java); OpenSSL wants the root in the store");
    } else
        say_missing(facts, why);
    if (interceptor)
        reason_hint(why,
                    "a %s between here and the server opens TLS and signs with its own CA: add that CA's "
                    "certificate to "
                    "%.80s, or have this host left out there",
                    interceptor, facts->store);
}

/* --- the client's certificate --- */

static void hint_issuers(const struct tls_facts *facts, struct reason *why)
{
    if (facts->client_issuers.count == 0)
        reason_hint(why, "the server does not say which issuers it accepts: ask those who run it");
    else
        reason_hint(why, "it has to be from one of those the server names: %.100s%s%.100s%s",
                    facts->client_issuers.items[0], facts->client_issuers.count > 1 ? " / " : "",
                    facts->client_issuers.count > 1 ? facts->client_issuers.items[1] : "",
                    facts->client_issuers.count > 2 ? " / …" : "");
}

void judge_say_client_refused(const struct tls_facts *facts, struct reason *why)
{
    const struct certificate *client = &facts->client;
    char date[CERTIFICATE_TIME];

    if (!facts->client_given) {
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server wants a client certificate, and none was given (--client-cert)");
        hint_issuers(facts, why);
        return;
    }
    reason_set(why, CODE_CLIENT_CERTIFICATE, "the server refuses the client certificate %.100s",
               client->subject);
    if (facts->alert >= 0)
        reason_detail(why, " (alert: %.60s)", SSL_alert_desc_string_long(facts->alert));
    if (client->not_after < facts->time)
        reason_hint(why, "it expired on %s: it has to be renewed",
                    certificate_format_time(client->not_after, date));
    else if (!client->client_tls)
        reason_hint(why, "its extended key usage lacks clientAuth, which public CAs no longer put in: it has "
                         "to be from a CA "
                         "that does");
    else if (facts->client_issuers.count > 0 && !facts->client_issuer_listed)
        hint_issuers(facts, why);
    else
        reason_hint(why, "its issuer %.120s: does the server trust it, and was it revoked?", client->issuer);
}

/* --- handshakes that end early --- */

static bool is_about_client(int alert)
{
    return alert == SSL_AD_BAD_CERTIFICATE || alert == SSL_AD_UNSUPPORTED_CERTIFICATE ||
           alert == SSL_AD_CERTIFICATE_REVOKED || alert == SSL_AD_CERTIFICATE_EXPIRED ||
           alert == SSL_AD_CERTIFICATE_UNKNOWN || alert == SSL_AD_UNKNOWN_CA ||
           alert == SSL_AD_ACCESS_DENIED || alert == SSL_AD_DECRYPT_ERROR ||
           alert == TLS13_AD_CERTIFICATE_REQUIRED;
}

static void say_alert(const struct tls_facts *facts, struct reason *why, bool *permanent)
{
    const char *words = SSL_alert_desc_string_long(facts->alert);

    *permanent = facts->alert != SSL_AD_INTERNAL_ERROR && facts->alert != SSL_AD_USER_CANCELLED;
    if (is_about_client(facts->alert) || (facts->client_wanted && facts->alert == SSL_AD_HANDSHAKE_FAILURE)) {
        judge_say_client_refused(facts, why);
        return;
    }
    if (facts->alert == SSL_AD_UNRECOGNIZED_NAME) {
        reason_set(why, CODE_WRONG_NAME, "the server does not know the name %.100s (alert: %s)", facts->name,
                   words);
        reason_hint(
            why,
            "it has no certificate for that name: use another, or send one that it knows (--server-name)");
        return;
    }
    reason_set(why, CODE_PROTOCOL, "the server ended the handshake (alert: %s)", words);
    if (facts->alert == SSL_AD_PROTOCOL_VERSION)
        reason_hint(
            why,
            "it speaks no TLS version that is offered: TLS 1.0 and 1.1 are gone everywhere; see --min-tls, "
            "--max-tls");
    else if (facts->alert == SSL_AD_HANDSHAKE_FAILURE || facts->alert == SSL_AD_INSUFFICIENT_SECURITY)
        reason_hint(why, "no cipher, group or signature in common, or no certificate for that name: see the "
                         "server's list of "
                         "ciphers and its log");
    else if (facts->alert == SSL_AD_NO_APPLICATION_PROTOCOL)
        reason_hint(why, "it speaks none of the protocols of --alpn");
    else if (facts->alert == SSL_AD_INTERNAL_ERROR)
        reason_hint(why, "the server has trouble of its own: look at its log");
}

/* What the peer speaks instead, by its first bytes; NULL when they tell nothing. */
static const char *other_protocol(const struct tls_facts *facts)
{
    static const struct {
        const char *begin, *name;
    } known[] = {
        {"HTTP/", "plain HTTP"}, {"<", "plain HTTP"}, {"SSH-", "SSH"},   {"220", "SMTP or FTP"},
        {"* OK", "IMAP"},        {"+OK", "POP3"},     {"-ERR", "Redis"}, {"554", "SMTP"},
        {"AMQP", "AMQP"},        {"RFB", "VNC"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i].begin);
        if (facts->first_length >= length && memcmp(facts->first, known[i].begin, length) == 0)
            return known[i].name;
    }
    return NULL;
}

static bool looks_like_tls(const struct tls_facts *facts)
{
    return facts->first_length == 0 || (facts->first[0] >= 20 && facts->first[0] <= 24 &&
                                        (facts->first_length < 2 || facts->first[1] == 3));
}

static void say_not_tls(const struct tls_facts *facts, struct reason *why)
{
    const char *other = other_protocol(facts);

    if (other) {
        reason_set(why, CODE_PROTOCOL, "the peer speaks %s on this port, not TLS", other);
        reason_hint(why, "%s",
                    strstr(other, "SMTP") || strstr(other, "IMAP") || strstr(other, "POP3")
                        ? "is TLS started there by a command (--starttls), or is this the wrong port?"
                        : "is this the wrong port, or is TLS not switched on there?");
        return;
    }
    reason_set(why, CODE_PROTOCOL, "what the peer sends is not TLS (it begins with bytes 0x%02x 0x%02x)",
               facts->first[0], facts->first_length > 1 ? facts->first[1] : 0);
    reason_hint(why, "is this the wrong port, or does something between here and there answer?");
}

static void say_library(const struct tls_facts *facts, struct reason *why)
{
    reason_set(why, CODE_PROTOCOL, "the handshake failed: %s", facts->library);
    if (strstr(facts->library, "legacy renegotiation"))
        reason_hint(why, "the server lacks secure renegotiation (RFC 5746) and has to be updated; Java "
                         "connects all the same "
                         "(tls-check --profile java)");
    else if (strstr(facts->library, "unsupported protocol") || strstr(facts->library, "version"))
        reason_hint(why, "it speaks no TLS version that is offered: see --min-tls, --max-tls of tls-check");
    else if (strstr(facts->library, "excessive message size"))
        reason_hint(why, "the server's certificates are longer than 1 MiB: no client takes that");
    else
        reason_hint(why, "see what the server offers: openssl s_client -connect HOST:PORT");
}

void judge_say_handshake(const struct tls_facts *facts, struct reason *why, bool *permanent)
{
    *permanent = true;
    if (facts->end == TLS_END_FLOOD) {
        reason_set(why, CODE_PROTOCOL, "the peer sends without end, and never shakes hands");
        reason_hint(why, "is this the right port? what answers there is no sane TLS server");
        return;
    }
    if (facts->end == TLS_END_ALERT) {
        say_alert(facts, why, permanent);
        return;
    }
    if (!looks_like_tls(facts)) {
        say_not_tls(facts, why);
        return;
    }
    if (facts->end == TLS_END_LIBRARY) {
        say_library(facts, why);
        return;
    }
    *permanent = false;
    if (facts->end == TLS_END_TIMEOUT)
        reason_set(why, CODE_FAILED, "no end of the handshake within the attempt's time");
    else if (facts->end == TLS_END_SYSTEM)
        reason_set(why, CODE_FAILED, "the connection broke in the handshake: %s",
                   strerror(facts->system_error));
    else
        reason_set(why, CODE_FAILED, "the peer closed the connection in the handshake");
    if (facts->client_wanted && !facts->client_given)
        reason_hint(why, "it had asked for a client certificate, and got none (--client-cert)");
    else if (facts->end == TLS_END_TIMEOUT)
        reason_hint(
            why,
            "something accepts and does not answer: does this port speak TLS, is the server overloaded?");
    else
        reason_hint(
            why,
            "a balancer without a backend, a firewall that looks for names (SNI), or a server that starts");
}
