#include "common/tls/java_path.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/trust/certificate.h"
#include "common/trust/java_certificate.h"

#include "common/base/banned.h"

/* A search that was made long on purpose ends here, and fails. */
enum { TRIED_MOST = 64, STEPS_MOST = 4000 };

struct step {
    struct java_search *search;
    struct java_path path;
    int traversed; /* CAs in the path that are not self-issued */
    int steps;
};

static bool is_same(const X509 *a, const X509 *b)
{
    return X509_cmp(a, b) == 0;
}

static bool is_self_issued(const X509 *certificate)
{
    return java_names_issuer(certificate, certificate);
}

/* By their encoding, as PublicKey.equals in the JDK. */
static bool has_same_key(const X509 *a, const X509 *b)
{
    const unsigned char *key, *other;
    int length, other_length;
    X509_ALGOR *algorithm, *other_algorithm;

    return X509_PUBKEY_get0_param(NULL, &key, &length, &algorithm, X509_get_X509_PUBKEY(a)) == 1 &&
           X509_PUBKEY_get0_param(NULL, &other, &other_length, &other_algorithm, X509_get_X509_PUBKEY(b)) ==
               1 &&
           length == other_length && memcmp(key, other, (size_t)length) == 0 &&
           X509_ALGOR_cmp(algorithm, other_algorithm) == 0;
}

bool java_is_twin(const X509 *a, const X509 *b)
{
    return X509_NAME_cmp(X509_get_subject_name(a), X509_get_subject_name(b)) == 0 && has_same_key(a, b);
}

static bool is_anchor(const struct java_search *search, const X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(search->anchors); i++)
        if (is_same(sk_X509_value(search->anchors, i), certificate))
            return true;
    return false;
}

/* An anchor, or one that has its name and key: a CA's certificate was renewed. */
static bool stands_for_anchor(const struct java_search *search, const X509 *certificate)
{
    for (int i = 0; i < sk_X509_num(search->anchors); i++) {
        if (java_is_twin(sk_X509_value(search->anchors, i), certificate))
            return true;
    }
    return false;
}

static bool give(struct step *step, X509 *anchor)
{
    struct java_search *search = step->search;

    if (search->tried == TRIED_MOST) {
        search->limited = true;
        return false;
    }
    search->tried++;
    step->path.anchor = anchor;
    return search->on_path(search->owner, &step->path);
}

/* --- as sent --- */

/* PKIXValidator.engineValidate: how many of the certificates are the path; 0: their order leads nowhere. */
static int ordered_length(const struct java_search *search)
{
    int count = sk_X509_num(search->sent);
    const X509 *last = sk_X509_value(search->sent, count - 1);

    for (int i = 1; i < count; i++) {
        const X509 *certificate = sk_X509_value(search->sent, i);
        if (!java_names_issuer(sk_X509_value(search->sent, i - 1), certificate))
            return 0;
        if (stands_for_anchor(search, certificate))
            return i;
    }
    for (int i = 0; i < sk_X509_num(search->anchors); i++)
        if (java_names_issuer(last, sk_X509_value(search->anchors, i)))
            return count;
    return 0;
}

/* PKIXCertPathValidator.validate: all anchors that the last certificate may mean. */
static bool try_ordered(struct step *step, int length)
{
    const struct java_search *search = step->search;
    X509 *last = sk_X509_value(search->sent, length - 1);

    for (int i = 0; i < length; i++)
        step->path.certificates[i] = sk_X509_value(search->sent, i);
    step->path.count = length;
    for (int i = 0; i < sk_X509_num(search->anchors); i++) {
        X509 *anchor = sk_X509_value(search->anchors, i);
        if (java_names_issuer(last, anchor) && java_selects_anchor(last, anchor) && give(step, anchor))
            return true;
    }
    return false;
}

/* --- by a search --- */

static bool is_valid(const X509 *certificate, int64_t time)
{
    return certificate_read_time(X509_get0_notBefore(certificate)) <= time &&
           time <= certificate_read_time(X509_get0_notAfter(certificate));
}

/* SunCertPathBuilder.repeated, but for their alternative names: who has the same name and key is not passed twice. */
static bool is_repeated(const struct java_path *path, const X509 *certificate)
{
    for (int i = 0; i < path->count; i++)
        if (java_is_twin(path->certificates[i], certificate))
            return true;
    return false;
}

