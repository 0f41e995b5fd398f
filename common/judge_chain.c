/* What verification found, in the words and codes of a verdict; what Java forgives of it. */
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "common/judge_parts.h"

#include "common/banned.h"

enum { RSA_LEAST_JAVA = 1024 };

const char *judge_place(const struct tls_facts *facts, size_t depth, char text[JUDGE_PLACE])
{
    const struct certificate *certificate = depth < facts->chain_count ? &facts->chain[depth] : NULL;
    const char *kind = depth == 0                                ? "certificate"
                       : certificate && certificate->self_issued ? "root"
                                                                 : "intermediate";

    snprintf(text, JUDGE_PLACE, "%s %.100s", kind, certificate ? certificate->subject : "?");
    return text;
}

/* Options, host names, addresses in brackets: nothing that a shell acts on. */
static bool is_plain(const char *reach)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:%[] ";

    return reach[strspn(reach, plain)] == '\0';
}

void judge_hint_command(const struct tls_facts *facts, const char *command, struct reason *why)
{
    size_t used = strlen(why->hint), room = sizeof why->hint - used;

    if (!is_plain(facts->reach))
        return;
    if (snprintf(why->hint + used, room, "%s%s %s", used > 0 ? "; " : "", command, facts->reach) >= (int)room)
        why->hint[used] = '\0';
}

bool judge_is_about_trust(int error)
{
    switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return true;
    default:
        return false;
    }
}

/* A server's own certificate in the store: Java trusts it as it is, and looks at nothing but the name. */
bool judge_leaf_is_anchor(const struct tls_facts *facts)
{
    return facts->chain_count > 0 && facts->chain_sent == 0;
}

/* Java looks at none of this: anchors are trusted as they are; what a CA's certificate may be used for binds only the CA. */
static bool java_forgives(const struct tls_facts *facts, const struct tls_error *error)
{
    bool from_store = (size_t)error->depth >= facts->chain_sent;

    if (judge_leaf_is_anchor(facts))
        return true;

    switch (error->error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return from_store;
    case X509_V_ERR_INVALID_PURPOSE:
        return error->depth > 0;
    default:
        return false;
    }
}

static bool forgives(const struct tls_facts *facts, const struct tls_error *error)
{
    return facts->profile == TLS_JAVA && java_forgives(facts, error);
}

static void say_time(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = &facts->chain[error->depth];
    bool expired = error->error == X509_V_ERR_CERT_HAS_EXPIRED;
    int64_t when = expired ? certificate->not_after : certificate->not_before;
    char place[JUDGE_PLACE], date[CERTIFICATE_TIME], now[CERTIFICATE_TIME];

    reason_set(why, CODE_EXPIRED, "the %s %s %s", judge_place(facts, (size_t)error->depth, place),
               expired ? "expired on" : "is not valid before", certificate_format_time(when, date));
    certificate_format_time(facts->time, now);
    if (facts->time_given)
        reason_hint(why, "judged as of --verify-time %s", now);
    else if (expired)
        reason_hint(why, "it has to be renewed; unless the clock here is wrong, which says %s", now);
    else
        reason_hint(why, "the clock here says %s: is it, or the one where the certificate was made, wrong?",
                    now);
}

static bool is_about_constraints(int error)
{
    return error == X509_V_ERR_PERMITTED_VIOLATION || error == X509_V_ERR_EXCLUDED_VIOLATION ||
           error == X509_V_ERR_SUBTREE_MINMAX || error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE ||
           error == X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX || error == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX ||
           error == X509_V_ERR_PATH_LENGTH_EXCEEDED;
}

void judge_say_unfit(const struct tls_facts *facts, const struct tls_error *error, struct reason *why)
{
    const struct certificate *certificate = &facts->chain[error->depth];
    char place[JUDGE_PLACE];

    judge_place(facts, (size_t)error->depth, place);
    switch (error->error) {
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak key (%s)", place, certificate->key);
        reason_hint(why, "it has to be made anew with a key of at least RSA 2048 or EC 256 bits%s",
                    certificate->key_bits >= RSA_LEAST_JAVA
                        ? "; Java still takes this one (tls-check --profile java)"
                        : "");
        break;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s has a weak signature (%s)", place,
                   certificate->signature);
        reason_hint(
            why,
            "it has to be signed anew with SHA-256; Java takes SHA-1 of a private CA (tls-check --profile java), "
            "nothing weaker");
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is not meant for servers (its key usage)", place);
        reason_hint(why, "it needs the extended key usage serverAuth, or none");
        break;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is no CA's, although it signed another", place);
        reason_hint(why, "a CA's certificate needs basicConstraints CA:TRUE and the key usage keyCertSign");
        break;
    default:
        reason_set(why, CODE_UNFIT_CERTIFICATE, "the %s is unfit: %s", place,
                   X509_verify_cert_error_string(error->error));
        if (is_about_constraints(error->error))
            reason_hint(why, "a CA above it limits what it may sign: another name, or another CA");
        else
            reason_hint(why,
                        "show with: openssl x509 -noout -text -in CERTIFICATE.pem; it has to be made anew");
        break;
    }
}

void judge_forgive(const struct tls_facts *facts, const struct tls_error *error,
                   struct tls_judgement *judgement)
{
    struct reason *why = judge_warn(judgement);

    if (error->error == X509_V_ERR_CERT_HAS_EXPIRED || error->error == X509_V_ERR_CERT_NOT_YET_VALID)
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

void judge_errors(const struct tls_facts *facts, struct tls_judgement *judgement)
{
    for (size_t i = 0; i < facts->error_count; i++) {
        const struct tls_error *error = &facts->errors[i];
        bool time = error->error == X509_V_ERR_CERT_HAS_EXPIRED ||
                    error->error == X509_V_ERR_CERT_NOT_YET_VALID;

        if (is_consequence(facts, i) || (size_t)error->depth >= facts->chain_count)
            continue;
        if (forgives(facts, error)) {
            judge_forgive(facts, error, judgement);
            continue;
        }
        struct reason *why = judge_add(judgement);
        if (judge_is_about_trust(error->error) || error->error == X509_V_ERR_CERT_REJECTED ||
            error->error == X509_V_ERR_CERT_SIGNATURE_FAILURE)
            judge_say_untrusted(facts, why);
        else if (time)
            say_time(facts, error, why);
        else
            judge_say_unfit(facts, error, why);
        judgement->permanent = judgement->permanent || error->error != X509_V_ERR_CERT_NOT_YET_VALID;
    }
}
