/* One verification of a chain, by the rules of a profile. Verifying and explaining are two things: whether the chain is good is
 * what X509_verify_cert returns, and nothing else; what was wrong is gathered afterwards, and changes nothing. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/tls/judge.h"
#include "common/tls/judge_words.h"
#include "common/tls/tls_look.h"
#include "common/tls/tls_name.h"
#include "common/tls/tls_strict.h"

#include "common/base/banned.h"

enum { LEVEL = 2, LEVEL_JAVA = 0 }; /* OpenSSL's security levels; Java's own limits are in judge_java.c */

static int look_index(void)
{
    static int index = -1;

    if (index < 0)
        index = X509_STORE_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    return index;
}

struct tls_facts *tls_chain_facts(X509_STORE_CTX *context)
{
    return ((struct tls_look *)X509_STORE_CTX_get_ex_data(context, look_index()))->facts;
}

/* --- one verification --- */

/* Any policy will do, where a CA wants one (RFC 5280, 6.1.1 c): without that in the list, OpenSSL takes none. */
static void be_strict(X509_VERIFY_PARAM *rules)
{
    ASN1_OBJECT *any_policy = OBJ_nid2obj(NID_any_policy);

    if (!any_policy || X509_VERIFY_PARAM_add0_policy(rules, any_policy) != 1)
        mem_exhausted();
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK);
}

/* Everything that counts is set here: what a library above (libcurl) does to the handshake's own context does not. */
X509_STORE_CTX *tls_chain_context(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();

    if (!context || X509_STORE_CTX_init(context, anchors, sk_X509_value(sent, 0), sent) != 1 ||
        X509_STORE_CTX_set_default(context, "ssl_server") != 1 ||
        X509_STORE_CTX_set_ex_data(context, look_index(), look) != 1)
        mem_exhausted();
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
    enum tls_profile profile = look->setup->profile;
    X509_VERIFY_PARAM_set_auth_level(rules, profile == TLS_JAVA ? LEVEL_JAVA : LEVEL);
    X509_VERIFY_PARAM_set_depth(rules,
                                TLS_CHAIN_MOST - 2); /* the server's certificate and the anchor aside */
    if (profile == TLS_JAVA)
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    if (profile == TLS_STRICT)
        be_strict(rules);
    X509_VERIFY_PARAM_set_time(rules, (time_t)look->facts->time);
    return context;
}

/* Signatures take long, so it is asked for before each. */
static bool has_time(struct tls_facts *facts)
{
    if (deadline_goes_on(facts->deadline))
        return true;
    facts->limit = TLS_LIMIT_TIME;
    return false;
}

bool tls_chain_has_time(X509_STORE_CTX *context)
{
    return has_time(tls_chain_facts(context));
}

/* False: there is no room for it. */
static bool note_error(struct tls_facts *facts, struct tls_error error)
{
    for (size_t i = 0; i < facts->error_count; i++)
        if (facts->errors[i].error == error.error && facts->errors[i].depth == error.depth)
            return true;
    if (facts->error_count == TLS_ERRORS)
        return false;
    facts->errors[facts->error_count++] = error;
    return true;
}

static struct tls_error error_of(X509_STORE_CTX *context)
{
    return (struct tls_error){
        .error = X509_STORE_CTX_get_error(context),
        .depth = X509_STORE_CTX_get_error_depth(context),
    };
}

/* The last second of a certificate is one in which it is valid (RFC 5280, 4.1.2.5); OpenSSL's own comparison ends it before
 * that. */
static bool is_last_second(const struct tls_facts *facts, X509_STORE_CTX *context)
{
    const X509 *certificate = X509_STORE_CTX_get_current_cert(context);

    return X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_HAS_EXPIRED && certificate &&
           certificate_read_time(X509_get0_notAfter(certificate)) == facts->time;
}

/* An error ends it, unless the profile forgives just this one at just this place, and it is written down as a warning. */
static int on_verdict(int good, X509_STORE_CTX *context)
{
    struct tls_facts *facts = tls_chain_facts(context);
    struct tls_error error = error_of(context);

    if (!tls_chain_has_time(context))
        return 0;
    return good || is_last_second(facts, context) ||
           (judge_forgives(facts->profile, &error, X509_STORE_CTX_get_num_untrusted(context)) &&
            note_error(facts, error));
}

int tls_chain_on_gathering(int good, X509_STORE_CTX *context)
{
    struct tls_facts *facts = tls_chain_facts(context);

    return tls_chain_has_time(context) &&
           (good || is_last_second(facts, context) || note_error(facts, error_of(context)));
}

/* --- verdict and explanation --- */

