/* A server's chain, verified by the rules of a profile, with everything that is wrong taken down. */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/tls_look.h"

#include "common/banned.h"

enum { CHAIN_MOST = 100 };

static struct certificate *read_certificates(const STACK_OF(X509) * from, size_t *count)
{
    int most = sk_X509_num(from) < CHAIN_MOST ? sk_X509_num(from) : CHAIN_MOST;
    struct certificate *certificates = xcalloc(most > 0 ? (size_t)most : 0, sizeof *certificates);

    for (*count = 0; (int)*count < most; ++*count)
        certificate_read(&certificates[*count], sk_X509_value(from, (int)*count));
    return certificates;
}

static int on_error(int good, X509_STORE_CTX *context)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_facts *facts = tls_look_of(ssl)->facts;
    struct tls_error error = {
        .error = X509_STORE_CTX_get_error(context),
        .depth = X509_STORE_CTX_get_error_depth(context),
    };

    if (good)
        return 1;
    for (size_t i = 0; i < facts->error_count; i++)
        if (facts->errors[i].error == error.error && facts->errors[i].depth == error.depth)
            return 1;
    if (facts->error_count < TLS_ERRORS)
        facts->errors[facts->error_count++] = error;
    return 1;
}

/* Where the chain ends although its last certificate did not sign itself, the issuer is missing. */
static void note_missing(struct tls_facts *facts, struct truststore *trust, const STACK_OF(X509) * chain)
{
    const X509 *last = sk_X509_value(chain, sk_X509_num(chain) - 1);
    bool untrusted = false;

    for (size_t i = 0; i < facts->error_count; i++)
        untrusted = untrusted || judge_is_about_trust(facts->errors[i].error);
    if (!untrusted || !last)
        return;
    facts->missing = certificate_name(X509_get_issuer_name(last));
    facts->likeness = truststore_closest(trust, X509_get_issuer_name(last), &facts->closest);
}

static bool name_matches(const struct tls_facts *facts, X509 *leaf)
{
    unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

    if (facts->name[0] == '\0')
        return true;
    if (facts->profile == TLS_JAVA)
        return judge_java_name(&facts->sent[0], facts->name, facts->name_is_address);
    if (facts->name_is_address)
        return X509_check_ip_asc(leaf, facts->name, 0) == 1;
    if (facts->profile == TLS_STRICT)
        flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(leaf, facts->name, 0, flags, NULL) == 1;
}

static void set_rules(X509_STORE_CTX *context, const struct tls_look *look)
{
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);

    X509_VERIFY_PARAM_set_auth_level(rules, look->setup->profile == TLS_JAVA ? 0 : 2);
    if (look->setup->profile == TLS_JAVA)
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    if (look->setup->profile == TLS_STRICT)
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
    if (look->setup->verify_time != 0)
        X509_VERIFY_PARAM_set_time(rules, (time_t)look->setup->verify_time);
    X509_STORE_CTX_set_verify_cb(context, on_error);
}

int tls_verify(X509_STORE_CTX *context, void *owner)
{
    const struct tls_look *look = owner;
    struct tls_facts *facts = look->facts;
    X509 *leaf = X509_STORE_CTX_get0_cert(context);
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(context);

    if (facts->has_chain) /* a renegotiation cannot be (RFC 8446), and would change nothing */
        return 1;
    facts->has_chain = true;
    set_rules(context, look);
    truststore_offer(look->setup->trust, X509_STORE_CTX_get0_store(context), leaf, sent);
    X509_verify_cert(context);
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    facts->sent = read_certificates(sent, &facts->sent_count);
    facts->chain = read_certificates(chain, &facts->chain_count);
    facts->chain_sent = (size_t)X509_STORE_CTX_get_num_untrusted(context);
    note_missing(facts, look->setup->trust, chain);
    facts->name_matches = facts->sent_count > 0 && name_matches(facts, leaf);
    ERR_clear_error();
    if (look->setup->keep_going || judge_lets_pass(facts)) {
        X509_STORE_CTX_set_error(context, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(context,
                             facts->error_count > 0 ? facts->errors[0].error : X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}
