#include "common/trust/java_rules.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/units.h"

#include "common/base/banned.h"

enum { NEVER = JAVA_NEWEST + 1 };

struct row {
    enum java_rule rule;
    struct java_since since;
    int64_t number;
    const char *text, *source;
};

#define X25519_AND_MORE "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"
#define NO_OTHERS       "!aNULL:!eNULL:!CAMELLIA:!ARIA:!AESCCM:!PSK:!SRP:!DSS:!3DES:!RC4"
#define SCHEMES                                                                                         \
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448:rsa_pss_rsae_"  \
    "sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_" \
    "sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512:ECDSA+SHA224:RSA+SHA224"

/* A rule's rows stand together, the one that came last behind the others. */
static const struct row rows[] = {
    {JAVA_CHAIN_MOST, {0, 0, 0}, 10, NULL, "jdk.tls.maxCertificateChainLength"},
    {JAVA_MESSAGE_MOST, {0, 0, 0}, 32768, NULL, "jdk.tls.maxHandshakeMessageSize"},
    {JAVA_INTERMEDIATES_MOST, {0, 0, 0}, 5, NULL, "PKIXBuilderParameters.setMaxPathLength, its default"},
    {JAVA_RSA_LEAST,
     {0, 0, 0},
     1024,
     NULL,
     "java.security, jdk.certpath.disabledAlgorithms: RSA keySize < 1024"},
    {JAVA_DSA_LEAST,
     {0, 0, 0},
     1024,
     NULL,
     "java.security, jdk.certpath.disabledAlgorithms: DSA keySize < 1024"},
    {JAVA_EC_LEAST, {0, 0, 0}, 224, NULL, "java.security, jdk.tls.disabledAlgorithms: EC keySize < 224"},
    {JAVA_GROUPS, {0, 0, NEVER}, 0, X25519_AND_MORE, "sun.security.ssl.NamedGroup, its default groups"},
    {JAVA_GROUPS,
     {NEVER, NEVER, 5},
     0,
     "*X25519MLKEM768:*" X25519_AND_MORE,
     "the same in 25.0.5; measured: 25.0.3 does not offer it"},
    {JAVA_CIPHERS, {0, 0, NEVER}, 0, "ECDHE:DHE:kRSA:" NO_OTHERS, "sun.security.ssl.CipherSuite"},
    {JAVA_CIPHERS,
     {18, 10, 0},
     0,
     "ECDHE:DHE:!kRSA:" NO_OTHERS,
     "JDK-8245545 (24): jdk.tls.disabledAlgorithms has TLS_RSA_*"},
    {JAVA_SCHEMES, {0, 0, NEVER}, 0, SCHEMES ":ECDSA+SHA1:RSA+SHA1", "sun.security.ssl.SignatureScheme"},
    {JAVA_SCHEMES,
     {18, 10, 0},
     0,
     SCHEMES,
     "JDK-8340321 (25): jdk.tls.disabledAlgorithms has rsa_pkcs1_sha1, ecdsa_sha1 usage HandshakeSignature"},
    {JAVA_CURVES,
     {0, 0, 0},
     0,
     " prime256v1 secp384r1 secp521r1 ",
     "JDK-8235710 (16): the other curves were taken out"},
    {JAVA_DIGESTS,
     {0, 0, 0},
     0,
     " SHA1 SHA224 SHA256 SHA384 SHA512 ",
     "sun.security.ssl.SignatureScheme; MD5: jdk.certpath.disabledAlgorithms"},
    {JAVA_DIGESTS_13, {0, NEVER, NEVER}, 0, " SHA1 SHA224 SHA256 SHA384 SHA512 ", "the same"},
    {JAVA_DIGESTS_13,
     {16, 0, 0},
     0,
     " SHA1 SHA256 SHA384 SHA512 ",
     "JDK-8349583: SHA-224 is for TLS 1.2 alone; measured: 17.0.15 takes it, 17.0.21 does not"},
    {JAVA_DSA_13, {0, NEVER, NEVER}, 1, NULL, "sun.security.ssl.SignatureScheme"},
    {JAVA_DSA_13, {16, 0, 0}, 0, NULL, "JDK-8349583: DSA is for TLS 1.2 alone; measured as SHA-224 was"},
    {JAVA_WARNINGS,
     {0, 0, 0},
     0,
     " 0 10 20 21 22 30 80 86 90 ",
     "sun.security.ssl.Alert, its handshakeOnly; one that it does not know is an error"},
    {JAVA_LEFT_WILDCARDS, {0, NEVER, NEVER}, 0, NULL, "sun.security.util.HostnameChecker, RFC 2818"},
    {JAVA_LEFT_WILDCARDS, {NEVER, 0, 0}, 1, NULL, "the same in 21, RFC 6125"},
    {JAVA_WILDCARD_LIMITS, {0, NEVER, 0}, 0, NULL, "sun.security.x509.NameConstraintsExtension"},
    {JAVA_WILDCARD_LIMITS,
     {16, 0, 4},
     1,
     NULL,
     "the same in 17.0.21, 21.0.13, 25.0.5; measured: not in 17.0.15 and 25.0.3"},
    {JAVA_STORE_DIGESTS,
     {0, 0, 0},
     0,
     " SHA1 SHA224 SHA256 SHA384 SHA512 ",
     "com.sun.crypto.provider.SunJCE, its HmacPBE"},
    {JAVA_STORE_DIGESTS,
     {NEVER, NEVER, 5},
     0,
     " SHA1 SHA224 SHA256 SHA384 SHA512 PBMAC1 ",
     "JDK-8343232 (26); measured: in 25.0.5, not in 25.0.3"},
};

