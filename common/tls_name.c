#include "common/tls_name.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "common/banned.h"

enum { LABEL_MOST = 63, NAME_MOST = 253 /* bytes (RFC 1035, 2.3.4) */ };

/* --- name constraints --- */

/* Whether a name is in the subtree of a constraint (RFC 5280, 4.2.1.10): itself, or below it. */
static bool is_below(const char *name, size_t length, const ASN1_IA5STRING *base)
{
    const char *tail = (const char *)ASN1_STRING_get0_data(base);
    size_t size = (size_t)ASN1_STRING_length(base);

    if (size == 0)
        return true;
    if (length < size || strncasecmp(name + length - size, tail, size) != 0)
        return false;
    return length == size || tail[0] == '.' || name[length - size - 1] == '.';
}

/* Whether one of the DNS subtrees has the name. `*has_dns`: there are such subtrees. */
static bool is_in_any(const char *name, const STACK_OF(GENERAL_SUBTREE) * subtrees, bool *has_dns)
{
    bool found = false;

    *has_dns = false;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(subtrees, i)->base;
        if (base->type != GEN_DNS)
            continue;
        *has_dns = true;
        found = found || is_below(name, strlen(name), base->d.dNSName);
    }
    return found;
}

static int check_constraints(const char *name, const NAME_CONSTRAINTS *constraints)
{
    bool has_dns;

    if (!is_in_any(name, constraints->permittedSubtrees, &has_dns) && has_dns)
        return X509_V_ERR_PERMITTED_VIOLATION;
    return is_in_any(name, constraints->excludedSubtrees, &has_dns) ? X509_V_ERR_EXCLUDED_VIOLATION
                                                                    : X509_V_OK;
}

/* Calls `check` with the constraints of each CA, as long as nothing is wrong. */
static int check_each(const char *name, const STACK_OF(X509) * chain, int count,
                      int (*check)(const char *name, const NAME_CONSTRAINTS *constraints))
{
    int error = X509_V_OK;

    for (int i = 1; i < count && i < sk_X509_num(chain) && error == X509_V_OK; i++) {
        int found;
        NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(sk_X509_value(chain, i), NID_name_constraints,
                                                         &found, NULL);
        if (constraints)
            error = check(name, constraints);
        else if (found != -1) /* -1: it has none; else they cannot be read, or are there twice */
            error = X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX;
        NAME_CONSTRAINTS_free(constraints);
    }
    return error;
}

int tls_name_constrained(const char *name, const STACK_OF(X509) * chain, int count)
{
    return check_each(name, chain, count, check_constraints);
}

/* --- RFC 5280 to the letter --- */

static bool is_label(const char *label, size_t length)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

    return length > 0 && length <= LABEL_MOST && strspn(label, allowed) >= length && label[0] != '-' &&
           label[length - 1] != '-';
}

static bool is_preferred_syntax(const char *name)
{
    if (strlen(name) > NAME_MOST)
        return false;
    if (strncmp(name, "*.", 2) == 0)
        name += 2;
    for (;;) {
        size_t length = strcspn(name, ".");
        if (!is_label(name, length))
            return false;
        if (name[length] == '\0')
            return true;
        name += length + 1;
    }
}

/* Whether what is excluded is one of the names that the wildcard stands for: one label in front of what follows it. */
static bool stands_for(const char *wildcard, const ASN1_IA5STRING *base)
{
    const char *excluded = (const char *)ASN1_STRING_get0_data(base), *rest = wildcard + 1;
    size_t length = (size_t)ASN1_STRING_length(base), tail = strlen(rest);

    if (length > 0 && excluded[0] == '.')
        excluded++, length--;
    return length > tail && strncasecmp(excluded + length - tail, rest, tail) == 0 &&
           !memchr(excluded, '.', length - tail);
}

static int check_wildcard(const char *name, const NAME_CONSTRAINTS *constraints)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(constraints->excludedSubtrees, i)->base;
        if (base->type == GEN_DNS && stands_for(name, base->d.dNSName))
            return X509_V_ERR_EXCLUDED_VIOLATION;
    }
    return X509_V_OK;
}

static int check_name(const ASN1_IA5STRING *text, const STACK_OF(X509) * chain)
{
    const char *name = (const char *)ASN1_STRING_get0_data(text);

    if (memchr(name, 0, (size_t)ASN1_STRING_length(text)) || !is_preferred_syntax(name))
        return X509_V_ERR_UNSUPPORTED_NAME_SYNTAX;
    return name[0] == '*' ? check_each(name, chain, sk_X509_num(chain), check_wildcard) : X509_V_OK;
}

int tls_name_check_strict(const STACK_OF(X509) * chain)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(sk_X509_value(chain, 0), NID_subject_alt_name, NULL, NULL);
    int error = X509_V_OK;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && error == X509_V_OK; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            error = check_name(name->d.dNSName, chain);
    }
    GENERAL_NAMES_free(names);
    return error;
}
