#include "tests/unit/chains.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/tls/judge.h"
#include "common/tls/tls_look.h"
#include "common/trust/anchors.h"

enum { THEN = 1800000000, DAY = 86400, MOST = 120, KEYS = 3, WEAK = 2 };

#define MUST(condition)                                                             \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

/* --- what is made --- */

/* What a certificate's bytes say. */
struct plan {
    unsigned key, date, purpose, constraint, ca, usage, signature, identifier;
    bool critical, anchored, sent, late, twice, named_as_issuer;
};

struct made {
    struct plan plans[MOST];
    X509 *certificates[MOST];
    size_t count;
    STACK_OF(X509) * sent;
};

/* The first of each is what a good chain has, and so more likely than the others together. */
static unsigned pick(unsigned byte, unsigned shift, unsigned bits)
{
    return byte >> shift & ((1u << bits) - 1);
}

static struct plan read_plan(const uint8_t record[CHAINS_RECORD], bool top, bool leaf)
{
    return (struct plan){
        .key = pick(record[0], 0, 2) % KEYS,
        .date = pick(record[0], 2, 2),
        .purpose = pick(record[0], 4, 2),
        .constraint = pick(record[0], 6, 2),
        .ca = pick(record[1], 0, 2),
        .usage = pick(record[1], 2, 2),
        .signature = pick(record[1], 4, 2),
        .identifier = pick(record[1], 6, 2),
        .critical = pick(record[2], 0, 2) == 3,
        .anchored = (pick(record[2], 2, 1) != 0) != top,
        .sent = leaf || (pick(record[2], 3, 1) != 0) == top,
        .named_as_issuer = pick(record[2], 4, 2) == 3,
        .late = !leaf && pick(record[3], 0, 2) == 3, /* behind those above it */
        .twice = pick(record[3], 2, 2) == 3,
    };
}

static EVP_PKEY *key_of(unsigned number)
{
    static EVP_PKEY *keys[KEYS];

    if (!keys[number])
        keys[number] = number == WEAK ? EVP_RSA_gen(1024) : EVP_EC_gen("P-256");
    MUST(keys[number]);
    return keys[number];
}

static void set_name(X509_NAME *name, size_t number)
{
    char text[32];

    snprintf(text, sizeof text, "Number %zu", number);
    MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (unsigned char *)text, -1, -1, 0) == 1);
}

