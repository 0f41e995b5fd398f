/* Whether the OCSP answer that a server sends counts, and what follows from it. */
#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

/* So far may the clocks of a responder and of this machine be apart: Java's leeway (com.sun.security.ocsp.clockSkew). */
enum { SKEW = 900 };

/* Whether the issuer is trusted, although something else may be wrong (expired, another name), if all that is wrong is known. */
static bool chain_is_trusted(const struct tls_facts *facts)
{
    if (facts->verified)
        return true;
    if (facts->limit != TLS_LIMIT_NONE || facts->error_count == 0 || facts->error_count == TLS_ERRORS)
        return false;
    for (size_t i = 0; i < facts->error_count; i++)
        if (judge_is_about_trust(facts->errors[i].error) ||
            facts->errors[i].error == X509_V_ERR_CERT_SIGNATURE_FAILURE)
            return false;
    return true;
}

const char *judge_staple_word(enum tls_staple_says says)
{
    switch (says) {
    case TLS_STAPLE_GOOD:
        return "good";
    case TLS_STAPLE_REVOKED:
        return "revoked";
    case TLS_STAPLE_UNKNOWN:
        return "unknown";
    case TLS_STAPLE_NONE:
    case TLS_STAPLE_UNREADABLE:
    case TLS_STAPLE_REFUSAL:
    case TLS_STAPLE_OTHER:
        break;
    }
    return NULL;
}

/* A response without nextUpdate means that a newer one is always available (RFC 6960, 4.2.2.1), so its age alone counts. */
static const char *find_flaw_in_time(const struct tls_facts *facts, char text[JUDGE_FLAW])
{
    const struct tls_staple *staple = &facts->staple;
    char date[CERTIFICATE_TIME];

    if (staple->from > facts->time + SKEW)
        snprintf(text, JUDGE_FLAW, "it is not valid before %s", certificate_format_time(staple->from, date));
    else if (staple->until == 0 && staple->from < facts->time - SKEW)
        snprintf(text, JUDGE_FLAW, "it has no nextUpdate, and dates from %s",
                 certificate_format_time(staple->from, date));
    else if (staple->until != 0 && staple->until < facts->time - SKEW)
        snprintf(text, JUDGE_FLAW, "it was valid until %s", certificate_format_time(staple->until, date));
    else
        return NULL;
    return text;
}

const char *judge_staple_flaw(const struct tls_facts *facts, char text[JUDGE_FLAW])
{
    const struct tls_staple *staple = &facts->staple;

    if (staple->says == TLS_STAPLE_UNREADABLE)
        return "it cannot be read";
    if (staple->says == TLS_STAPLE_OTHER)
        return "it is about another certificate";
    if (staple->says == TLS_STAPLE_REFUSAL) {
        snprintf(text, JUDGE_FLAW, "it is an error of the CA's responder (%s)", staple->refusal);
        return text;
    }
    if (staple->says == TLS_STAPLE_NONE)
        return NULL;
    if (!staple->issuer_known || !chain_is_trusted(facts))
        return "the certificate's issuer is not trusted, so nothing proves it";
    if (!staple->proven)
        return "neither the certificate's issuer nor a responder certified by it has signed it";
    return find_flaw_in_time(facts, text);
}

bool judge_staple_says(const struct tls_facts *facts, enum tls_staple_says what)
{
    char text[JUDGE_FLAW];

    return facts->staple.says == what && !judge_staple_flaw(facts, text);
}

/* Java checks the response only if it is configured to, and agents are not. */
static void say_revoked(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    bool java = facts->profile == TLS_JAVA;
    struct reason *why = java ? judgement_warn(judgement) : judgement_add(judgement);
    char date[CERTIFICATE_TIME];

    judgement->permanent = judgement->permanent || !java;
    reason_set(why, CODE_UNTRUSTED,
               "the certificate was revoked on %s, by its issuer's OCSP response, which the server staples",
               certificate_format_time(facts->staple.revoked_at, date));
    if (java)
        reason_wrap(why, "only Java trusts this");
    reason_hint(why, "the server needs a new certificate and key%s",
                java ? "; Java refuses it only if it is configured to check (com.sun.net.ssl.checkRevocation)"
                     : "");
}

/* A response that proves nothing changes no verdict, for or against the server: anybody could have written it. */
static void say_flaw(const struct tls_facts *facts, const char *flaw, struct tls_judgement *judgement)
{
    const struct tls_staple *staple = &facts->staple;
    bool provable = staple->issuer_known && chain_is_trusted(facts);
    bool time = provable && staple->proven;
    const char *word = judge_staple_word(staple->says);
    char now[CERTIFICATE_TIME];

    if (word && !provable && staple->says != TLS_STAPLE_REVOKED)
        return; /* that the issuer is missing is said already, or does not matter: the certificate itself is trusted */
    struct reason *why = judgement_warn(judgement);
    reason_set(why, CODE_UNTRUSTED, "the OCSP response that the server staples is ignored: %s%s%s", flaw,
               word ? "; it says " : "", word ? word : "");
    if (time)
        reason_hint(
            why,
            "clients that check it refuse it: the server must get a newer one from its CA; unless the clock here is "
            "wrong: it says %s",
            certificate_format_time(facts->time, now));
    else
        reason_hint(why, "clients that check it refuse it: see the server's stapling (nginx: ssl_stapling)");
}

void judge_staple(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    char text[JUDGE_FLAW];
    const char *flaw = judge_staple_flaw(facts, text);

    if (flaw) {
        say_flaw(facts, flaw, judgement);
        return;
    }
    if (facts->staple.says == TLS_STAPLE_REVOKED)
        say_revoked(facts, judgement);
    if (facts->staple.says != TLS_STAPLE_UNKNOWN)
        return;
    struct reason *why = judgement_warn(judgement);
    reason_set(why, CODE_UNTRUSTED,
               "the certificate is unknown to its issuer, by the OCSP response that the server staples");
    reason_hint(why,
                "was it issued by somebody else, or lost from the CA's records? ask the operators of the CA");
}
