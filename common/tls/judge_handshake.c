/* Cause and remedy of a handshake that did not end well, and of a client's certificate that was refused. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

/* --- the client's certificate --- */

static void hint_issuers(const struct tls_facts *facts, struct reason *why)
{
    if (facts->client_issuers.count == 0)
        reason_hint(why, "the server does not say which issuers it accepts: ask its operators");
    else
        reason_hint(why, "it must be from an issuer that the server names: %.100s%s%.100s%s",
                    facts->client_issuers.items[0], facts->client_issuers.count > 1 ? " / " : "",
                    facts->client_issuers.count > 1 ? facts->client_issuers.items[1] : "",
                    facts->client_issuers.count > 2 ? " / …" : "");
}

void judge_say_client_refused(const struct tls_facts *facts, struct reason *why)
{
    const struct certificate *client = &facts->client;
    char date[CERTIFICATE_TIME];

    if (facts->client_withheld) {
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server requires a client certificate, and --client-cert is for another server");
        reason_hint(why, "it is sent to the host of the given URL, never to one that it redirects to");
        return;
    }
    if (facts->java.client_unfit) {
        reason_set(
            why, CODE_CLIENT_CERTIFICATE,
            "Java sends none of its %zu client certificates: the server accepts neither their issuers nor their signatures",
            facts->java.clients);
        hint_issuers(facts, why);
        return;
    }
    if (!facts->client_given) {
        reason_set(why, CODE_CLIENT_CERTIFICATE,
                   "the server requires a client certificate, and none was given (--client-cert)");
        hint_issuers(facts, why);
        return;
    }
    if (!facts->client_shown) {
        reason_set(
            why, CODE_CLIENT_CERTIFICATE,
            "the client certificate %.100s was not sent: its key (%s) can make no signature that the server accepts",
            client->subject, client->key);
        reason_hint(
            why, "a certificate with another kind of key, or more signature algorithms in the server's list");
        return;
    }
    reason_set(why, CODE_CLIENT_CERTIFICATE, "the server refuses the client certificate %.100s",
               client->subject);
    if (facts->alert >= 0)
        reason_detail(why, " (alert: %.60s)", SSL_alert_desc_string_long(facts->alert));
    if (client->not_after < facts->time)
        reason_hint(why, "it expired on %s: it must be renewed",
                    certificate_format_time(client->not_after, date));
    else if (!client->client_tls)
        reason_hint(
            why,
            "its extended key usage lacks clientAuth, which public CAs no longer include: use a CA that does");
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
    if (facts->client_wanted && (is_about_client(facts->alert) || facts->alert == SSL_AD_HANDSHAKE_FAILURE)) {
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
            "it supports no TLS version that is offered: no current client supports TLS 1.0 and 1.1; see --min-tls, --max-tls");
    else if (facts->alert == SSL_AD_HANDSHAKE_FAILURE || facts->alert == SSL_AD_INSUFFICIENT_SECURITY)
        reason_hint(why, "no cipher, group or signature in common, or no certificate for that name: see the "
                         "server's list of "
                         "ciphers and its log");
    else if (facts->alert == SSL_AD_NO_APPLICATION_PROTOCOL)
        reason_hint(why, "it supports none of the protocols of --alpn");
    else if (facts->alert == SSL_AD_INTERNAL_ERROR)
        reason_hint(
            why,
            "the server has an internal error, or no certificate for that name yet (Go, Envoy, Caddy): look at its log");
    else if (is_about_client(facts->alert))
        reason_hint(
            why,
            "it had not asked for a client certificate, so this is about something else: does a firewall or a service "
            "mesh in between forbid this name or address?");
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
                        : "is this the wrong port, or is TLS not enabled there?");
        return;
    }
    reason_set(why, CODE_PROTOCOL, "what the peer sends is not TLS (it begins with bytes 0x%02x 0x%02x)",
               facts->first[0], facts->first_length > 1 ? facts->first[1] : 0);
    reason_hint(why, "is this the wrong port, or does something in between answer?");
}

static void say_library(const struct tls_facts *facts, struct reason *why)
{
    reason_set(why, CODE_PROTOCOL, "the handshake failed: %s", facts->library);
    if (strstr(facts->library, "legacy renegotiation"))
        reason_hint(
            why,
            "the server lacks secure renegotiation (RFC 5746) and must be updated; Java connects anyway (tls-check "
            "--profile java)");
    else if (strstr(facts->library, "unsupported protocol") || strstr(facts->library, "version"))
        reason_hint(why, "it supports no TLS version that is offered: see --min-tls, --max-tls of tls-check");
    else if (strstr(facts->library, "excessive message size"))
        reason_hint(why, "the server's certificates are longer than 256 KiB: few clients accept that");
    else if (strstr(facts->library, "Diffie-Hellman"))
        reason_hint(why, "the server needs parameters of 2048 bits, or an elliptic curve");
    else
        judge_hint_command(facts, "see what the server offers: openssl s_client", why);
}

void judge_say_handshake(const struct tls_facts *facts, struct reason *why, bool *permanent)
{
    *permanent = true;
    if (facts->end == TLS_END_FLOOD) {
        reason_set(why, CODE_PROTOCOL, "the peer sends data without end, and never completes the handshake");
        reason_hint(why, "is this the right port? this is not how a TLS server behaves");
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
        reason_set(why, CODE_FAILED, "the TLS handshake timed out");
    else if (facts->end == TLS_END_SYSTEM)
        reason_set(why, CODE_FAILED, "the connection broke in the handshake: %s",
                   strerror(facts->system_error));
    else
        reason_set(why, CODE_FAILED, "the peer closed the connection in the handshake");
    if (facts->client_wanted && !facts->client_given)
        reason_hint(why, "it asked for a client certificate and got none (--client-cert)");
    else if (facts->end == TLS_END_TIMEOUT)
        reason_hint(why, JUDGE_SILENCE);
    else
        reason_hint(
            why,
            "is it a load balancer without a backend, a firewall that filters by name (SNI), or a server that is starting?");
}
