/* Rules of Java's own for certificates, beyond those of its path: algorithms, usage, distrusted roots. What is disabled since when
 * is in java_rules.c. */
#include <openssl/x509.h>
#include <string.h>

#include "common/tls/judge_parts.h"
#include "common/trust/java_distrust.h"
#include "common/trust/java_rules.h"

#include "common/base/banned.h"

enum { RSA_USUAL = 2048 };

/* --- algorithms of certificates --- */

static bool is_kind(const struct certificate *certificate, const char *kind)
{
    return strncmp(certificate->key_type, kind, strlen(kind)) == 0;
}

static bool takes_key(struct java_version version, const struct certificate *certificate)
{
    if (is_kind(certificate, "RSA"))
        return certificate->key_bits >= java_number(version, JAVA_RSA_LEAST);
    if (is_kind(certificate, "DSA"))
        return certificate->key_bits >= java_number(version, JAVA_DSA_LEAST);
    if (strcmp(certificate->key_type, "EC") == 0) {
        const char *curve = strchr(certificate->key, ' ');
        return certificate->key_bits >= java_number(version, JAVA_EC_LEAST) && curve &&
               java_lists(version, JAVA_CURVES, curve + 1);
    }
    return is_kind(certificate, "ED25519") || is_kind(certificate, "ED448");
}

/* What TLS version it is is not known before the handshake is over: the stricter then. */
static bool takes_signature(const struct tls_facts *facts, struct java_version version,
                            const struct certificate *certificate)
{
    bool tls12 = strcmp(facts->protocol, "TLSv1.2") == 0;

    if (strncmp(certificate->signature, "ED", 2) == 0)
        return true;
    if (strncmp(certificate->signature, "dsa", 3) == 0 && !tls12 && java_number(version, JAVA_DSA_13) == 0)
        return false;
    return java_lists(version, tls12 ? JAVA_DIGESTS : JAVA_DIGESTS_13, certificate->digest);
}

struct reason *judge_java_add(struct tls_judgement *judgement, bool refused, bool refused_by_newest)
{
    if (!refused)
        return refused_by_newest ? judgement_warn(judgement) : NULL;
    judgement->permanent = true;
    return judgement_add(judgement);
}

static void judge_key(const struct tls_facts *facts, size_t depth, struct tls_judgement *judgement)
{
    const struct certificate *certificate = &facts->chain[depth];
    struct tls_error weak = {.error = depth == 0 ? X509_V_ERR_EE_KEY_TOO_SMALL : X509_V_ERR_CA_KEY_TOO_SMALL,
                             .depth = (int)depth};
    char place[JUDGE_PLACE];

    if (takes_key(facts->java.version, certificate)) {
        if (is_kind(certificate, "RSA") && certificate->key_bits < RSA_USUAL)
            judge_forgive(facts, &weak, judgement);
        return;
    }
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak key, or one that Java does not accept (%s)",
               judge_place(facts, depth, place), certificate->key);
    reason_hint(why, "it must be issued again with RSA 2048, P-256, P-384, P-521 or Ed25519");
}

static void judge_signature(const struct tls_facts *facts, size_t depth, struct tls_judgement *judgement)
{
    const struct certificate *certificate = &facts->chain[depth];
    struct java_version version = facts->java.version;
    bool refused = !takes_signature(facts, version, certificate);
    bool later = !takes_signature(facts, java_version_newest(version), certificate);
    struct reason *why = judge_java_add(judgement, refused, later);
    char place[JUDGE_PLACE];

    if (why) {
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak signature, or one that %s accepts (%s)",
                   judge_place(facts, depth, place), refused ? "no JVM" : "no newer JVM",
                   certificate->signature);
        reason_hint(why, "it must be signed again with SHA-256, SHA-384 or SHA-512");
    } else if (strcmp(certificate->digest, "SHA1") == 0) {
        judge_forgive(facts, &(struct tls_error){X509_V_ERR_CA_MD_TOO_WEAK, (int)depth}, judgement);
    }
}

/* --- usage --- */

/* What the key must be allowed to do follows from the key exchange (EndEntityChecker in the JDK): decrypt, or sign. */
static void judge_usage(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    bool decrypts = facts->cipher[0] != '\0' && strncmp(facts->cipher, "TLS_", 4) != 0 &&
                    !strstr(facts->cipher, "DHE-");
    const struct certificate *leaf = facts->sent;

    if (facts->sent_count == 0 || !facts->done || (decrypts ? leaf->enciphers : leaf->signs))
        return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE, "the certificate %.100s may not be used for %s (its key usage)",
               leaf->subject, decrypts ? "key encipherment, which this cipher needs" : "digital signatures");
    reason_hint(why, "Java refuses it: it needs the key usage %s, or none",
                decrypts ? "keyEncipherment" : "digitalSignature");
}

