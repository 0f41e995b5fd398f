/* What a user demands beyond the rules of a profile: an issuer, an OCSP answer, a short lifetime. */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

enum { DAY = 86400 };

/* --- lifetime and pins --- */

/* A JVM ignores an anchor's dates; --min-days still means the server's own certificate, even if that is the anchor. */
static bool days_count(const struct tls_facts *facts, size_t depth)
{
    return depth == 0 || depth < facts->chain_sent || facts->profile != TLS_JAVA;
}

/* An expired certificate is reported already, unless the profile forgives it: then --min-days still asks for more days. */
static bool is_told(const struct tls_facts *facts, size_t depth, const struct tls_rules *rules,
                    const struct tls_judgement *judgement)
{
    bool told = rules->min_days == 0;

    for (size_t i = 0; i < judgement->count; i++)
        told = told || judgement->reasons[i].code == CODE_EXPIRED;
    return told && facts->chain[depth].not_after < facts->time;
}

static void judge_days(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    const struct certificate *shortest = NULL;
    size_t depth = 0;
    char place[JUDGE_PLACE], date[CERTIFICATE_TIME];

    for (size_t i = 0; i < facts->chain_count; i++) {
        if (!days_count(facts, i) || is_told(facts, i, rules, judgement))
            continue;
        if (!shortest || facts->chain[i].not_after < shortest->not_after) {
            shortest = &facts->chain[i];
            depth = i;
        }
    }
    if (!shortest)
        return;
    bool expired = shortest->not_after < facts->time;
    int64_t left = (shortest->not_after - facts->time) / DAY;
    if (left >= rules->min_days && left >= rules->warn_days)
        return;
    bool fails = left < rules->min_days;
    struct reason *why = fails ? judgement_add(judgement) : judgement_warn(judgement);
    judgement->permanent = judgement->permanent || fails;
    judge_place(facts, depth, place);
    certificate_format_time(shortest->not_after, date);
    if (expired)
        reason_set(why, CODE_EXPIRED, "the %s expired on %s", place, date);
    else
        reason_set(why, CODE_EXPIRED, "the %s expires on %s, in %lld day%s", place, date, (long long)left,
                   left == 1 ? "" : "s");
    if (fails)
        reason_hint(why, "it must be renewed: --min-days %lld asks for more", (long long)rules->min_days);
    else
        reason_hint(why, "it must be renewed soon");
}

/* In a chain that was not verified, only the server's own key is known to be the peer's: it took part in the handshake. Anyone can
 * send the certificates of others behind a certificate that names them as its issuers. */
static bool pin_is_there(const struct tls_facts *facts, const char *pin)
{
    size_t proven = facts->verified ? facts->chain_count : 1;

    if (strncmp(pin, "sha256//", 8) == 0)
        pin += 8;
    for (size_t i = 0; facts->chain && i < facts->chain_count && i < proven; i++)
        if (strcmp(facts->chain[i].pin, pin) == 0)
            return true;
    return false;
}

static void judge_pins(const struct tls_facts *facts, const struct tls_rules *rules,
                       struct tls_judgement *judgement)
{
    if (!rules->pins || rules->pins->count == 0)
        return;
    for (size_t i = 0; i < rules->pins->count; i++)
        if (pin_is_there(facts, rules->pins->items[i]))
            return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_PIN, "no key in the chain is pinned%s%s",
               facts->chain_count > 0 ? "; the certificate's is sha256//" : "",
               facts->chain_count > 0 ? facts->chain[0].pin : "");
    reason_hint(
        why,
        "if the server's key was changed on purpose, pin the new one; otherwise somebody may intercept the connection");
}

/* --- issuers --- */

