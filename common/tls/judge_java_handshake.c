/* What Java's handshake does not bear, and what of it newer updates no longer offer. */
#include <openssl/ssl.h>
#include <string.h>

#include "common/tls/judge_parts.h"
#include "common/trust/java_rules.h"

#include "common/base/banned.h"

static void judge_sizes(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    struct java_version version = facts->java.version;
    int64_t chain = java_number(version, JAVA_CHAIN_MOST), message = java_number(version, JAVA_MESSAGE_MOST);

    if ((int64_t)facts->sent_total > chain && facts->limit != TLS_LIMIT_LENGTH) {
        struct reason *why = judgement_add(judgement);
        judgement->permanent = true;
        reason_set(why, CODE_UNTRUSTED,
                   "the server sends %zu certificates, and Java accepts no more than %lld", facts->sent_total,
                   (long long)chain);
        reason_hint(
            why,
            "the server must send its own certificate and the intermediates above it, nothing else; or the JVM must "
            "run with -D%s=%zu",
            java_source(version, JAVA_CHAIN_MOST), facts->sent_total);
    }
    if ((int64_t)facts->java.message_most > message) {
        struct reason *why = judgement_add(judgement);
        judgement->permanent = true;
        reason_set(why, CODE_UNFIT_CERTIFICATE,
                   "a message of the handshake has %zu bytes, and Java accepts no more than %lld",
                   facts->java.message_most, (long long)message);
        reason_hint(
            why,
            "the server's certificates have too many names, or there are too many of them; or the JVM must run with -D%s=%zu",
            java_source(version, JAVA_MESSAGE_MOST), facts->java.message_most);
    }
}

static void judge_warning(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    const char *words = SSL_alert_desc_string_long(facts->java.warning);

    if (facts->java.warning < 0)
        return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    reason_set(why, facts->java.warning == SSL_AD_UNRECOGNIZED_NAME ? CODE_WRONG_NAME : CODE_PROTOCOL,
               "the server sends a warning in the handshake, at which Java ends it (alert: %s)", words);
    if (facts->java.warning == SSL_AD_UNRECOGNIZED_NAME)
        reason_hint(
            why,
            "the server does not know the name %.100s: add it there (Apache: ServerName or ServerAlias), or start "
            "the JVM with -Djsse.enableSNIExtension=false",
            facts->name);
    else
        reason_hint(why, "other clients ignore it: look at the server's log");
}

/* What newer updates no longer offer. */
static void judge_cipher(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    bool static_rsa = facts->cipher[0] != '\0' && strncmp(facts->cipher, "TLS_", 4) != 0 &&
                      !strstr(facts->cipher, "DHE-");

    if (facts->done && static_rsa &&
        strstr(java_text(java_version_newest(facts->java.version), JAVA_CIPHERS), "!kRSA"))
        reason_set(judgement_warn(judgement), CODE_PROTOCOL,
                   "no newer JVM offers the cipher %s, without forward secrecy: %s", facts->cipher,
                   java_source(java_version_newest(facts->java.version), JAVA_CIPHERS));
}

static bool takes_sha1(struct java_version version)
{
    return strstr(java_text(version, JAVA_SCHEMES), "SHA1") != NULL;
}

static void judge_scheme(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    struct java_version version = facts->java.version, newest = java_version_newest(version);
    bool sha1 = facts->done && facts->java.signs_sha1;
    struct reason *why = judge_java_add(judgement, sha1 && !takes_sha1(version), sha1 && !takes_sha1(newest));

    if (!why)
        return;
    reason_set(why, CODE_PROTOCOL, "the server signs the handshake over SHA-1, which %s accepts",
               takes_sha1(version) ? "no newer JVM" : "no JVM");
    reason_hint(why, "the server's list of signature algorithms needs SHA-256: %s",
                java_source(newest, JAVA_SCHEMES));
}

static void judge_choice(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (!facts->java.client_unfit || !facts->client_wanted)
        return;
    struct reason *why = judgement_warn(judgement);
    reason_set(
        why, CODE_CLIENT_CERTIFICATE,
        "the server requires a client certificate, and it accepts neither the issuers nor the signatures of the %zu "
        "that there are: Java sends none",
        facts->java.clients);
}

void judge_java_handshake(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->java.flaw && facts->java.unreadable)
        judge_java_flaw(facts, judgement);
    judge_sizes(facts, judgement);
    judge_warning(facts, judgement);
    judge_cipher(facts, judgement);
    judge_scheme(facts, judgement);
    judge_choice(facts, judgement);
}