static void judge_purpose(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->sent_count == 0 || facts->sent[0].serves_tls)
        return;
    judge_say_unfit(facts, &(struct tls_error){X509_V_ERR_INVALID_PURPOSE, 0}, judgement_add(judgement));
    judgement->permanent = true;
}

/* --- the path --- */

static void judge_distrust(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    const struct certificate *anchor = &facts->chain[facts->chain_count - 1], *leaf = &facts->chain[0];
    struct java_version version = facts->java.version;
    const struct java_distrusted *now, *later;
    char date[CERTIFICATE_TIME];

    now = java_distrusts(version, anchor->sha256, leaf->not_before, facts->time);
    later = java_distrusts(java_version_newest(version), anchor->sha256, leaf->not_before, facts->time);
    struct reason *why = judge_java_add(judgement, now != NULL, later != NULL);
    if (!why)
        return;
    reason_set(why, CODE_UNTRUSTED, "%s no longer %s %.80s: it may not certify servers since %s",
               now ? "Java" : "a newer Java", now ? "trusts" : "will trust", (now ? now : later)->name,
               certificate_format_time((now ? now : later)->last, date));
    reason_hint(
        why, "the server needs a certificate of another CA (java.security, jdk.security.caDistrustPolicies)");
}

static void judge_blocked(const struct tls_facts *facts, size_t depth, struct tls_judgement *judgement)
{
    struct java_version version = facts->java.version;
    bool blocked = java_blocks(version, facts->chain[depth].sha256);
    bool later = java_blocks(java_version_newest(version), facts->chain[depth].sha256);
    struct reason *why = judge_java_add(judgement, blocked, later);
    char place[JUDGE_PLACE];

    if (!why)
        return;
    reason_set(why, CODE_UNTRUSTED, "%s refuses the %s, by its fingerprint",
               blocked ? "Java" : "a newer Java", judge_place(facts, depth, place));
    reason_hint(
        why, "it is known from an attack (lib/security/blocked.certs of the JDK): is this the right server?");
}

static void judge_anchor(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    const struct certificate *last = &facts->chain[facts->chain_count - 1];
    char place[JUDGE_PLACE];

    if (!facts->verified || facts->chain_count == facts->chain_sent)
        return;
    judge_distrust(facts, judgement);
    if (!last->self_issued)
        reason_set(judgement_warn(judgement), CODE_UNTRUSTED,
                   "only Java trusts this: the %s is an anchor in %.80s although it is not a root",
                   judge_place(facts, facts->chain_count - 1, place), facts->store);
}

void judge_java_flaw(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    struct reason *why = judgement_add(judgement);

    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE, "Java refuses the certificate %.100s: %s", facts->java.flawed,
               facts->java.flaw);
    reason_hint(why, "show with: openssl x509 -noout -text -in CERTIFICATE.pem; it must be issued again");
}

/* The chain is good to OpenSSL, and a JVM does not get as far as its anchor. */
static void judge_search(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    struct reason *why = judgement_add(judgement);

    judgement->permanent = true;
    reason_set(why, CODE_UNTRUSTED,
               "Java finds no path to an anchor: it searches no more than %d intermediates",
               (int)java_number(facts->java.version, JAVA_INTERMEDIATES_MOST));
    reason_hint(
        why, "the server must send its chain in order, each certificate before its issuer, and nothing else");
}

void judge_java(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->java.flaw && !facts->java.unreadable)
        judge_java_flaw(facts, judgement);
    if (facts->chain_count > 0 && !judge_leaf_is_anchor(facts)) {
        judge_usage(facts, judgement);
        judge_purpose(facts, judgement);
        for (size_t i = 0; i < facts->chain_count; i++) {
            judge_blocked(facts, i, judgement);
            judge_key(facts, i, judgement);
            if (i < facts->chain_sent) /* nobody looks at the signature of an anchor */
                judge_signature(facts, i, judgement);
        }
    }
    if (judge_leaf_is_anchor(facts)) /* a server that keeps to what a JVM offers does not even show it */
        judge_signature(facts, 0, judgement);
    if (facts->chain_count > 0)
        judge_anchor(facts, judgement);
    if (!facts->verified && judgement->count == 0 && facts->java.search_limited)
        judge_search(facts, judgement);
}