/* Wildcards stand for any bytes; to the last one that matched, a mismatch goes back. */
static bool matches_whole(const char *text, const char *pattern)
{
    const char *star = NULL, *resumed = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resumed = text;
        } else if (strncasecmp(text, pattern, 1) == 0) {
            text++, pattern++;
        } else if (star) {
            pattern = star + 1;
            text = ++resumed;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

bool judge_matches_issuer(const char *issuer, const char *pattern)
{
    return strchr(pattern, '*') ? matches_whole(issuer, pattern) : strcasestr(issuer, pattern) != NULL;
}

static bool has_issuer(const struct tls_facts *facts, const struct strings *patterns)
{
    for (size_t i = 0; i < facts->chain_count; i++)
        for (size_t j = 0; j < patterns->count; j++)
            if (judge_matches_issuer(facts->chain[i].issuer, patterns->items[j]))
                return true;
    return false;
}

static void judge_issuer(const struct tls_facts *facts, const struct tls_rules *rules,
                         struct tls_judgement *judgement)
{
    if (!rules->issuers || rules->issuers->count == 0 || has_issuer(facts, rules->issuers))
        return;
    struct reason *why = judgement_add(judgement);
    const char *issuer = facts->sent_count > 0 ? facts->sent[0].issuer : "?";
    const char *interceptor = judge_interceptor(issuer);
    judgement->permanent = true;
    reason_set(why, CODE_UNTRUSTED, "no issuer in the chain is %.60s%s: the certificate's is %.120s",
               rules->issuers->items[0], rules->issuers->count > 1 ? " or another of --issuer" : "", issuer);
    if (interceptor)
        reason_hint(why, "a %s between here and the server intercepts TLS: exclude this host there",
                    interceptor);
    else
        reason_hint(
            why,
            "was the server's certificate changed to another CA, or does a proxy in between intercept TLS and sign with its own?");
}

/* --- OCSP answers, lifetime --- */

/* Servers get an answer only after their first handshakes, and a newer one later. */
static void judge_required_staple(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    char text[JUDGE_FLAW];
    const char *flaw = judge_staple_flaw(facts, text);
    bool none = facts->staple.says == TLS_STAPLE_NONE;

    if (judge_staple_says(facts, TLS_STAPLE_GOOD) || judge_staple_says(facts, TLS_STAPLE_REVOKED))
        return; /* revoked is a reason of its own */
    struct reason *why = judgement_add(judgement);
    if (none)
        reason_set(why, CODE_UNTRUSTED, "the server staples no OCSP response (--require-staple)");
    else
        reason_set(why, CODE_UNTRUSTED,
                   "the OCSP response that the server staples does not say that the certificate is good: %s",
                   flaw ? flaw : "its issuer does not know the certificate");
    reason_hint(
        why,
        "stapling must be enabled there (nginx: ssl_stapling), and its CA must offer OCSP, which not all do any more");
}

static void judge_validity(const struct tls_facts *facts, const struct tls_rules *rules,
                           struct tls_judgement *judgement)
{
    if (rules->max_validity == 0 || facts->sent_count == 0)
        return;
    const struct certificate *leaf = &facts->sent[0];
    int64_t validity = leaf->not_after - leaf->not_before;
    if (validity <= rules->max_validity)
        return;
    struct reason *why = judgement_add(judgement);
    judgement->permanent = true;
    reason_set(why, CODE_UNFIT_CERTIFICATE,
               "the certificate %.100s is valid for %lld days in all, more than the %lld of --max-validity",
               leaf->subject, (long long)((validity + DAY - 1) / DAY),
               (long long)(rules->max_validity / DAY));
    reason_hint(why, "it must be issued again for a shorter time, and renewed automatically");
}

void judge_demands(const struct tls_facts *facts, const struct tls_rules *rules,
                   struct tls_judgement *judgement)
{
    judge_days(facts, rules, judgement);
    judge_pins(facts, rules, judgement);
    judge_issuer(facts, rules, judgement);
    judge_validity(facts, rules, judgement);
    if (rules->require_staple)
        judge_required_staple(facts, judgement);
}
