/* What a trust store has that is closest to an issuer which it lacks: truststore_closest of truststore.h. */
#include <string.h>
#include <strings.h>

#include "common/trust/anchors.h"
#include "common/trust/certificate.h"

#include "common/base/banned.h"

enum { COMPARED_MOST = 500 /* word by word: it is only to help people, and a distribution has 150 */ };

/* One part of a name, such as its organisation, as text; false when it has none. */
static bool name_part(const X509_NAME *name, int nid, char text[256])
{
    return X509_NAME_get_text_by_NID(name, nid, text, 256) > 0;
}

/* How many words of `a`, separated by blanks and such, are in `b` too. */
static int shared_words(const char *a, const char *b)
{
    static const char separators[] = " -_.,/()";
    int count = 0;

    while (*(a += strspn(a, separators)) != '\0') {
        size_t length = strcspn(a, separators);
        for (const char *at = b; *(at += strspn(at, separators)) != '\0';) {
            size_t other = strcspn(at, separators);
            if (other == length && strncasecmp(a, at, length) == 0) {
                count++;
                break;
            }
            at += other;
        }
        a += length;
    }
    return count;
}

/* Generic words ("Root CA") alone make no likeness. */
static int likeness(const X509_NAME *wanted, const X509_NAME *have)
{
    static const char generic[] = "root ca authority certification certificate global class tls g1 g2 g3";
    char a[256], b[256];
    int points = 0;

    if (name_part(wanted, NID_organizationName, a) && name_part(have, NID_organizationName, b))
        points += strcasecmp(a, b) == 0 ? 20 : 0;
    if (name_part(wanted, NID_commonName, a) && name_part(have, NID_commonName, b)) {
        int all = shared_words(a, b), special = all - shared_words(a, generic);
        points += special > 0 || points > 0 ? 2 * all : 0;
    }
    return points;
}

enum truststore_likeness truststore_closest(struct truststore *store, const X509_NAME *name, char **subject)
{
    const X509_NAME *best = NULL;
    int most = 0;

    *subject = NULL;
    for (size_t i = 0; i < store->count; i++) {
        const X509_NAME *have = anchors_name(&store->anchors[i]);
        if (!have)
            continue;
        if (X509_NAME_cmp(have, name) == 0) {
            *subject = certificate_name(have);
            return TRUSTSTORE_SAME_NAME;
        }
        int points = i < COMPARED_MOST ? likeness(name, have) : 0;
        if (points > most) {
            most = points;
            best = have;
        }
    }
    if (best)
        *subject = certificate_name(best);
    return best ? TRUSTSTORE_SIMILAR : TRUSTSTORE_NOTHING;
}
