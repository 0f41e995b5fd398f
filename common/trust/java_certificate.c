#include "common/trust/java_certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

/* --- parsing --- */

/* X509CertInfo.verifyCert in the JDK: who has no subject is known by alternative names, which then must be critical. */
static const char *find_subject_flaw(const X509 *certificate)
{
    int at = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1);

    if (X509_NAME_entry_count(X509_get_subject_name(certificate)) > 0)
        return NULL;
    if (at < 0)
        return "its subject is empty, and it has no alternative names";
    return X509_EXTENSION_get_critical(X509_get_ext(certificate, at)) == 1
               ? NULL
               : "its subject is empty, and its alternative names are not critical";
}

static bool is_readable(X509_EXTENSION *extension)
{
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);

    if (!method)
        return true;
    void *value = X509V3_EXT_d2i(extension);
    if (value && method->it)
        ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
    else if (value && method->ext_free)
        method->ext_free(value);
    return value != NULL;
}

/* JDK 21 reads these two although they are not critical, and gives up where they are malformed. */
static bool is_read_always(const X509_EXTENSION *extension)
{
    int kind = OBJ_obj2nid(X509_EXTENSION_get_object((X509_EXTENSION *)(uintptr_t)extension));

    return kind == NID_subject_alt_name || kind == NID_ext_key_usage;
}

static const char *find_extension_flaw(const X509 *certificate, int index)
{
    X509_EXTENSION *extension = X509_get_ext(certificate, index);

    if (X509_get_ext_by_OBJ(certificate, X509_EXTENSION_get_object(extension), index) >= 0)
        return "it has an extension twice";
    if ((X509_EXTENSION_get_critical(extension) == 1 || is_read_always(extension)) && !is_readable(extension))
        return "an extension in it is malformed";
    return NULL;
}

/* A distance from the base of a subtree (RFC 5280, 4.2.1.10, forbids any). */
static bool has_distance(const STACK_OF(GENERAL_SUBTREE) * trees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
        const GENERAL_SUBTREE *tree = sk_GENERAL_SUBTREE_value(trees, i);
        if ((tree->minimum && ASN1_INTEGER_get(tree->minimum) != 0) || tree->maximum)
            return true;
    }
    return false;
}

/* An empty DNS name: the JDK stumbles over it wherever it compares. */
static bool has_empty_name(const STACK_OF(GENERAL_SUBTREE) * trees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(trees, i)->base;
        if (base->type == GEN_DNS && ASN1_STRING_length(base->d.dNSName) == 0)
            return true;
    }
    return false;
}

static const char *find_constraint_flaw(const X509 *certificate)
{
    NAME_CONSTRAINTS *limits = X509_get_ext_d2i(certificate, NID_name_constraints, NULL, NULL);
    const char *flaw = NULL;

    if (limits && (has_distance(limits->permittedSubtrees) || has_distance(limits->excludedSubtrees)))
        flaw = "its name constraints have a minimum or maximum";
    else if (limits &&
             (has_empty_name(limits->permittedSubtrees) || has_empty_name(limits->excludedSubtrees)))
        flaw = "its name constraints have an empty DNS name";
    NAME_CONSTRAINTS_free(limits);
    return flaw;
}

const char *java_certificate_flaw(X509 *certificate)
{
    const char *flaw = find_subject_flaw(certificate);

    for (int i = 0; i < X509_get_ext_count(certificate) && !flaw; i++)
        flaw = find_extension_flaw(certificate, i);
    ERR_clear_error();
    return flaw;
}

X509 *java_certificate_read(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    X509 *certificate = NULL;

    ERR_clear_error();
    if (length > 0 && at[0] == 0x30) {
        certificate = d2i_X509(NULL, &at, (long)length);
    } else if (length > 0) {
        BIO *in = BIO_new_mem_buf(bytes, (int)length);
        if (!in)
            mem_exhausted();
        certificate = PEM_read_bio_X509(in, NULL, NULL, NULL);
        BIO_free(in);
    }
    if (certificate && java_certificate_flaw(certificate)) {
        X509_free(certificate);
        certificate = NULL;
    }
    ERR_clear_error();
    return certificate;
}