/* ForwardBuilder.getMatchingCACerts, of those that were sent. */
static bool may_follow(const struct step *step, X509 *certificate)
{
    const struct java_search *search = step->search;
    long most = X509_get_pathlen(certificate);

    return step->traversed < search->intermediates_most &&
           (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0 &&
           (most < 0 || most >= step->traversed) && is_valid(certificate, search->time) &&
           !is_repeated(&step->path, certificate);
}

/* AdaptableX509CertSelector.match: an old root has to be valid as long as what it issued. Its validity today is looked at as well,
 * but not by the first search, which is that for the issuer of the server's certificate (ForwardBuilder.getMatchingCACerts). */
static bool may_be_anchor(const struct step *step, const X509 *last, const X509 *anchor)
{
    bool old = X509_get_version(anchor) < X509_VERSION_3;

    return (!old || (is_valid(anchor, certificate_read_time(X509_get0_notBefore(last))) &&
                     is_valid(anchor, certificate_read_time(X509_get0_notAfter(last))))) &&
           (step->path.count == 1 || is_valid(anchor, step->search->time));
}

/* SunCertPathBuilder gives a branch up where one self-issued certificate would follow another. */
static bool ends_branch(const struct step *step, const X509 *last)
{
    const struct java_search *search = step->search;

    for (int i = 0; is_self_issued(last) && i < sk_X509_num(search->sent); i++) {
        X509 *certificate = sk_X509_value(search->sent, i);
        if (java_names_issuer(last, certificate) && is_self_issued(certificate) &&
            may_follow(step, certificate) && !is_anchor(search, certificate))
            return true;
    }
    return false;
}

/* The one that it looks at before all others (PKIXCertComparator). */
static bool is_preferred(X509 *last, X509 *anchor)
{
    const ASN1_OCTET_STRING *wanted = X509_get0_authority_key_id(last),
                            *has = X509_get0_subject_key_id(anchor);

    return wanted && has && ASN1_OCTET_STRING_cmp(wanted, has) == 0;
}

/* All that may follow; of a branch that ends, what comes before its end for sure. */
static bool try_anchors(struct step *step, X509 *last, bool preferred_alone)
{
    const struct java_search *search = step->search;

    for (int i = 0; i < sk_X509_num(search->anchors); i++) {
        X509 *anchor = sk_X509_value(search->anchors, i);
        if (preferred_alone && !is_preferred(last, anchor))
            continue;
        if (java_names_issuer(last, anchor) && may_be_anchor(step, last, anchor) &&
            !is_repeated(&step->path, anchor) && give(step, anchor))
            return true;
    }
    return false;
}

/* Depth first: anchors, then what was sent. */
static bool search_from(struct step *step) /* NOLINT(misc-no-recursion): as deep as a path is long */
{
    struct java_search *search = step->search;
    X509 *last = step->path.certificates[step->path.count - 1];
    bool goes_on = ++step->steps <= STEPS_MOST && deadline_goes_on(search->deadline);
    search->limited = search->limited || !goes_on;
    if (!goes_on)
        return false;
    bool ends = ends_branch(step, last);
    if (try_anchors(step, last, ends))
        return true;
    for (int i = 0; !ends && i < sk_X509_num(search->sent) && step->path.count < TLS_CHAIN_MOST; i++) {
        X509 *certificate = sk_X509_value(search->sent, i);
        if (!java_names_issuer(last, certificate) || !may_follow(step, certificate))
            continue;
        if (step->traversed >= search->intermediates_most) {
            search->limited = true;
            continue;
        }
        int counts = is_self_issued(certificate) ? 0 : 1;
        step->path.certificates[step->path.count++] = certificate;
        step->traversed += counts;
        if (search_from(step))
            return true;
        step->traversed -= counts;
        step->path.count--;
    }
    return false;
}

bool java_search(struct java_search *search)
{
    struct step step = {.search = search};

    search->tried = 0;
    search->limited = false;
    if (is_anchor(search, sk_X509_value(search->sent, 0))) {
        search->way = JAVA_WAY_ANCHORED;
        return true;
    }
    int length = ordered_length(search);
    search->way = length > 0 ? JAVA_WAY_ORDERED : JAVA_WAY_SEARCHED;
    if (length > 0)
        return try_ordered(&step, length);
    step.path.certificates[0] = sk_X509_value(search->sent, 0);
    step.path.count = 1;
    return search_from(&step);
}