/* Unknown versions are none of these trains: java_version_parse. */
bool java_version_reaches(struct java_version version, struct java_since since)
{
    if (version.train == 17)
        return version.update >= since.in17;
    return version.update >= (version.train == 25 ? since.in25 : since.in21);
}

static const struct row *find(struct java_version version, enum java_rule rule)
{
    const struct row *found = NULL;

    if (version.train == 0)
        version = (struct java_version){.train = 21,
                                        .update = JAVA_NEWEST}; /* which takes nothing that 17 refuses */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].rule == rule && (!found || java_version_reaches(version, rows[i].since)))
            found = &rows[i];
    return found;
}

int64_t java_number(struct java_version version, enum java_rule rule)
{
    return find(version, rule)->number;
}

const char *java_text(struct java_version version, enum java_rule rule)
{
    return find(version, rule)->text;
}

const char *java_source(struct java_version version, enum java_rule rule)
{
    return find(version, rule)->source;
}

bool java_lists(struct java_version version, enum java_rule rule, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = java_text(version, rule); length > 0 && (at = strstr(at, word)); at++)
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}

/* --- versions --- */

struct java_version java_version_newest(struct java_version version)
{
    version.update = JAVA_NEWEST;
    return version;
}

/* The number that the text begins with, up to a dot or its end. */
static bool take_number(const char **text, int64_t least, int64_t most, int64_t *number)
{
    char digits[8];
    size_t length = strcspn(*text, ".");

    if (length >= sizeof digits)
        return false;
    memcpy(digits, *text, length);
    digits[length] = '\0';
    *text += length;
    return units_parse_number(digits, least, most, number);
}

/* False: it is no train that is known, or comes later. */
static bool take_train(const char **text, int64_t *train)
{
    return take_number(text, 17, 99, train) && (*train == 17 || *train == 21 || *train >= JAVA_LAST);
}

bool java_version_parse(const char *text, struct java_version *version)
{
    int64_t train, update = JAVA_NEWEST;

    if (!take_train(&text, &train))
        return false;
    if (*text == '.') {
        if (strncmp(text, ".0.", 3) != 0)
            return false;
        text += 3;
        if (!take_number(&text, 0, JAVA_NEWEST - 1, &update) || strspn(text, "0123456789.") != strlen(text))
            return false;
    }
    bool later = train > JAVA_LAST;
    *version = (struct java_version){.train = later ? JAVA_LAST : (int)train,
                                     .update = later ? JAVA_NEWEST : (int)update};
    return true;
}

bool java_version_is_later(const char *text)
{
    int64_t train;

    return take_train(&text, &train) && train > JAVA_LAST;
}
