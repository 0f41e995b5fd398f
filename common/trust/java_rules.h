/* What a JVM limits, disables and offers in TLS, by its version: one table, each row with the place where the JDK has it from.
 *
 * A version is a train (17, 21, 25) with the number of its update. Those of a later train are judged as the newest of 25. */
#ifndef COMMON_TRUST_JAVA_RULES_H
#define COMMON_TRUST_JAVA_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum { JAVA_NEWEST = 9999 }; /* as an update: the newest of its train */

struct java_version {
    int train; /* 17, 21, 25; 0: whatever 17 and 21 both take, in their newest updates */
    int update;
};

enum { JAVA_LAST = 25 /* the newest train whose rules are known */ };

/* "17", "21.0.9", "25.0.5.1". False: it is no version, or of a train that is not known. One of a later train becomes the newest
 * of JAVA_LAST. */
bool java_version_parse(const char *text, struct java_version *version);

/* Whether it was one of a later train. */
bool java_version_is_later(const char *text);

/* The newest update of the same train. */
struct java_version java_version_newest(struct java_version version);

/* The first update of each train that a row of a table is about. What an update changed is often known from both of its neighbours
 * that could be measured only: then the stricter rule begins right behind the last one that was seen without it, and the laxer one
 * with the first that was seen to have it. */
struct java_since {
    int in17, in21, in25;
};

bool java_version_reaches(struct java_version version, struct java_since since);

/* Each of these has one row, or several of which the last that applies counts. */
enum java_rule {
    JAVA_CHAIN_MOST,         /* certificates that a server may send */
    JAVA_MESSAGE_MOST,       /* bytes of a handshake message */
    JAVA_INTERMEDIATES_MOST, /* in a path that has to be searched for */
    JAVA_RSA_LEAST,          /* bits */
    JAVA_DSA_LEAST,
    JAVA_EC_LEAST,
    JAVA_GROUPS,     /* in OpenSSL's words */
    JAVA_CIPHERS,    /* the same */
    JAVA_SCHEMES,    /* of the handshake's signature, the same */
    JAVA_CURVES,     /* of keys in certificates: OpenSSL's names, with blanks around each */
    JAVA_DIGESTS,    /* of certificates' signatures: the same */
    JAVA_DIGESTS_13, /* where the connection is TLS 1.3 */
    JAVA_DSA_13,     /* 1: DSA signatures of certificates count there, too */
    JAVA_WARNINGS, /* alerts that do not end a handshake where they are warnings: numbers, with blanks around each */
    JAVA_LEFT_WILDCARDS, /* 1: a wildcard stands in the first label only */
    JAVA_WILDCARD_LIMITS, /* 1: a wildcard that could stand for an excluded name violates the constraint, in a common name too */
    JAVA_STORE_DIGESTS, /* of PKCS#12 files: OpenSSL's names, with blanks around each */
};

int64_t java_number(struct java_version version, enum java_rule rule);
const char *java_text(struct java_version version, enum java_rule rule);

/* Whether the text of such a rule has the word. */
bool java_lists(struct java_version version, enum java_rule rule, const char *word);

/* Where the rule that applies comes from. */
const char *java_source(struct java_version version, enum java_rule rule);

#endif
