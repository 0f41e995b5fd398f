#include "common/tls/tls_bounds.h"

#include "common/trust/der.h"

#include "common/base/banned.h"

struct tally {
    size_t names, constraints;
    bool garbled; /* some are not DER: nobody knows how many */
};

/* How many elements a list of DER has, one after another. */
static size_t count_elements(const unsigned char *at, size_t length, struct tally *tally)
{
    const unsigned char *end = at + length;
    struct der element;
    size_t count = 0;

    for (; at < end; count++)
        if (!der_next(&at, end, &element)) {
            tally->garbled = true;
            return count;
        }
    return count;
}

/* An extension's value: a list. */
static bool open_list(X509_EXTENSION *extension, struct der *list)
{
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    const unsigned char *at = ASN1_STRING_get0_data(value);

    return der_next(&at, at + ASN1_STRING_length(value), list);
}

/* NameConstraints (RFC 5280, 4.2.1.10): a list of two lists, of what is permitted and what is excluded. */
static size_t count_constraints(const struct der *lists, struct tally *tally)
{
    const unsigned char *at = lists->content, *end = at + lists->length;
    struct der list;
    size_t count = 0;

    while (at < end) {
        if (!der_next(&at, end, &list)) {
            tally->garbled = true;
            break;
        }
        count += count_elements(list.content, list.length, tally);
    }
    return count;
}

static void count_certificate(X509 *x509, struct tally *tally)
{
    struct der list;

    tally->names += (size_t)X509_NAME_entry_count(X509_get_subject_name(x509));
    for (int i = 0; i < X509_get_ext_count(x509); i++) {
        X509_EXTENSION *extension = X509_get_ext(x509, i);
        int kind = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        if (kind != NID_subject_alt_name && kind != NID_name_constraints)
            continue;
        if (!open_list(extension, &list))
            tally->garbled = true;
        else if (kind == NID_subject_alt_name)
            tally->names += count_elements(list.content, list.length, tally);
        else
            tally->constraints += count_constraints(&list, tally);
    }
}

enum tls_limit tls_bounds_check(const STACK_OF(X509) * sent, const STACK_OF(X509) * anchors)
{
    const STACK_OF(X509) * all[] = {sent, anchors};
    struct tally tally = {0};

    for (size_t i = 0; i < 2; i++)
        for (int j = 0; j < sk_X509_num(all[i]); j++)
            count_certificate(sk_X509_value(all[i], j), &tally);
    if (tally.garbled || tally.names > TLS_NAMES_MOST)
        return TLS_LIMIT_NAMES;
    if (tally.constraints > 0 && tally.names > TLS_COMPARISONS_MOST / tally.constraints)
        return TLS_LIMIT_CONSTRAINTS;
    return TLS_LIMIT_NONE;
}
