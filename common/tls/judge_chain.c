/* What verification found, in the words and codes of a verdict; what Java forgives of it. */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "common/tls/judge_parts.h"

#include "common/base/banned.h"

enum { RSA_LEAST_JAVA = 1024 };

/* A server's own certificate in the store: Java trusts it as it is, and looks at nothing but the name. */
bool judge_leaf_is_anchor(const struct tls_facts *facts)
{
    return facts->chain_count > 0 && facts->chain_sent == 0;
}

/* The whole list of what Java does not look at, while OpenSSL does. Anchors are trusted as they are: a server's own
 * certificate in the store, which Java compares with the one that was sent, and a CA's. What a CA's certificate may be
 * used for binds only the CA. */
static bool java_forgives(const struct tls_error *error, int sent)
{
    bool leaf_is_anchor = sent == 0, from_store = error->depth >= sent;

    switch (error->error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return from_store;
    case X509_V_ERR_INVALID_PURPOSE:
        return leaf_is_anchor || error->depth > 0;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
        return leaf_is_anchor;
    default:
        return false;
    }
}

bool judge_forgives(enum tls_profile profile, const struct tls_error *error, int sent)
{
    return profile == TLS_JAVA && java_forgives(error, sent);
}

/* The certificate that an error is about; one without anything in it where verification did not come so far. */
static const struct certificate *certificate_at(const struct tls_facts *facts, int depth)
{
    static char unknown[] = "?";
    static const struct certificate none = {
        .subject = unknown, .issuer = unknown, .key = "?", .signature = "?"};

    return depth >= 0 && (size_t)depth < facts->chain_count ? &facts->chain[depth] : &none;
}

static void say_time(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = certificate_at(facts, error->depth);
    bool expired = error->error == X509_V_ERR_CERT_HAS_EXPIRED;
    int64_t when = expired ? certificate->not_after : certificate->not_before;
    char place[JUDGE_PLACE], date[CERTIFICATE_TIME], now[CERTIFICATE_TIME];

    reason_set(why, CODE_EXPIRED, "the %s %s %s", judge_place(facts, (size_t)error->depth, place),
               expired ? "expired on" : "is not valid before", certificate_format_time(when, date));
    certificate_format_time(facts->time, now);
    if (facts->time_given)
        reason_hint(why, "judged as of --verify-time %s", now);
    else if (expired && error->depth > 0 && (size_t)error->depth < facts->chain_sent)
        reason_hint(
            why,
            "the server must send the CA's current certificate in its place, or, if this is only a cross-signed "
            "certificate of a CA that is a root itself, omit it; unless the clock here is wrong: it says %s",
            now);
    else if (expired)
        reason_hint(why, "it must be renewed; unless the clock here is wrong: it says %s", now);
    else
        reason_hint(why, "the clock here says %s: is it wrong, or was the one of the CA?", now);
}

static bool is_about_time(int error)
{
    return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

static bool is_about_constraints(int error)
{
    return error == X509_V_ERR_PERMITTED_VIOLATION || error == X509_V_ERR_EXCLUDED_VIOLATION ||
           error == X509_V_ERR_SUBTREE_MINMAX || error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE ||
           error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX || error == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX ||
           error == X509_V_ERR_PATH_LENGTH_EXCEEDED;
}

/* Two extensions may be the cause: key usage and extended key usage. */
static void say_purpose(const struct certificate *certificate, const char *place, struct reason *why)
{
    bool by_usage = certificate->serves_tls && !certificate->signs && !certificate->enciphers;

    reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is not meant for servers (its %skey usage)", place,
               by_usage ? "" : "extended ");
    if (by_usage)
        reason_hint(why, "it needs the key usage digitalSignature or keyEncipherment, or none");
    else
        reason_hint(why, "it needs the extended key usage serverAuth, or none");
}

void judge_say_unfit(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = certificate_at(facts, error->depth);
    char place[JUDGE_PLACE];

    judge_place(facts, (size_t)error->depth, place);
    switch (error->error) {
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak key (%s)", place, certificate->key);
        reason_hint(why, "it must be issued again with a key of at least RSA 2048 or EC 256 bits%s",
                    certificate->key_bits >= RSA_LEAST_JAVA
                        ? "; Java still accepts this one (tls-check --profile java)"
                        : "");
        break;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak signature (%s)", place,
                   certificate->signature);
        reason_hint(
            why,
            "it must be signed again with SHA-256; Java accepts SHA-1 from a private CA (tls-check --profile java), "
            "nothing weaker");
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        say_purpose(certificate, place, why);
        break;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is not a CA certificate, although it signed another",
                   place);
        reason_hint(why, "a CA's certificate needs basicConstraints CA:TRUE and the key usage keyCertSign");
        break;
    default:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is unfit: %s", place,
                   X509_verify_cert_error_string(error->error));
        if (is_about_constraints(error->error))
            reason_hint(why, "a CA above it limits what it may sign: another name, or another CA");
        else
            reason_hint(why,
                        "show with: openssl x509 -noout -text -in CERTIFICATE.pem; it must be issued again");
        break;
    }
}

