#include "common/tls/judge_words.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "common/base/banned.h"

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
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
        return true;
    default:
        return false;
    }
}