static void add_extension(X509 *x509, int kind, const char *text)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, text);

    MUST(extension && X509_add_ext(x509, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static void add_identifiers(X509 *x509, unsigned own, unsigned issuers, unsigned how)
{
    unsigned char bytes[20] = {(unsigned char)own};
    ASN1_OCTET_STRING *identifier = ASN1_OCTET_STRING_new();
    AUTHORITY_KEYID *authority = AUTHORITY_KEYID_new();

    MUST(identifier && authority && (authority->keyid = ASN1_OCTET_STRING_new()));
    MUST(ASN1_OCTET_STRING_set(identifier, bytes, sizeof bytes) == 1);
    MUST(X509_add1_ext_i2d(x509, NID_subject_key_identifier, identifier, 0, X509V3_ADD_DEFAULT) == 1);
    bytes[0] = (unsigned char)(how == 2 ? issuers + 1 : issuers);
    MUST(ASN1_OCTET_STRING_set(authority->keyid, bytes, sizeof bytes) == 1);
    if (how != 3)
        MUST(X509_add1_ext_i2d(x509, NID_authority_key_identifier, authority, 0, X509V3_ADD_DEFAULT) == 1);
    ASN1_OCTET_STRING_free(identifier);
    AUTHORITY_KEYID_free(authority);
}

static void add_extensions(X509 *x509, const struct plan *plan, bool leaf)
{
    static const char *const cas[] = {"critical,CA:TRUE", "CA:FALSE", NULL, "critical,CA:TRUE,pathlen:0"};
    static const char *const usages[] = {NULL, "critical,digitalSignature", "critical,keyCertSign", NULL};
    static const char *const purposes[] = {NULL, "serverAuth", "clientAuth", "anyExtendedKeyUsage"};
    static const char *const constraints[] = {NULL, "critical,permitted;DNS:test",
                                              "critical,permitted;DNS:else.test",
                                              "critical,excluded;DNS:test"};
    const char *ca = leaf && plan->ca == 0 ? "CA:FALSE" : cas[plan->ca];
    const char *usage = !leaf && plan->usage == 0 ? "critical,keyCertSign" : usages[plan->usage];

    if (ca)
        add_extension(x509, NID_basic_constraints, ca);
    if (usage)
        add_extension(x509, NID_key_usage, usage);
    if (purposes[plan->purpose])
        add_extension(x509, NID_ext_key_usage, purposes[plan->purpose]);
    if (constraints[plan->constraint])
        add_extension(x509, NID_name_constraints, constraints[plan->constraint]);
    if (leaf)
        add_extension(x509, NID_subject_alt_name, "DNS:server.test,DNS:*.wild.test,IP:127.0.0.1");
    if (plan->critical)
        add_extension(x509, NID_netscape_comment, "critical,unknown to all");
}

static void set_dates(X509 *x509, unsigned date)
{
    static const int starts[] = {-10, -10, 10, -10}, ends[] = {100, -1, 20, 1};

    MUST(ASN1_TIME_set(X509_getm_notBefore(x509), THEN + (time_t)starts[date] * DAY));
    MUST(ASN1_TIME_set(X509_getm_notAfter(x509), THEN + (time_t)ends[date] * DAY));
}

/* As it comes over the wire; with its signature changed where the plan says so. */
static X509 *read_again(X509 *x509, bool spoil)
{
    unsigned char *der = NULL;
    int length = i2d_X509(x509, &der);
    const unsigned char *at = der;

    MUST(length > 0);
    if (spoil)
        der[length - 1] ^= 1;
    X509 *again = d2i_X509(NULL, &at, length);
    MUST(again);
    OPENSSL_free(der);
    X509_free(x509);
    return again;
}

static X509 *make(const struct plan *plan, size_t number, const struct plan *issuer, size_t issuer_number)
{
    X509 *x509 = X509_new();
    unsigned signer = plan->signature == 1 ? (issuer->key + 1) % KEYS : issuer->key;

    MUST(x509 && X509_set_version(x509, X509_VERSION_3) == 1 &&
         X509_set_pubkey(x509, key_of(plan->key)) == 1);
    MUST(ASN1_INTEGER_set(X509_get_serialNumber(x509), (long)number + 1) == 1);
    set_name(X509_get_subject_name(x509), plan->named_as_issuer ? issuer_number : number);
    set_name(X509_get_issuer_name(x509), issuer_number);
    set_dates(x509, plan->date);
    add_extensions(x509, plan, number == 0);
    add_identifiers(x509, plan->key, issuer->key, plan->identifier);
    MUST(X509_sign(x509, key_of(signer), plan->signature == 2 ? EVP_sha1() : EVP_sha256()) > 0);
    return read_again(x509, plan->signature == 3);
}

static size_t count_of(uint8_t byte)
{
    return byte < 200 ? 1 + byte % 8 : byte < 240 ? 12 + byte % 12 : MOST - byte % 20;
}

static void make_all(struct made *made, const uint8_t *bytes, size_t length)
{
    made->count = count_of(bytes[2]);
    for (size_t i = 0; i < made->count; i++) {
        size_t at = CHAINS_HEAD + i * CHAINS_RECORD;
        uint8_t record[CHAINS_RECORD] = {0};
        for (size_t j = 0; j < CHAINS_RECORD && at + j < length; j++)
            record[j] = bytes[at + j];
        made->plans[i] = read_plan(record, i + 1 == made->count, i == 0);
    }
    made->sent = sk_X509_new_null();
    MUST(made->sent);
    for (size_t i = 0; i < made->count; i++) {
        size_t issuer = i + 1 < made->count ? i + 1 : i;
        made->certificates[i] = make(&made->plans[i], i, &made->plans[issuer], issuer);
    }
    for (size_t i = 0; i < 2 * made->count; i++) {
        const struct plan *plan = &made->plans[i % made->count];
        if (plan->sent && plan->late == (i >= made->count))
            for (int times = plan->twice ? 2 : 1; times > 0; times--)
                MUST(sk_X509_push(made->sent, made->certificates[i % made->count]) > 0);
    }
}

static void free_all(struct made *made)
{
    for (size_t i = 0; i < made->count; i++)
        X509_free(made->certificates[i]);
    sk_X509_free(made->sent);
}

/* --- what OpenSSL says of it --- */

static bool openssl_trusts(const struct made *made, enum tls_profile profile, size_t *length)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();

    MUST(store && context);
    for (size_t i = 0; i < made->count; i++)
        if (made->plans[i].anchored)
            X509_STORE_add_cert(store, made->certificates[i]);
    MUST(X509_STORE_CTX_init(context, store, made->certificates[0], made->sent) == 1);
    MUST(X509_STORE_CTX_set_default(context, "ssl_server") == 1);
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(rules, THEN);
    X509_VERIFY_PARAM_set_auth_level(rules, 2);
    if (profile == TLS_STRICT)
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK);
    bool good = X509_verify_cert(context) == 1;
    *length = (size_t)sk_X509_num(X509_STORE_CTX_get0_chain(context));
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    ERR_clear_error();
    return good;
}

