/* A server's chain, verified as a JVM does it: X509_verify_cert is the judge, of one path after another that a JVM would try, each
 * above an anchor of which only name and key count. */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/tls/java_name.h"
#include "common/tls/java_path.h"
#include "common/tls/tls_look.h"
#include "common/trust/java_certificate.h"

#include "common/base/banned.h"

/* What the search's callback works with, and leaves behind. */
struct trial {
    struct tls_look *look;
    const STACK_OF(X509) * anchors;
    struct java_path path; /* the one that is good, else the first of all */
    bool kept, good;
    int error;        /* X509_V_ERR_..., of that path */
    const char *flaw; /* of that path; NULL: none of its own */
    X509 *flawed;
};

static int path_index(void)
{
    static int index = -1;

    if (index < 0)
        index = X509_STORE_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    return index;
}

/* The path's order is all that is asked for: nothing else makes an issuer. */
static int follows(X509_STORE_CTX *context, X509 *certificate, X509 *issuer)
{
    const struct java_path *path = X509_STORE_CTX_get_ex_data(context, path_index());

    for (int i = 0; path && i < path->count; i++)
        if (path->certificates[i] == certificate)
            return i + 1 < path->count ? path->certificates[i + 1] == issuer
                                       : java_names_issuer(certificate, issuer);
    return 0;
}

/* The certificates, and the anchor behind them. The caller releases it with its references. */
static STACK_OF(X509) * stack_of(const struct java_path *path, bool with_anchor)
{
    STACK_OF(X509) *stack = sk_X509_new_null();
    bool good = stack != NULL;

    for (int i = 0; good && i < path->count; i++)
        good = X509_add_cert(stack, path->certificates[i], X509_ADD_FLAG_UP_REF) == 1;
    if (!good || (with_anchor && X509_add_cert(stack, path->anchor, X509_ADD_FLAG_UP_REF) != 1))
        mem_exhausted();
    return stack;
}

static bool is_path(const STACK_OF(X509) * chain, const struct java_path *path)
{
    if (sk_X509_num(chain) != path->count + 1)
        return false;
    for (int i = 0; i < path->count; i++)
        if (sk_X509_value(chain, i) != path->certificates[i])
            return false;
    return true;
}

/* One verification of just this path above just this anchor. True: it is good, and no other path was. */
static bool verify_path(struct tls_look *look, const struct java_path *path, X509 *anchor, bool as_java,
                        X509_STORE_CTX_verify_cb on_result, int *error)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *stack = stack_of(path, false);
    union {
        const struct java_path *path;
        void *any;
    } owner = {.path = path};

    if (!store || X509_STORE_add_cert(store, anchor) != 1)
        mem_exhausted();
    X509_STORE_set_check_issued(store, follows);
    X509_STORE_CTX *context = tls_chain_context(look, store, stack);
    X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
    if (X509_STORE_CTX_set_ex_data(context, path_index(), owner.any) != 1 ||
        (as_java && X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_ANY) != 1))
        mem_exhausted();
    /* Any policy will do, but one that a CA requires has to be there (RFC 5280, 6.1.1). */
    if (X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_POLICY_CHECK) != 1 ||
        X509_VERIFY_PARAM_add0_policy(rules, OBJ_nid2obj(NID_any_policy)) != 1)
        mem_exhausted();
    X509_STORE_CTX_set_verify_cb(context, on_result);
    bool good = X509_verify_cert(context) == 1 && is_path(X509_STORE_CTX_get0_chain(context), path);
    *error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    sk_X509_pop_free(stack, X509_free);
    X509_STORE_free(store);
    ERR_clear_error();
    return good;
}

/* Rules of Java's own on the certificates of a path. */
static bool find_flaw(struct trial *trial, const struct java_path *path)
{
    for (int i = 0; i < path->count; i++) {
        trial->flaw = java_certificate_unknown(path->certificates[i]);
        trial->flawed = path->certificates[i];
        if (trial->flaw)
            return true;
    }
    trial->flaw = java_name_limits(trial->look->facts->java.version, path);
    trial->flawed = path->certificates[0];
    return trial->flaw != NULL;
}

/* The last second still counts (RFC 5280, 4.1.2.5), to a JVM too. */
static int on_verdict(int good, X509_STORE_CTX *context)
{
    const struct tls_facts *facts = tls_chain_facts(context);
    const X509 *at = X509_STORE_CTX_get_current_cert(context);

    if (!tls_chain_has_time(context))
        return 0;
    return good || (X509_STORE_CTX_get_error(context) == X509_V_ERR_CERT_HAS_EXPIRED && at &&
                    certificate_read_time(X509_get0_notAfter(at)) == facts->time);
}

