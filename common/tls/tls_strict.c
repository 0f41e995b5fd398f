#include "common/tls/tls_strict.h"

#include <openssl/x509v3.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "common/tls/tls_name.h"

#include "common/base/banned.h"

enum { LABEL_MOST = 63, NAME_MOST = 253 /* bytes (RFC 1035, 2.3.4) */ };

/* --- names --- */

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
    return name[0] == '*' ? tls_name_check_each(name, chain, sk_X509_num(chain), check_wildcard) : X509_V_OK;
}

static int check_names(const STACK_OF(X509) * chain)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(sk_X509_value(chain, 0), NID_subject_alt_name, NULL, NULL);
    int error = X509_V_OK;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && error == X509_V_OK; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        int length = name->type == GEN_IPADD ? ASN1_STRING_length(name->d.iPAddress) : 4;
        if (name->type == GEN_DNS)
            error = check_name(name->d.dNSName, chain);
        else if (length != 4 && length != 16)
            error = X509_V_ERR_UNSUPPORTED_NAME_SYNTAX;
    }
    GENERAL_NAMES_free(names);
    return error;
}

/* --- what each certificate of the chain may have --- */

static bool is_fit(X509 *x509, const NAME_CONSTRAINTS *constraints)
{
    bool is_ca = (X509_get_extension_flags(x509) & EXFLAG_CA) != 0;

    return is_ca && (sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees) > 0 ||
                     sk_GENERAL_SUBTREE_num(constraints->excludedSubtrees) > 0);
}

static int check_constraints(X509 *x509)
{
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(x509, NID_name_constraints, NULL, NULL);
    bool good = !constraints || is_fit(x509, constraints);

    NAME_CONSTRAINTS_free(constraints);
    return good ? X509_V_OK : X509_V_ERR_INVALID_EXTENSION;
}

/* "20491231235959Z" begins with its year. */
static bool is_in_wrong_form(const ASN1_TIME *time)
{
    return ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME &&
           strncmp((const char *)ASN1_STRING_get0_data(time), "2050", 4) < 0;
}

static int check_certificate(X509 *x509)
{
    if (is_in_wrong_form(X509_get0_notBefore(x509)))
        return X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD;
    if (is_in_wrong_form(X509_get0_notAfter(x509)))
        return X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
    return check_constraints(x509);
}

struct tls_error tls_strict_check(const STACK_OF(X509) * chain)
{
    struct tls_error found = {.error = check_names(chain)};

    for (int i = 0; i < sk_X509_num(chain) && found.error == X509_V_OK; i++)
        found = (struct tls_error){.error = check_certificate(sk_X509_value(chain, i)), .depth = i};
    return found;
}