struct certificate *tls_chain_read(const STACK_OF(X509) * from, size_t *count)
{
    int most = sk_X509_num(from) < TLS_CHAIN_MOST ? sk_X509_num(from) : TLS_CHAIN_MOST;
    struct certificate *certificates = xcalloc(most > 0 ? (size_t)most : 0, sizeof *certificates);

    for (*count = 0; (int)*count < most; ++*count)
        certificate_read(&certificates[*count], sk_X509_value(from, (int)*count));
    return certificates;
}

static void note_chain(struct tls_facts *facts, X509_STORE_CTX *context)
{
    facts->chain = tls_chain_read(X509_STORE_CTX_get0_chain(context), &facts->chain_count);
    facts->chain_sent = (size_t)X509_STORE_CTX_get_num_untrusted(context);
}

/* Whether a certificate's issuer is among these, but for the key identifier by which the certificate names it. */
static bool has_issuer_of(X509 *last, const STACK_OF(X509) * candidates, struct tls_facts *facts)
{
    for (int i = 0; i < sk_X509_num(candidates); i++) {
        X509 *candidate = sk_X509_value(candidates, i);
        int issued = X509_check_issued(candidate, last);
        if ((issued == X509_V_ERR_AKID_SKID_MISMATCH || issued == X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH) &&
            has_time(facts) && X509_verify(last, X509_get0_pubkey(candidate)) == 1)
            return true;
    }
    return false;
}

static void note_identifier(struct tls_facts *facts, X509_STORE *anchors, const STACK_OF(X509) * sent,
                            X509 *last)
{
    STACK_OF(X509) *trusted = X509_STORE_get1_all_certs(anchors);

    if (!trusted)
        mem_exhausted();
    facts->identifier_differs = has_issuer_of(last, sent, facts) || has_issuer_of(last, trusted, facts);
    sk_X509_pop_free(trusted, X509_free);
}

/* Where the chain ends although its last certificate did not sign itself, the issuer is missing. */
static void note_missing(struct tls_facts *facts, struct truststore *trust, X509 *last)
{
    bool untrusted = false;

    for (size_t i = 0; i < facts->error_count; i++)
        untrusted = untrusted || judge_is_about_trust(facts->errors[i].error);
    if (!untrusted || !last)
        return;
    facts->missing = certificate_name(X509_get_issuer_name(last));
    facts->likeness = truststore_closest(trust, X509_get_issuer_name(last), &facts->closest);
}

/* What X509_verify_cert does not look at. To Java, nothing in an anchor binds those below it. */
static struct tls_error check_further(const struct tls_facts *facts, X509_STORE_CTX *context)
{
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    int count = facts->profile == TLS_JAVA ? X509_STORE_CTX_get_num_untrusted(context) : sk_X509_num(chain);
    struct tls_error found = {.error = X509_V_OK};

    if (sk_X509_num(chain) < 1)
        return found;
    if (facts->name_matches && !facts->name_is_address)
        found.error = tls_name_constrained(facts->name, chain, count);
    return found.error == X509_V_OK && facts->profile == TLS_STRICT ? tls_strict_check(chain) : found;
}

/* Another verification, which goes on after each error. */
void tls_chain_explain(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent)
{
    X509_STORE_CTX *context = tls_chain_context(look, anchors, sent);

    look->facts->error_count = 0;
    X509_STORE_CTX_set_verify_cb(context, tls_chain_on_gathering);
    X509_verify_cert(context);
    note_chain(look->facts, context);
    struct tls_error further = check_further(look->facts, context);
    if (further.error != X509_V_OK)
        note_error(look->facts, further);
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    X509 *last = sk_X509_value(chain, sk_X509_num(chain) - 1);
    note_missing(look->facts, look->setup->trust, last);
    if (look->facts->missing)
        note_identifier(look->facts, anchors, sent, last);
    X509_STORE_CTX_free(context);
}

/* The chain goes to the handshake's context, from where what the server says about it (OCSP) is compared with it. */
void tls_chain_verify(struct tls_look *look, X509_STORE *anchors, STACK_OF(X509) * sent,
                      X509_STORE_CTX *handshake)
{
    struct tls_facts *facts = look->facts;
    X509_STORE_CTX *context = tls_chain_context(look, anchors, sent);

    X509_STORE_CTX_set_verify_cb(context, on_verdict);
    bool good = X509_verify_cert(context) == 1;
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    facts->verify_error = good ? check_further(facts, context).error : X509_STORE_CTX_get_error(context);
    facts->verified = good && facts->verify_error == X509_V_OK && sk_X509_num(chain) <= TLS_CHAIN_MOST;
    if (chain)
        X509_STORE_CTX_set0_verified_chain(handshake, X509_STORE_CTX_get1_chain(context));
    if (facts->verified)
        note_chain(facts, context);
    else
        tls_chain_explain(look, anchors, sent);
    X509_STORE_CTX_free(context);
}