/* Of several anchors with one name and key, a JVM takes the one that its hash table has first: any of them may be it. */
static bool find_anchor_flaw(struct trial *trial)
{
    for (int i = 0; i < sk_X509_num(trial->anchors); i++) {
        trial->flawed = sk_X509_value(trial->anchors, i);
        trial->flaw = java_is_twin(trial->path.anchor, trial->flawed) ? java_anchor_flaw(trial->flawed)
                                                                      : NULL;
        if (trial->flaw)
            return true;
    }
    return false;
}

/* As struct java_search has it. An anchor that is unfit ends the search: a JVM looks at it only once the path is good. */
static bool try_path(void *owner, const struct java_path *path)
{
    struct trial *trial = owner;
    struct trial now = {.look = trial->look, .anchors = trial->anchors, .path = *path, .kept = true};
    X509 *bare = java_anchor_bare(path->anchor);

    now.good = !find_flaw(&now, path);
    now.good = verify_path(now.look, path, bare, true, on_verdict, &now.error) && now.good;
    X509_free(bare);
    bool ends = now.good;
    if (now.good)
        now.good = !find_anchor_flaw(&now);
    if (ends || !trial->kept)
        *trial = now;
    return ends;
}

static void note_flaw(struct tls_facts *facts, const char *flaw, const X509 *certificate)
{
    if (!flaw || facts->java.flaw)
        return;
    char *name = certificate_name(X509_get_subject_name(certificate));
    facts->java.flaw = flaw;
    snprintf(facts->java.flawed, sizeof facts->java.flawed, "%.100s", name);
    free(name);
}

/* OpenSSL's errors on the path: only warnings if a JVM accepts it, otherwise the explanation. */
static void gather(const struct trial *trial)
{
    struct tls_facts *facts = trial->look->facts;
    X509 *anchor = trial->good ? trial->path.anchor : java_anchor_bare(trial->path.anchor);
    int error;

    facts->error_count = 0;
    verify_path(trial->look, &trial->path, anchor, !trial->good, tls_chain_on_gathering, &error);
    if (!trial->good)
        X509_free(anchor);
}

static void keep_path(const struct trial *trial, X509_STORE_CTX *handshake)
{
    struct tls_facts *facts = trial->look->facts;
    STACK_OF(X509) *chain = stack_of(&trial->path, true);

    facts->verified = trial->good;
    facts->verify_error = trial->good ? X509_V_OK : trial->error;
    note_flaw(facts, trial->flaw, trial->flawed);
    facts->chain = tls_chain_read(chain, &facts->chain_count);
    facts->chain_sent = (size_t)trial->path.count;
    X509_STORE_CTX_set0_verified_chain(handshake, chain);
    gather(trial);
}

/* What the server sent is parsed before anything else is done with it. */
static bool can_be_parsed(struct tls_facts *facts, STACK_OF(X509) * sent)
{
    for (int i = 0; i < sk_X509_num(sent); i++)
        note_flaw(facts, java_certificate_flaw(sk_X509_value(sent, i)), sk_X509_value(sent, i));
    facts->java.unreadable = facts->java.flaw != NULL;
    return !facts->java.unreadable;
}

/* The server's certificate is an anchor: nothing else is looked for. */
static void verify_anchored(struct tls_look *look, STACK_OF(X509) * sent, X509_STORE_CTX *handshake)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *leaf = sk_X509_new_null();

    if (!store || !leaf || X509_STORE_add_cert(store, sk_X509_value(sent, 0)) != 1 ||
        X509_add_cert(leaf, sk_X509_value(sent, 0), X509_ADD_FLAG_UP_REF) != 1)
        mem_exhausted();
    tls_chain_verify(look, store, leaf, handshake);
    sk_X509_pop_free(leaf, X509_free);
    X509_STORE_free(store);
}

void tls_java_verify(struct tls_look *look, X509_STORE *store, STACK_OF(X509) * sent,
                     X509_STORE_CTX *handshake)
{
    struct tls_facts *facts = look->facts;
    STACK_OF(X509) *anchors = X509_STORE_get1_all_certs(store);
    struct trial trial = {.look = look, .anchors = anchors};
    struct java_search search = {
        .sent = sent,
        .anchors = anchors,
        .time = facts->time,
        .deadline = facts->deadline,
        .intermediates_most = (int)java_number(facts->java.version, JAVA_INTERMEDIATES_MOST),
        .on_path = try_path,
        .owner = &trial,
    };

    if (!anchors)
        mem_exhausted();
    bool parsed = can_be_parsed(facts, sent);
    if (parsed)
        java_search(&search);
    facts->java.search_limited = search.limited;
    if (parsed && search.way == JAVA_WAY_ANCHORED)
        verify_anchored(look, sent, handshake);
    else if (trial.kept)
        keep_path(&trial, handshake);
    else
        tls_chain_explain(look, store, sent);
    sk_X509_pop_free(anchors, X509_free);
}