/* --- in a path --- */

/* What PKIXCertPathValidator and its checkers know of (RFC 5280, 4.2); anything else that is critical ends it. */
static bool is_known(int kind)
{
    switch (kind) {
    case NID_basic_constraints:
    case NID_name_constraints:
    case NID_key_usage:
    case NID_ext_key_usage:
    case NID_subject_alt_name:
    case NID_certificate_policies:
    case NID_policy_mappings:
    case NID_policy_constraints:
    case NID_inhibit_any_policy:
        return true;
    default:
        return false;
    }
}

const char *java_certificate_unknown(const X509 *certificate)
{
    for (int i = 0; i < X509_get_ext_count(certificate); i++) {
        X509_EXTENSION *extension = X509_get_ext(certificate, i);
        if (X509_EXTENSION_get_critical(extension) == 1 &&
            !is_known(OBJ_obj2nid(X509_EXTENSION_get_object(extension))))
            return "it has a critical extension that Java does not know";
    }
    return find_constraint_flaw(certificate);
}

bool java_names_issuer(const X509 *certificate, const X509 *issuer)
{
    return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0;
}

/* --- anchors --- */

/* PKIXValidator.verifyTrustAnchor; jdk.security.allowNonCaAnchor switches it off. */
const char *java_anchor_flaw(X509 *anchor)
{
    uint32_t flags = X509_get_extension_flags(anchor);

    if (X509_get_version(anchor) < X509_VERSION_3)
        return NULL;
    if ((flags & EXFLAG_BCONS) == 0 || (flags & EXFLAG_CA) == 0)
        return "by its basicConstraints it is not a CA";
    if ((X509_get_key_usage(anchor) & KU_KEY_CERT_SIGN) == 0)
        return "its key usage lacks keyCertSign";
    return NULL;
}

bool java_selects_anchor(X509 *certificate, X509 *anchor)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(certificate);
    const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(anchor);
    const ASN1_INTEGER *serial = X509_get0_authority_serial(certificate);

    if (wanted && has && ASN1_OCTET_STRING_cmp(wanted, has) != 0)
        return false;
    return !serial || X509_get_version(anchor) < X509_VERSION_3 ||
           ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(anchor)) == 0;
}

static bool make_bare(X509 *bare)
{
    while (X509_get_ext_count(bare) > 0)
        X509_EXTENSION_free(X509_delete_ext(bare, 0));
    BASIC_CONSTRAINTS *ca = BASIC_CONSTRAINTS_new();
    ASN1_TIME *begin = ASN1_TIME_new(), *end = ASN1_TIME_new();
    bool good = ca && begin && end && ASN1_TIME_set_string(begin, "19500101000000Z") == 1 &&
                ASN1_TIME_set_string(end, "99991231235959Z") == 1;
    if (good) {
        ca->ca = 0xFF;
        good = X509_set_version(bare, X509_VERSION_3) == 1 && X509_set1_notBefore(bare, begin) == 1 &&
               X509_set1_notAfter(bare, end) == 1 &&
               X509_set_issuer_name(bare, X509_get_subject_name(bare)) == 1 &&
               X509_add1_ext_i2d(bare, NID_basic_constraints, ca, 1, X509V3_ADD_DEFAULT) == 1;
    }
    BASIC_CONSTRAINTS_free(ca);
    ASN1_TIME_free(begin);
    ASN1_TIME_free(end);
    return good;
}

X509 *java_anchor_bare(X509 *anchor)
{
    X509 *bare = X509_dup(anchor);

    if (!bare || !make_bare(bare))
        mem_exhausted();
    return bare;
}
