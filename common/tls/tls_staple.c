#include "common/tls/tls_staple.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/tls/tls_bounds.h"
#include "common/trust/certificate.h"

#include "common/base/banned.h"

enum {
    ANSWER_MOST = 64 * 1024, /* bytes; real ones have 500 to 3,000 */
    ENTRIES_MOST = 100,      /* of one answer that are looked at */
};

/* Whoever verified the chain has proven its issuer by the rules of the profile at hand, so here that issuer is the anchor:
 * nobody else may sign, but those whom it certified for nothing else. */
static bool issuer_has_signed(OCSP_BASICRESP *basic, const STACK_OF(X509) * chain, int64_t time)
{
    X509 *issuer = sk_X509_value(chain, 1);
    const STACK_OF(X509) *certificates = OCSP_resp_get0_certs(basic);

    if (sk_X509_num(certificates) > TLS_CHAIN_MOST || tls_bounds_check(certificates, chain) != TLS_LIMIT_NONE)
        return false; /* the answer's own certificates are as much a stranger's choice as the chain is */
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *issuers = sk_X509_new_null();

    if (!store || !issuers || sk_X509_push(issuers, issuer) == 0 || X509_STORE_add_cert(store, issuer) != 1)
        mem_exhausted();
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), (time_t)time);
    bool good = OCSP_basic_verify(basic, issuers, store, OCSP_PARTIAL_CHAIN | OCSP_NOEXPLICIT) == 1;
    sk_X509_free(issuers);
    X509_STORE_free(store);
    return good;
}

/* Whether an entry is about `leaf`: by its serial number and by digests of its issuer's name and key, made in whatever way the
 * responder likes. Without an issuer only the number can be compared. */
static bool is_about(const OCSP_SINGLERESP *entry, X509 *leaf, X509 *issuer)
{
    OCSP_CERTID *id = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(entry)), *wanted = NULL;
    ASN1_OBJECT *algorithm = NULL;
    ASN1_INTEGER *serial = NULL;
    bool same = false;

    if (!id) /* copied by writing and reading it, which not every one that was read survives */
        return false;
    OCSP_id_get0_info(NULL, &algorithm, NULL, &serial, id);
    const EVP_MD *digest = EVP_get_digestbyobj(algorithm);
    if (!issuer)
        same = ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0;
    else if (digest && (wanted = OCSP_cert_to_id(digest, leaf, issuer)))
        same = OCSP_id_cmp(wanted, id) == 0;
    OCSP_CERTID_free(wanted);
    OCSP_CERTID_free(id);
    return same;
}

static OCSP_SINGLERESP *find_entry(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
    for (int i = 0; i < OCSP_resp_count(basic) && i < ENTRIES_MOST; i++)
        if (is_about(OCSP_resp_get0(basic, i), leaf, issuer))
            return OCSP_resp_get0(basic, i);
    return NULL;
}

static void read_entry(OCSP_SINGLERESP *entry, struct tls_staple *staple)
{
    ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *until = NULL;
    int status = OCSP_single_get0_status(entry, NULL, &revoked, &from, &until);

    staple->says = status == V_OCSP_CERTSTATUS_GOOD      ? TLS_STAPLE_GOOD
                   : status == V_OCSP_CERTSTATUS_REVOKED ? TLS_STAPLE_REVOKED
                                                         : TLS_STAPLE_UNKNOWN;
    staple->from = from ? certificate_read_time(from) : 0;
    staple->until = until ? certificate_read_time(until) : 0;
    staple->revoked_at = revoked ? certificate_read_time(revoked) : 0;
}

static void read_answer(OCSP_BASICRESP *basic, const STACK_OF(X509) * chain, int64_t time,
                        struct tls_staple *staple)
{
    X509 *leaf = sk_X509_value(chain, 0), *issuer = sk_X509_value(chain, 1);
    OCSP_SINGLERESP *entry = leaf ? find_entry(basic, leaf, issuer) : NULL;

    staple->says = TLS_STAPLE_OTHER;
    if (!entry)
        return;
    read_entry(entry, staple);
    staple->issuer_known = issuer != NULL;
    staple->proven = issuer && issuer_has_signed(basic, chain, time);
}

void tls_staple_parse(const unsigned char *answer, size_t length, const STACK_OF(X509) * chain, int64_t time,
                      struct tls_staple *staple)
{
    OCSP_RESPONSE *response = length <= ANSWER_MOST ? d2i_OCSP_RESPONSE(NULL, &answer, (long)length) : NULL;
    int status = response ? OCSP_response_status(response) : OCSP_RESPONSE_STATUS_SUCCESSFUL;
    OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;

    memset(staple, 0, sizeof *staple);
    staple->says = TLS_STAPLE_UNREADABLE;
    if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        staple->says = TLS_STAPLE_REFUSAL;
        snprintf(staple->refusal, sizeof staple->refusal, "%s", OCSP_response_status_str(status));
    } else if (basic) {
        read_answer(basic, chain, time, staple);
    }
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    ERR_clear_error();
}

void tls_staple_read(SSL *ssl, int64_t time, struct tls_staple *staple)
{
    const unsigned char *answer;
    long length = SSL_get_tlsext_status_ocsp_resp(ssl, &answer);
    const STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);

    memset(staple, 0, sizeof *staple);
    if (length > 0 && answer && chain)
        tls_staple_parse(answer, (size_t)length, chain, time, staple);
}