/* --- what must be true of a path that a JVM takes, looked at without the tool's own search --- */

static bool is_one_of(const struct made *made, const X509 *certificate, bool anchored)
{
    for (size_t i = 0; i < made->count; i++)
        if ((anchored ? made->plans[i].anchored : made->plans[i].sent) &&
            X509_cmp(made->certificates[i], certificate) == 0)
            return true;
    return false;
}

static bool is_of_time(const X509 *certificate)
{
    time_t then = THEN;

    return X509_cmp_time(X509_get0_notBefore(certificate), &then) < 0 &&
           X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0;
}

/* A CA between the server's certificate, of which `below` others are below it, and the anchor. */
static bool is_fit_ca(X509 *ca, X509 *leaf, long below)
{
    NAME_CONSTRAINTS *limits = X509_get_ext_d2i(ca, NID_name_constraints, NULL, NULL);
    uint32_t flags = X509_get_extension_flags(ca);
    bool allows = !limits || NAME_CONSTRAINTS_check(leaf, limits) == X509_V_OK;

    NAME_CONSTRAINTS_free(limits);
    return allows && (flags & EXFLAG_CA) != 0 && (X509_get_key_usage(ca) & KU_KEY_CERT_SIGN) != 0 &&
           (X509_get_pathlen(ca) < 0 || X509_get_pathlen(ca) >= below);
}

static bool is_linked(X509 *certificate, X509 *issuer)
{
    return X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(issuer)) == 0 &&
           X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
}

static bool java_may_trust(const struct made *made, const struct tls_facts *facts)
{
    X509 *chain[TLS_CHAIN_MOST];
    size_t count = facts->chain_count;
    long below = 0;

    for (size_t i = 0; i < count; i++) {
        const unsigned char *der = facts->chain[i].der;
        chain[i] = d2i_X509(NULL, &der, (long)facts->chain[i].der_length);
        MUST(chain[i]);
    }
    bool good = count > 0 && X509_cmp(chain[0], made->certificates[0]) == 0 &&
                is_one_of(made, chain[count - 1], true) &&
                (facts->chain_sent == 0 ? count == 1 : count == facts->chain_sent + 1);
    for (size_t i = 0; good && i + 1 < count; i++) {
        good = is_one_of(made, chain[i], false) && is_of_time(chain[i]) &&
               is_linked(chain[i], chain[i + 1]) &&
               (X509_get_extension_flags(chain[i]) & EXFLAG_CRITICAL) == 0 &&
               (i == 0 || is_fit_ca(chain[i], chain[0], below));
        below += i > 0 && (X509_get_extension_flags(chain[i]) & EXFLAG_SI) == 0;
    }
    for (size_t i = 0; i < count; i++)
        X509_free(chain[i]);
    return good;
}

/* --- what the tool says of it --- */

static void add_anchors(const struct made *made, struct truststore *trust)
{
    for (size_t i = 0; i < made->count; i++) {
        unsigned char *der = NULL;
        int length = made->plans[i].anchored ? i2d_X509(made->certificates[i], &der) : 0;
        if (length > 0)
            MUST(anchors_add(trust, der, (size_t)length));
        OPENSSL_free(der);
    }
}

