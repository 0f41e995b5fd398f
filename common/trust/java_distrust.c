#include "common/trust/java_distrust.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/base/banned.h"

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
    struct java_since since;
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
        bool all = now >= root->until &&
                   (version.train == 0 || java_version_reaches(version, distrusted[i].since));
        return all || issued >= root->last ? root : NULL;
    }
    return NULL;
}

/* --- blocked certificates --- */

enum {
    PREFIX =
        16 /* hexadecimal digits of a fingerprint: nobody makes another certificate that begins with the same */
};

/* SHA-256, one after the other. */
static const char always_blocked[] = /* JDK 17.0.15, 25.0.3 */
    "03db9e5e79fe611708c396c006a2105514e6d2764a4b06701c5e6985acc092211f6bf8a3f2399af72a464e4113141352"
    "31c8fd37db9b56e73946901f46b0071e3e11cf90719f6fb4423279423b9fc8cb450f1b421bb05c864cbbf8256bc9888a"
    "4fee0163686ecbd6535d04dfce027c70568faf38d9f155f6585cfe6b7436cbd45e83124d68d24e8e71cb00749b9130fb"
    "76a45a496031e4dd8a1bd21661c600159ed8f9b0e8e42a169fadce80d62a959fa686fee577c88ab6a90132cea1d4f718"
    "b8686723e415534bc0d1f42b9f4bf7acd0156949f1381943d151962d95497050d24566bf315f4e59d3a936e1a7775a45"
    "d6ceae5d9e047fafdf21016b00fc54f9e0e740e4b0f8b354ec30c9c3065a06bbf5b6f88f75d391a4fbb12938abd86c12"
    "fc02fd48db92d4dcfdedb5bdfcb67411";
static const char lately_blocked[] = /* what JDK 21.0.13, 25.0.5 have besides */
    "0164d7ceae5bb90910e7e5bfdb55cfb7169a0523c5e071aa21182e577e5106b633c1bcdc6da52df937e866582d43c35d"
    "3b88e4b77fc53c453c5456d4219ba23742c4accd12c4f595432ec25f0d28de9045a883f349aedfd54b2460a466f95fd4"
    "4ded6f955374e40b50e71b08b9ac407b558ec6ca13da9b80579480aea166290b59cc5fd35a737b845d8fc3ecddb4ddb2"
    "5f1ded4dd590af7462b7f9868263f72f7485b51c0ed1928775d8853be99c87677ba62fec54e9d04084112972b8e59d14"
    "8f580c6e34cee7ee8fed925362f62fff912a48745bff2f1498b896625c0c230a9e39de2881273acc9e7617035cff537c"
    "a0ed2032c5249ee1a104b1314df8e02fa4328e058c867af9a496e23ac0cab815a4b72dbd37256324a61fe79b019062dd"
    "ab7292f822673330b7121039caf13e03b75104427b6a5be5c5f1531c6331659cc65cbc98295549bac93f7b1eef27cfd0"
    "cb6e15165ac802e9cd740652e552d93ed8a50fa0068e9558e7568fe6e12331f4ef34030c01b13bf4fd9d5c2dbbd4995a";

static bool has_prefix(const char *list, const char *sha256)
{
    for (; *list != '\0'; list += PREFIX)
        if (strncasecmp(list, sha256, PREFIX) == 0)
            return true;
    return false;
}

bool java_blocks(struct java_version version, const char *sha256)
{
    static const struct java_since lately = {.in17 = 16, .in21 = 0, .in25 = 4};

    return has_prefix(always_blocked, sha256) ||
           ((version.train == 0 || java_version_reaches(version, lately)) &&
            has_prefix(lately_blocked, sha256));
}
