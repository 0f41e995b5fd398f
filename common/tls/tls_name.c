#include "common/tls/tls_name.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/base/banned.h"

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

int tls_name_check_each(const char *name, const STACK_OF(X509) * chain, int count,
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
    return tls_name_check_each(name, chain, count, check_constraints);
}