void judge_forgive(const struct tls_facts *facts, const struct tls_error *error,
                   struct tls_judgement *judgement)
{
    struct reason *why = judgement_warn(judgement);

    if (is_about_time(error->error))
        say_time(facts, error, why);
    else
        judge_say_unfit(facts, error, why);
    why->hint[0] = '\0';
    reason_wrap(why, "only Java trusts this");
}

/* An error that the others explain: without an anchor, signatures and trust settings follow by themselves. */
static bool is_consequence(const struct tls_facts *facts, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (judge_is_about_trust(facts->errors[i].error) && judge_is_about_trust(facts->errors[index].error))
            return true;
    return false;
}

/* No anchor, or nothing that leads to one. */
static bool is_untrusted(int error)
{
    return judge_is_about_trust(error) || error == X509_V_ERR_CERT_REJECTED ||
           error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

static void judge_error(const struct tls_facts *facts, const struct tls_error *error,
                        struct tls_judgement *judgement)
{
    /* What a JVM accepts stays accepted, whatever else OpenSSL objects to. */
    if ((facts->profile == TLS_JAVA && facts->verified && !is_untrusted(error->error)) ||
        judge_forgives(facts->profile, error, (int)facts->chain_sent)) {
        judge_forgive(facts, error, judgement);
        return;
    }
    struct reason *why = judgement_add(judgement);
    if (is_untrusted(error->error))
        judge_say_untrusted(facts, error, why);
    else if (is_about_time(error->error))
        say_time(facts, error, why);
    else
        judge_say_unfit(facts, error, why);
    judgement->permanent = judgement->permanent || error->error != X509_V_ERR_CERT_NOT_YET_VALID;
}

/* A chain that was not verified, or not to its end: its content is unknown. */
static void say_limit(const struct tls_facts *facts, struct reason *why)
{
    switch (facts->limit) {
    case TLS_LIMIT_LENGTH:
        judge_say_too_long(facts, why);
        break;
    case TLS_LIMIT_NAMES:
        reason_set(why, CODE_UNFIT_CERTIFICATE,
                   "the server's certificates have more than %d names, or names that are not DER",
                   TLS_NAMES_MOST);
        reason_hint(why, "no genuine server needs so many: is this the right server?");
        break;
    case TLS_LIMIT_CONSTRAINTS:
        reason_set(why, CODE_UNFIT_CERTIFICATE,
                   "the chain has too many names and name constraints to be compared with each other");
        reason_hint(
            why, "at most %d pairs are compared: the CA needs fewer constraints, or the server fewer names",
            TLS_COMPARISONS_MOST);
        break;
    case TLS_LIMIT_TIME:
    case TLS_LIMIT_NONE:
        reason_set(why, CODE_FAILED, "the certificate chain was not verified within the attempt's time");
        reason_hint(why,
                    "a longer --attempt-timeout, or --timeout, gives it more; is this machine overloaded?");
        break;
    }
}

/* Verification failed, and nothing that was gathered explains it. */
static void say_unexplained(const struct tls_facts *facts, struct reason *why)
{
    reason_set(why, CODE_UNTRUSTED, "verification failed: %s",
               facts->verify_error != X509_V_OK ? X509_verify_cert_error_string(facts->verify_error)
                                                : "the chain was not verified");
    judge_hint_command(facts, "see what the server sends: openssl s_client -showcerts", why);
}

void judge_errors(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->limit != TLS_LIMIT_NONE) {
        say_limit(facts, judgement_add(judgement));
        judgement->permanent = facts->limit != TLS_LIMIT_TIME;
        return;
    }
    for (int others = 0; others < 2; others++) /* the gravest first: there may be more than have room */
        for (size_t i = 0; i < facts->error_count; i++)
            if (is_untrusted(facts->errors[i].error) == (others == 0) && !is_consequence(facts, i))
                judge_error(facts, &facts->errors[i], judgement);
}

void judge_unexplained(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    if (facts->verified || judgement->count > 0)
        return;
    say_unexplained(facts, judgement_add(judgement));
    judgement->permanent = true;
}
