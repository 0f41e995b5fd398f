/* Cause and remedy of a chain that ends in no anchor of the trust store. */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

enum { URL_SHOWN = 80, JAVA_STORE_SHOWN = 80 };

/* Names that only products use which intercept TLS: the chain is theirs, not the server's. */
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

/* The file that keytool is to change; a word in its place where its path cannot stand in a command. */
static const char *java_store(const struct tls_facts *facts)
{
    return reason_word(facts->java_store, JAVA_STORE_SHOWN, "TRUST_STORE");
}

/* The line that would put the root into the very file that lacks it; `url` is where the root is to be had, if that is known. */
static void hint_add_root(const struct tls_facts *facts, const char *url, struct reason *why)
{
    const char *place = reason_word(url, URL_SHOWN, NULL);
    const char *from = place ? " from " : "";

    if (!place)
        place = "";
    if (facts->java_store[0] != '\0')
        reason_hint(why,
                    "add the root%s%s: keytool -importcert -alias NAME -file ROOT.pem -keystore %s; see "
                    "what is there: keytool -list -v -keystore %s",
                    from, place, java_store(facts), java_store(facts));
    else {
        reason_hint(why, "add the root's PEM%s%s to %.60s", from, place, facts->store);
        judge_hint_command(facts, "see what the server sends: openssl s_client -showcerts", why);
    }
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
                        "-keystore %s (--export-chain writes it)",
                        java_store(facts));
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

/* The same name with another key: a renewed CA, or somebody who only uses its name. */
static void say_other_key(const struct tls_facts *facts, struct reason *why)
{
    reason_set(why, CODE_UNTRUSTED, "%.80s has a %.100s, but with another key than the one that signed %.80s",
               facts->store, facts->missing, facts->chain[facts->chain_count - 1].subject);
    if (facts->java_store[0] != '\0')
        reason_hint(
            why,
            "the CA was renewed, or somebody else uses its name: get its current certificate from its operators, then "
            "keytool -importcert -alias NAME -file ROOT.pem -keystore %s",
            java_store(facts));
    else
        reason_hint(
            why,
            "the CA was renewed, or somebody else uses its name: get its current certificate from its operators, and "
            "add it to %.80s",
            facts->store);
}

/* A server's certificate alone does not tell whether its issuer is an intermediate, as with most CAs, or a root. */
static void hint_send_chain(const struct tls_facts *facts, struct reason *why)
{
    static const char alone[] =
        "the server sends only its own certificate: if that issuer is an intermediate, the server must send it, too; "
        "if it is a root, add";

    if (facts->java_store[0] != '\0') {
        reason_hint(why, "%s it: keytool -importcert -alias NAME -file ROOT.pem -keystore %s", alone,
                    java_store(facts));
    } else {
        reason_hint(why, "%s its PEM to %.60s", alone, facts->store);
        judge_hint_command(facts, "see what the server sends: openssl s_client -showcerts", why);
    }
}

/* The CA is there, and its key made the signature; but the certificate names it by another identifier than it has. */
static void say_other_identifier(const struct tls_facts *facts, struct reason *why)
{
    const struct certificate *last = &facts->chain[facts->chain_count - 1];

    reason_set(
        why, CODE_UNTRUSTED,
        "%.100s does not match its issuer %.100s: its authority key identifier names another key or number than that has",
        last->subject, facts->missing);
    reason_hint(
        why,
        "the signature is right; OpenSSL accepts no issuer whose identifier does not match: have the certificate "
        "issued again, since the CA's own was renewed with another identifier");
}

/* A server that sends a CA certificate usually sends its whole chain: then the root is missing, and the CA's caIssuers URL leads to
 * that. A server that sends only its own certificate, with such a URL, forgot the intermediates. */
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
        const char *url = reason_word(last->issuer_url, 2 * URL_SHOWN, NULL);
        reason_hint(why,
                    "the server must send its whole chain: add the intermediate to its certificate file%s%s",
                    url ? "; get it from " : "", url ? url : "");
        return;
    }
    reason_set(why, CODE_UNTRUSTED,
               "unknown issuer %.100s: %.80s (%zu anchor%s) lacks it, and the server does not send it%s",
               facts->missing, facts->store, facts->anchors, facts->anchors == 1 ? "" : "s", closest);
    if (facts->sent_count == 1 && !last->is_ca)
        hint_send_chain(facts, why);
    else
        hint_add_root(facts, last->issuer_url, why);
}

void judge_say_too_long(const struct tls_facts *facts, struct reason *why)
{
    size_t count = facts->sent_total > TLS_CHAIN_MOST ? facts->sent_total : 0;

    reason_set(why, CODE_UNTRUSTED, "the chain is too long: more than %d certificates", TLS_CHAIN_MOST);
    if (count > 0)
        reason_detail(why, " (the server sends %zu)", count);
    reason_hint(
        why,
        "the server must send its own certificate and the intermediates above it, nothing else: is a whole CA bundle "
        "in its certificate file?");
}

void judge_say_untrusted(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    if (error->error == X509_V_ERR_CERT_CHAIN_TOO_LONG) {
        judge_say_too_long(facts, why);
        return;
    }
    if (facts->chain_count == 0) {
        reason_set(why, CODE_UNTRUSTED, "the chain holds no certificate that can be verified");
        judge_hint_command(facts, "see what the server sends: openssl s_client -showcerts", why);
        return;
    }
    const struct certificate *last = &facts->chain[facts->chain_count - 1];
    const char *interceptor = judge_interceptor(last->issuer);

    if (!facts->missing) {
        reason_set(why, CODE_UNTRUSTED, "the chain up to %.100s is not valid: a signature in it is wrong",
                   last->subject);
        reason_hint(
            why,
            "one of its certificates was not issued by the CA that it names: ask the server's operators; or somebody "
            "intercepts the connection");
    } else if (facts->identifier_differs) {
        say_other_identifier(facts, why);
    } else if (facts->likeness == TRUSTSTORE_SAME_NAME && !last->self_issued &&
               facts->chain_sent == facts->chain_count)
        say_other_key(facts, why);
    else if (facts->likeness == TRUSTSTORE_SAME_NAME && last->self_issued)
        say_other_key(facts, why);
    else if (last->self_issued)
        say_self_signed(facts, why);
    else if (facts->chain_sent < facts->chain_count) {
        reason_set(why, CODE_UNTRUSTED,
                   "%.100s is in %.80s, but is not a root: its issuer %.80s is not there", last->subject,
                   facts->store, facts->missing);
        reason_hint(
            why,
            "Java would trust it as it is (tls-check --profile java); OpenSSL requires the root in the store");
    } else
        say_missing(facts, why);
    if (interceptor)
        reason_hint(
            why,
            "a %s between here and the server intercepts TLS and signs with its own CA: add that CA's certificate to "
            "%.80s, or exclude this host there",
            interceptor, facts->store);
}
