#include "common/trust/java_rules.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/units.h"

#include "common/base/banned.h"

/* The first update of each train that a row is about. What an update changed is often known from both of its neighbours that could
 * be measured only: then the stricter rule begins right behind the last one that was seen without it, and the laxer one with the
 * first that was seen to have it. */
struct since {
    int in17, in21, in25;
};

enum { NEVER = JAVA_NEWEST + 1 };

struct row {
    enum java_rule rule;
    struct since since;
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
static bool applies(struct java_version version, struct since since)
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
        if (rows[i].rule == rule && (!found || applies(version, rows[i].since)))
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

bool java_version_parse(const char *text, struct java_version *version)
{
    char number[8];
    int64_t train, update = JAVA_NEWEST;
    size_t length = strcspn(text, ".");

    if (length >= sizeof number)
        return false;
    memcpy(number, text, length);
    number[length] = '\0';
    if (!units_parse_number(number, 17, 99, &train) || (train != 17 && train != 21 && train < 25))
        return false;
    if (text[length] == '.') {
        if (strncmp(text + length, ".0.", 3) != 0)
            return false;
        const char *at = text + length + 3;
        length = strcspn(at, ".");
        if (length >= sizeof number || strspn(at, "0123456789.") != strlen(at))
            return false;
        memcpy(number, at, length);
        number[length] = '\0';
        if (!units_parse_number(number, 0, JAVA_NEWEST - 1, &update))
            return false;
    }
    *version = (struct java_version){.train = train > 25 ? 25 : (int)train,
                                     .update = train > 25 ? JAVA_NEWEST : (int)update};
    return true;
}

/* --- distrusted roots --- */

/* Seconds since 1970 at which a day begins, in UTC. */
#define APRIL_17_2019    INT64_C(1555459200)
#define NOVEMBER_12_2024 INT64_C(1731369600)
#define APRIL_16_2025    INT64_C(1744761600)
#define MARCH_18_2026    INT64_C(1773792000)
#define APRIL_20_2027    INT64_C(1808179200)
#define ALWAYS           0

/* java.security, jdk.security.caDistrustPolicies: SYMANTEC_TLS, ENTRUST_TLS, CAMERFIRMA_TLS, CHUNGHWA_TLS; fingerprints and
 * dates from sun.security.validator. `since`: the update from which on `until` counts; older ones look at `last` alone. */
static const struct {
    struct java_distrusted root;
    struct since since;
} distrusted[] = {
    {{"ff856a2d251dcd88d36656f450126798cfabaade40799c722de4d2b5db36a73a", "GeoTrust Global CA", APRIL_17_2019,
      ALWAYS},
     {16, 0, 0}},
    {{"37d51006c512eaab626421f1ec8c92013fc5f82ae98ee533eb4619b8deb4d06c",
      "GeoTrust Primary Certification Authority", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"5edb7ac43b82a06a8761e8d7be4979ebf2611f7dd79bf91c1c6b566a219ed766",
      "GeoTrust Primary Certification Authority - G2", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"b478b812250df878635c2aa7ec7d155eaa625ee82916e2cd294361886cd1fbd4",
      "GeoTrust Primary Certification Authority - G3", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"a0459b9f63b22559f5fa5d4c6db3f9f72ff19342033578f073bf1d1b46cbb912", "GeoTrust Universal CA",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"8d722f81a9c113c0791df136a2966db26c950a971db46b4199f4ea54b78bfb9f", "thawte Primary Root CA",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"a4310d50af18a6447190372a86afaf8b951ffb431d837f1e5688b45971ed1557", "thawte Primary Root CA - G2",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"4b03f45807ad70f21bfc2cae71c9fde4604c064cf5ffb686bae5dbaad7fdd34c", "thawte Primary Root CA - G3",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"3f9f27d583204b9e09c8a3d2066c4b57d3a2479c3693650880505698105dbce9", "Thawte Premium Server CA",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"3a43e220fe7f3ea9653d1e21742eac2b75c20fd8980305bc502caf8c2d9b41a1", "VeriSign Trust Network",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"a4b6b3996fc2f306b3fd8681bd63413d8c5009cc4fa329c2ccf0e2fa1b140305",
      "Class 3 Public Primary Certification Authority", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"83ce3c1229688a593d485f81973c0f9195431eda37cc5e36430e79c7a888638b", "VeriSign Trust Network",
      APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"eb04cf5eb1f39afa762f2bb120f296cba520c1b97db1589565b81cb9a17b7244",
      "VeriSign Class 3 Public Primary Certification Authority - G3", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"69ddd7ea90bb57c93e135dc85ea6fcd5480b603239bdc454fc758b2a26cf7f79",
      "VeriSign Class 3 Public Primary Certification Authority - G4", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"9acfab7e43c8d880d06b262a94deeee4b4659989c3d0caf19baf6405e41ab7df",
      "VeriSign Class 3 Public Primary Certification Authority - G5", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"2399561127a57125de8cefea610ddf2fa078b5c8067f4e828290bfb860e84b3c",
      "VeriSign Universal Root Certification Authority", APRIL_17_2019, ALWAYS},
     {16, 0, 0}},
    {{"73c176434f1bc6d5adf45b0e76e727287c8de57616c1e6e6141a2b2cbc7d8e4c",
      "Entrust Root Certification Authority", NOVEMBER_12_2024, ALWAYS},
     {16, 0, 0}},
    {{"02ed0eb28c14da45165c566791700d6451d7fb56f0b2ab1d3b8eb070e56edff5",
      "Entrust Root Certification Authority - EC1", NOVEMBER_12_2024, ALWAYS},
     {16, 0, 0}},
    {{"43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339",
      "Entrust Root Certification Authority - G2", NOVEMBER_12_2024, ALWAYS},
     {16, 0, 0}},
    {{"db3517d1f6732a2d5ab97c533ec70779ee3270a62fb4ac4238372460e6f01e88",
      "Entrust Root Certification Authority - G4", NOVEMBER_12_2024, ALWAYS},
     {16, 0, 0}},
    {{"6dc47172e01cbcb0bf62580d895fe2b8ac9ad4f873801e0c10b9c837d21eb177",
      "Entrust.net Certification Authority (2048)", NOVEMBER_12_2024, ALWAYS},
     {16, 0, 0}},
    {{"063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0", "Chambers of Commerce Root - 2008",
      APRIL_16_2025, ALWAYS},
     {16, 0, 0}},
    {{"c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5", "ePKI Root Certification Authority",
      MARCH_18_2026, APRIL_20_2027},
     {0, 0, 0}},
};

const struct java_distrusted *java_distrusts(struct java_version version, const char *sha256, int64_t issued,
                                             int64_t now)
{
    for (size_t i = 0; i < sizeof distrusted / sizeof distrusted[0]; i++) {
        const struct java_distrusted *root = &distrusted[i].root;
        if (strcasecmp(root->sha256, sha256) != 0)
            continue;
        bool all = now >= root->until && (version.train == 0 || applies(version, distrusted[i].since));
        return all || issued >= root->last ? root : NULL;
    }
    return NULL;
}
