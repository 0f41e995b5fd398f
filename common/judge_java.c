/* Rules of Java's own, beyond those of X509_verify_cert: JDK 17's, as its PKIX validator has them. */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/judge_parts.h"

#include "common/banned.h"

enum { RSA_LEAST = 1024, RSA_USUAL = 2048, EC_LEAST = 224 };

static bool java_refuses_digest(const struct certificate *certificate)
{
    return strncmp(certificate->digest, "MD", 2) == 0;
}

static bool java_refuses_key(const struct certificate *certificate)
{
    bool rsa = strncmp(certificate->key_type, "RSA", 3) == 0;

    return (rsa && certificate->key_bits < RSA_LEAST) ||
           (strcmp(certificate->key_type, "EC") == 0 && certificate->key_bits < EC_LEAST);
}

static void judge_java_certificate(const struct tls_facts *facts, size_t depth,
                                   struct tls_judgement *judgement)
{
    const struct certificate *certificate = &facts->chain[depth];
    bool anchor = depth >= facts->chain_sent;
    struct tls_error key = {.error = depth == 0 ? X509_V_ERR_EE_KEY_TOO_SMALL : X509_V_ERR_CA_KEY_TOO_SMALL,
                            .depth = (int)depth};
    struct tls_error digest = {.error = X509_V_ERR_CA_MD_TOO_WEAK, .depth = (int)depth};

    if (java_refuses_key(certificate) && !(anchor && depth == 0)) {
        judge_say_unfit(facts, &key, judge_add(judgement));
        judgement->permanent = true;
    } else if (strncmp(certificate->key_type, "RSA", 3) == 0 && certificate->key_bits < RSA_USUAL) {
        judge_forgive(facts, &key, judgement);
    }
    if (anchor)
        return; /* nobody looks at the signature of an anchor */
    if (java_refuses_digest(certificate)) {
        judge_say_unfit(facts, &digest, judge_add(judgement));
        judgement->permanent = true;
    } else if (strcmp(certificate->digest, "SHA1") == 0) {
        judge_forgive(facts, &digest, judgement);
    }
}

/* What the key must be allowed to do follows from the key exchange (EndEntityChecker in the JDK): decrypt, or sign. */
static void judge_java_usage(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    bool decrypts = facts->cipher[0] != '\0' && strncmp(facts->cipher, "TLS_", 4) != 0 &&
                    !strstr(facts->cipher, "DHE-");
    const struct certificate *leaf = facts->sent;

    if (facts->sent_count == 0 || !facts->done || (decrypts ? leaf->enciphers : leaf->signs))
        return;
    struct reason *why = judge_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE, "the certificate %.100s may not be used for %s (its key usage)",
               leaf->subject, decrypts ? "key encipherment, which this cipher needs" : "digital signatures");
    reason_hint(why, "Java refuses it: it needs the key usage %s, or none",
                decrypts ? "keyEncipherment" : "digitalSignature");
}

void judge_java(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (!judge_leaf_is_anchor(facts)) {
        judge_java_usage(facts, judgement);
        for (size_t i = 0; i < facts->chain_count; i++)
            judge_java_certificate(facts, i, judgement);
    }
    const struct certificate *last = facts->chain_count > 0 ? &facts->chain[facts->chain_count - 1] : NULL;
    if (last && facts->verified && facts->chain_count > facts->chain_sent && !last->self_issued) {
        char place[JUDGE_PLACE];
        reason_set(judge_warn(judgement), CODE_UNTRUSTED,
                   "only Java trusts this: the %s is an anchor in %.80s although it is no root",
                   judge_place(facts, facts->chain_count - 1, place), facts->store);
    }
}

/* --- names --- */

static bool label_matches(const char *name, size_t name_length, const char *pattern, size_t pattern_length)
{
    while (pattern_length > 0 && *pattern != '*') {
        if (name_length == 0 || strncasecmp(name, pattern, 1) != 0)
            return false;
        name++, name_length--, pattern++, pattern_length--;
    }
    if (pattern_length == 0)
        return name_length == 0;
    for (size_t skipped = 0; skipped <= name_length; skipped++)
        if (label_matches(name + skipped, name_length - skipped, pattern + 1, pattern_length - 1))
            return true;
    return false;
}

static bool java_pattern_matches(const char *name, const char *pattern)
{
    const char *star = strrchr(pattern, '*');
    size_t stars = 0;

    for (const char *at = pattern; *at != '\0'; at++)
        stars += *at == '*';
    if (stars > 3 || (star && !strchr(star, '.'))) /* a wildcard for a whole domain; many would take long */
        return false;
    for (;;) {
        size_t label = strcspn(name, "."), other = strcspn(pattern, ".");
        if (!label_matches(name, label, pattern, other))
            return false;
        name += label;
        pattern += other;
        if (*name == '\0' || *pattern == '\0')
            return *name == *pattern;
        name++, pattern++;
    }
}

bool judge_java_name(const struct certificate *certificate, const char *name, bool is_address)
{
    const struct option_list *list = is_address ? &certificate->addresses : &certificate->dns;

    for (size_t i = 0; i < list->count; i++)
        if (is_address ? strcasecmp(list->items[i], name) == 0 : java_pattern_matches(name, list->items[i]))
            return true;
    return !is_address && list->count == 0 && !certificate->names_left_out && certificate->common_name &&
           java_pattern_matches(name, certificate->common_name);
}
