/* What a server shows of itself, judged within its handshake: its chain, its name and its staple. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tls/java_name.h"
#include "common/tls/judge.h"
#include "common/tls/tls_bounds.h"
#include "common/tls/tls_look.h"

#include "common/base/banned.h"

static bool name_matches(const struct tls_facts *facts, X509 *leaf)
{
    unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

    if (facts->name[0] == '\0' ||
        facts->name[0] == '.') /* to OpenSSL, a dot stands for whatever is before it */
        return false;
    if (facts->profile == TLS_JAVA)
        return java_name_fits(facts->java.version, &facts->sent[0], facts->name);
    if (facts->name_is_address)
        return X509_check_ip_asc(leaf, facts->name, 0) == 1;
    if (facts->profile == TLS_STRICT)
        flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(leaf, facts->name, 0, flags, NULL) == 1;
}

static enum tls_limit check_bounds(STACK_OF(X509) * sent, X509_STORE *store)
{
    STACK_OF(X509) *anchors = X509_STORE_get1_all_certs(store);

    if (!anchors)
        mem_exhausted();
    enum tls_limit limit = tls_bounds_check(sent, anchors);
    sk_X509_pop_free(anchors, X509_free);
    return limit == TLS_LIMIT_NONE && sk_X509_num(sent) > TLS_CHAIN_MOST ? TLS_LIMIT_LENGTH : limit;
}

static void look_at_chain(struct tls_look *look, STACK_OF(X509) * sent, X509_STORE_CTX *handshake)
{
    struct tls_facts *facts = look->facts;
    X509_STORE *anchors = X509_STORE_new();

    if (!anchors)
        mem_exhausted();
    facts->sent_total = (size_t)sk_X509_num(sent);
    if (facts->sent_total <= TLS_CHAIN_MOST)
        truststore_offer(look->setup->trust, anchors, sent);
    facts->limit = check_bounds(sent, anchors);
    if (facts->limit != TLS_LIMIT_NAMES) {
        facts->sent = tls_chain_read(sent, &facts->sent_count);
        facts->name_matches = name_matches(facts, sk_X509_value(sent, 0));
    }
    if (facts->limit == TLS_LIMIT_NONE && facts->profile == TLS_JAVA)
        tls_java_verify(look, anchors, sent, handshake);
    else if (facts->limit == TLS_LIMIT_NONE)
        tls_chain_verify(look, anchors, sent, handshake);
    X509_STORE_free(anchors);
    ERR_clear_error();
}

/* The error that the handshake reports, to libcurl too. */
static int error_for(const struct tls_facts *facts, bool passes)
{
    if (passes)
        return X509_V_OK;
    if (facts->verified)
        return X509_V_ERR_HOSTNAME_MISMATCH;
    return facts->verify_error != X509_V_OK ? facts->verify_error : X509_V_ERR_UNSPECIFIED;
}

/* Whether a second handshake on the connection (a server that only now asks for a client certificate) is with the same server. */
static bool is_the_same(const struct tls_facts *facts, const X509 *leaf)
{
    unsigned char *der = NULL;
    int length = i2d_X509(leaf, &der);
    bool same = facts->sent_count > 0 && length > 0 && (size_t)length == facts->sent[0].der_length &&
                memcmp(der, facts->sent[0].der, (size_t)length) == 0;

    OPENSSL_free(der);
    return same;
}

int tls_verify(X509_STORE_CTX *handshake, void *owner)
{
    struct tls_look *look = owner;
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(handshake);

    if (sk_X509_num(sent) < 1)
        return 0;
    if (look->facts->has_chain) /* a second chain may be another server's */
        return look->facts->profile == TLS_JAVA && is_the_same(look->facts, sk_X509_value(sent, 0)) &&
               (judge_lets_pass(look->facts) || look->setup->keep_going);
    look->facts->has_chain = true;
    look_at_chain(look, sent, handshake);
    bool passes = judge_lets_pass(look->facts);
    X509_STORE_CTX_set_error(handshake, error_for(look->facts, passes));
    return passes || look->setup->keep_going;
}

int tls_verify_staple(SSL *ssl, void *owner)
{
    const struct tls_look *look = owner;

    tls_staple_read(ssl, look->facts->time, &look->facts->staple);
    return look->setup->keep_going || judge_lets_pass(look->facts);
}