static void look_at(const struct made *made, const char *name, struct tls_facts *facts)
{
    struct tls_setup setup = {.profile = facts->profile, .trust = calloc(1, sizeof(struct truststore))};
    struct tls_look look = {.setup = &setup, .facts = facts};
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *handshake = X509_STORE_CTX_new();

    MUST(setup.trust && store && handshake);
    MUST(X509_STORE_CTX_init(handshake, store, made->certificates[0], made->sent) == 1);
    add_anchors(made, setup.trust);
    facts->time = THEN;
    tls_expect(facts, name);
    int verdict = tls_verify(handshake, &look);
    MUST(verdict == judge_lets_pass(facts));
    MUST((verdict == 1) == (X509_STORE_CTX_get_error(handshake) == X509_V_OK));
    /* Whatever comes after it in the same connection; but a JVM may be asked to shake hands again, by the same server. */
    MUST(tls_verify(handshake, &look) == (facts->profile == TLS_JAVA && facts->sent_count > 0 ? verdict : 0));
    X509_STORE_CTX_free(handshake);
    X509_STORE_free(store);
    truststore_free(setup.trust);
}

static bool has_name(const struct made *made, enum tls_profile profile, const char *name)
{
    unsigned flags = profile == TLS_STRICT ? X509_CHECK_FLAG_NEVER_CHECK_SUBJECT : 0;

    if (X509_check_ip_asc(made->certificates[0], name, 0) == 1)
        return true;
    return X509_check_host(made->certificates[0], name, 0, flags | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                           NULL) == 1;
}

/* Whatever it is, there is a reason for it, and the verdict of the whole agrees. */
static bool is_ready(struct tls_facts *facts)
{
    struct tls_rules rules = {0};
    struct tls_judgement judgement;
    struct reason why;

    facts->done = true;
    judge_tls(facts, &rules, &judgement);
    enum outcome outcome = judgement_sum_up(&judgement, &why);
    MUST((outcome == ATTEMPT_OK) == (judgement.count == 0));
    MUST(outcome == ATTEMPT_OK || why.text[0] != '\0');
    MUST(outcome != ATTEMPT_OK || judge_lets_pass(facts));
    return outcome == ATTEMPT_OK;
}

bool chains_compare(const uint8_t *bytes, size_t length)
{
    static const char *const names[] = {"server.test", "a.wild.test",   "127.0.0.1",
                                        "other.test",  "a.b.wild.test", ""};
    static struct made made;
    uint8_t head[CHAINS_HEAD] = {0};
    struct tls_facts facts;
    size_t built;

    for (size_t i = 0; i < CHAINS_HEAD && i < length; i++)
        head[i] = bytes[i];
    const char *name = names[head[1] % (sizeof names / sizeof names[0])];
    make_all(&made, length < CHAINS_HEAD ? head : bytes, length);
    tls_facts_init(&facts);
    facts.profile = (enum tls_profile)(head[0] % 3);
    look_at(&made, name, &facts);
    bool passes = judge_lets_pass(&facts), trusted = openssl_trusts(&made, facts.profile, &built);
    bool named = has_name(&made, facts.profile, name);
    bool within = sk_X509_num(made.sent) <= TLS_CHAIN_MOST && built <= TLS_CHAIN_MOST;
    if (facts.profile == TLS_JAVA)
        MUST(!passes || (java_may_trust(&made, &facts) && named));
    else
        MUST(!passes || (trusted && named && within));
    MUST(!is_ready(&facts) || passes);
    /* Java has rules of its own on top, and strict does not take name constraints in a server's certificate. */
    if (facts.profile == TLS_DEFAULT || (facts.profile == TLS_STRICT && made.plans[0].constraint == 0))
        MUST(passes || !(trusted && named && within));
    tls_facts_free(&facts);
    free_all(&made);
    return passes;
}

enum tls_limit chains_limit(int64_t deadline)
{
    static struct made made;
    static const uint8_t good[CHAINS_HEAD] = {TLS_DEFAULT, 0, 2};
    struct tls_facts facts;

    make_all(&made, good, sizeof good);
    tls_facts_init(&facts);
    facts.deadline = deadline;
    look_at(&made, "server.test", &facts);
    enum tls_limit limit = facts.limit;
    MUST(judge_lets_pass(&facts) == (limit == TLS_LIMIT_NONE));
    tls_facts_free(&facts);
    free_all(&made);
    return limit;
}
