#include "common/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/value.h"

#include "common/banned.h"

enum {
    ISSUERS_MOST = 50,
    CHAIN_MOST = 100,
    UNASKED_MOST = 4 * 1024 * 1024, /* bytes: no handshake takes so much */
};

/* What Java 17 offers, so that a server picks what it would pick for an agent. */
#define JAVA_GROUPS  "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"
#define JAVA_CIPHERS "ECDHE:DHE:kRSA:!aNULL:!eNULL:!CAMELLIA:!ARIA:!CCM:!PSK:!DSS"
#define JAVA_SIGNATURES                                                                                      \
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:rsa_pss_rsae_sha256:rsa_pss_rsae_" \
    "sha384:"                                                                                                \
    "rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:rsa_pkcs1_sha256:"         \
    "rsa_pkcs1_sha384:rsa_pkcs1_sha512:ed25519:ed448:ECDSA+SHA224:RSA+SHA224:ECDSA+SHA1:RSA+SHA1"

/* What is offered otherwise: OpenSSL's own list without the key exchanges of 1,200 bytes, which no agent offers, and which
 * some devices on the way drop because the handshake's first message no longer fits into one packet. */
static char usual_groups[] = "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072";

/* What hangs on a context: the callbacks find their way by it. */
struct look {
    const struct tls_setup *setup;
    struct tls_facts *facts;
};

static int look_index(void);

static void look_free(void *parent, void *look, CRYPTO_EX_DATA *data, int index, long number, void *pointer)
{
    (void)parent, (void)data, (void)index, (void)number, (void)pointer;
    free(look);
}

static int look_index(void)
{
    static int index = -1;

    if (index < 0)
        index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, look_free);
    return index;
}

static struct look *look_of(const SSL *ssl)
{
    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), look_index());
}

static struct certificate *read_certificates(const STACK_OF(X509) * from, size_t *count)
{
    int most = sk_X509_num(from) < CHAIN_MOST ? sk_X509_num(from) : CHAIN_MOST;
    struct certificate *certificates = xcalloc(most > 0 ? (size_t)most : 0, sizeof *certificates);

    for (*count = 0; (int)*count < most; ++*count)
        certificate_read(&certificates[*count], sk_X509_value(from, (int)*count));
    return certificates;
}

/* --- verification --- */

static int on_error(int good, X509_STORE_CTX *context)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_facts *facts = look_of(ssl)->facts;
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

static void set_rules(X509_STORE_CTX *context, const struct look *look)
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

static int on_chain(X509_STORE_CTX *context, void *owner)
{
    const struct look *look = owner;
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

/* --- what else the server says --- */

static void note_issuers(SSL *ssl, const struct look *look)
{
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
    struct tls_facts *facts = look->facts;

    for (int i = 0; i < sk_X509_NAME_num(names) && i < ISSUERS_MOST; i++) {
        const X509_NAME *name = sk_X509_NAME_value(names, i);
        char *text = certificate_name(name);
        option_list_add(&facts->client_issuers, text, strlen(text));
        free(text);
        if (!look->setup->client)
            continue;
        const STACK_OF(X509) *chain = look->setup->client->chain;
        bool listed = X509_NAME_cmp(X509_get_issuer_name(look->setup->client->certificate), name) == 0;
        for (int j = 0; j < sk_X509_num(chain); j++)
            listed = listed || X509_NAME_cmp(X509_get_issuer_name(sk_X509_value(chain, j)), name) == 0;
        facts->client_issuer_listed = facts->client_issuer_listed || listed;
    }
}

static int on_certificate_wanted(SSL *ssl, void *owner)
{
    const struct look *look = owner;

    if (!look->facts->client_wanted)
        note_issuers(ssl, look);
    look->facts->client_wanted = true;
    return 1;
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct look *look = look_of(ssl);

    /* A warning ends nothing. */
    if (look && (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL)
        look->facts->alert = value & 0xFF;
}

/* A BIO_callback_fn_ex. */
static long refuse_to_read(BIO *bio, int operation, const char *bytes, size_t length, int argument,
                           long number, int result,
                           size_t *processed) /* NOLINT(readability-non-const-parameter) */
{
    (void)bytes, (void)length, (void)argument, (void)number, (void)processed;
    if (operation != BIO_CB_READ)
        return result;
    BIO_clear_retry_flags(bio);
    return -1;
}

/* OpenSSL skips some messages for as long as they come, within one call: a peer that sends nothing else would keep it from
 * every deadline and signal. */
static void note_record(struct tls_facts *facts, const unsigned char *header, SSL *ssl)
{
    size_t length = (size_t)header[3] << 8 | header[4];
    bool is_data = header[0] == SSL3_RT_APPLICATION_DATA && SSL_version(ssl) < TLS1_3_VERSION;

    facts->unasked = is_data ? 0 : facts->unasked + SSL3_RT_HEADER_LENGTH + length;
    if (facts->unasked <= UNASKED_MOST)
        return;
    facts->end = TLS_END_FLOOD;
    BIO_set_callback_ex(SSL_get_rbio(ssl), refuse_to_read);
}

/* The head of each record as it came: of the first one, what it tells when it is no TLS at all. */
static void on_message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl,
                       void *owner)
{
    struct tls_facts *facts = ((const struct look *)owner)->facts;
    const unsigned char *byte = bytes;

    (void)version;
    if (!sent && type == SSL3_RT_INNER_CONTENT_TYPE && byte[0] == SSL3_RT_APPLICATION_DATA)
        facts->unasked = 0;
    if (sent || type != SSL3_RT_HEADER)
        return;
    if (length == SSL3_RT_HEADER_LENGTH)
        note_record(facts, byte, ssl);
    if (facts->first_length > 0)
        return;
    facts->first_length = length < TLS_FIRST ? length : TLS_FIRST;
    memcpy(facts->first, bytes, facts->first_length);
}

static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls_facts *facts = look_of(ssl)->facts;

    (void)session;
    /* A ticket comes after the server has seen the client's certificate: in TLS 1.2 within the handshake, in 1.3 behind it. */
    if (facts->client_wanted)
        facts->acceptance = TLS_ACCEPTANCE_PROVEN;
    return 0;
}

/* --- setting up --- */

static bool offer_protocols(SSL_CTX *context, const char *list)
{
    unsigned char wire[256];
    size_t length = 0;

    while (*list != '\0') {
        size_t word = strcspn(list, ",");
        if (word == 0 || word > 255 || length + word + 1 > sizeof wire)
            return false;
        wire[length] = (unsigned char)word;
        memcpy(wire + length + 1, list, word);
        length += word + 1;
        list += word + (list[word] == ',');
    }
    return SSL_CTX_set_alpn_protos(context, wire, (unsigned)length) == 0;
}

static bool offer_what_java_does(SSL_CTX *context)
{
    char groups[] = JAVA_GROUPS, signatures[] = JAVA_SIGNATURES; /* OpenSSL's macros cast const away */

    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    return SSL_CTX_set_cipher_list(context, JAVA_CIPHERS) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1 &&
           SSL_CTX_set1_sigalgs_list(context, signatures) == 1;
}

static bool show_client(SSL_CTX *context, const struct keystore *client, struct tls_facts *facts)
{
    facts->client_given = true;
    certificate_read(&facts->client, client->certificate);
    return SSL_CTX_use_certificate(context, client->certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, client->key) == 1 &&
           (!client->chain || SSL_CTX_set1_chain(context, client->chain) == 1);
}

void tls_begin(void)
{
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
                         OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS,
                     NULL);
}

bool tls_apply(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts, struct reason *why)
{
    struct look *look = xcalloc(1, sizeof *look);
    X509_STORE *store = X509_STORE_new();

    *look = (struct look){.setup = setup, .facts = facts};
    if (!store || SSL_CTX_set_ex_data(context, look_index(), look) != 1)
        mem_exhausted();
    facts->profile = setup->profile;
    facts->time = setup->verify_time != 0 ? setup->verify_time : (int64_t)time(NULL);
    facts->time_given = setup->verify_time != 0;
    facts->anchors = truststore_count(setup->trust);
    snprintf(facts->store, sizeof facts->store, "%s", truststore_name(setup->trust));
    if (truststore_java_path(setup->trust))
        snprintf(facts->java_store, sizeof facts->java_store, "%s", truststore_java_path(setup->trust));
    SSL_CTX_set_cert_store(context, store);
    SSL_CTX_set_security_level(context, 0); /* the chain's own level is set when it is verified */
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, on_chain, look);
    SSL_CTX_set_cert_cb(context, on_certificate_wanted, look);
    SSL_CTX_set_info_callback(context, on_info);
    SSL_CTX_set_msg_callback(context, on_message);
    SSL_CTX_set_msg_callback_arg(context, look);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
    SSL_CTX_set_max_cert_list(context, TLS_CHAIN_MAX_BYTES);
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    bool good = SSL_CTX_set_min_proto_version(context, setup->min_version) == 1 &&
                SSL_CTX_set_max_proto_version(context, setup->max_version) == 1 &&
                (!setup->alpn || offer_protocols(context, setup->alpn)) &&
                (setup->profile == TLS_JAVA ? offer_what_java_does(context)
                                            : SSL_CTX_set1_groups_list(context, usual_groups) == 1);
    if (!good)
        return reason_set(why, CODE_INTERNAL, "OpenSSL refuses the settings (error %lx)",
                          ERR_peek_last_error());
    if (!setup->client || show_client(context, setup->client, facts))
        return true;
    return reason_set(why, CODE_CLIENT_CERTIFICATE, "the client certificate cannot be used (error %lx)",
                      ERR_peek_last_error());
}

/* --- afterwards --- */

void tls_observe(SSL *ssl, struct tls_facts *facts)
{
    const unsigned char *alpn;
    unsigned alpn_length;
    EVP_PKEY *exchange = NULL;
    const char *group;

    facts->done = facts->done || SSL_is_init_finished(ssl) == 1; /* an alert later on does not undo it */
    snprintf(facts->protocol, sizeof facts->protocol, "%s", SSL_get_version(ssl));
    snprintf(facts->cipher, sizeof facts->cipher, "%s", SSL_get_cipher_name(ssl));
    group = SSL_get0_group_name(ssl);
    snprintf(facts->group, sizeof facts->group, "%s", group ? group : "");
    if (SSL_get_peer_tmp_key(ssl, &exchange) == 1) {
        facts->dh_bits = EVP_PKEY_is_a(exchange, "DH") || EVP_PKEY_is_a(exchange, "DHX")
                             ? EVP_PKEY_get_bits(exchange)
                             : 0;
        EVP_PKEY_free(exchange);
    }
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_length);
    snprintf(facts->alpn, sizeof facts->alpn, "%.*s", (int)alpn_length,
             alpn_length > 0 ? (const char *)alpn : "");
    if (facts->staple.says == TLS_STAPLE_NONE)
        tls_staple_read(ssl, facts->time, &facts->staple);
    ERR_clear_error();
}

/* Of what a peer can do wrong; other errors are told by their number. */
static const struct {
    int reason;
    const char *words;
} errors[] = {
    {SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, "unsafe legacy renegotiation disabled"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "unsupported protocol"},
    {SSL_R_WRONG_VERSION_NUMBER, "wrong version number"},
    {SSL_R_WRONG_SSL_VERSION, "wrong version number"},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, "excessive message size"},
    {SSL_R_UNEXPECTED_MESSAGE, "unexpected message"},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, "the server chose a cipher that was not offered"},
    {SSL_R_WRONG_CIPHER_RETURNED, "the server chose a cipher that was not offered"},
    {SSL_R_WRONG_CURVE, "the server chose a group that was not offered"},
    {SSL_R_BAD_KEY_SHARE, "bad key share"},
    {SSL_R_WRONG_SIGNATURE_TYPE, "the server signs in a way that was not offered"},
    {SSL_R_BAD_SIGNATURE, "the server's signature is wrong: its key does not match its certificate"},
    {SSL_R_DH_KEY_TOO_SMALL, "the key exchange is weak: Diffie-Hellman with too few bits"},
    {SSL_R_BAD_DH_VALUE, "the key exchange is weak: Diffie-Hellman with too few bits"},
    {SSL_R_LENGTH_MISMATCH, "lengths that do not fit"},
    {SSL_R_BAD_LENGTH, "lengths that do not fit"},
    {SSL_R_TOO_MANY_WARN_ALERTS, "too many warning alerts"},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, "a record was changed on its way"},
    {SSL_R_PACKET_LENGTH_TOO_LONG, "a record is too long"},
    {SSL_R_ENCRYPTED_LENGTH_TOO_LONG, "a record is too long"},
};

void tls_note_library(struct tls_facts *facts, unsigned long error)
{
    facts->end = TLS_END_LIBRARY;
    snprintf(facts->library, sizeof facts->library, "error %lx", error);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == errors[i].reason)
            snprintf(facts->library, sizeof facts->library, "%s", errors[i].words);
}

/* Of the errors in the queue, the one that tells most: what TLS makes of what the libraries below it found. */
static unsigned long telling_error(void)
{
    unsigned long first = ERR_peek_error(), error;

    while ((error = ERR_get_error()) != 0)
        if (ERR_GET_LIB(error) == ERR_LIB_SSL)
            return error;
    return first;
}

void tls_note_end(struct tls_facts *facts, int ssl_error, int system_error)
{
    unsigned long error = telling_error();

    if (facts->end == TLS_END_FLOOD) {
        /* what OpenSSL says is of our making */
    } else if (facts->alert >= 0) {
        facts->end = TLS_END_ALERT;
    } else if (ssl_error == SSL_ERROR_ZERO_RETURN ||
               (ERR_GET_LIB(error) == ERR_LIB_SSL &&
                ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)) {
        facts->end = TLS_END_CLOSED;
    } else if (ssl_error == SSL_ERROR_SYSCALL && error == 0) {
        facts->end = system_error != 0 ? TLS_END_SYSTEM : TLS_END_CLOSED;
        facts->system_error = system_error;
    } else {
        facts->end = TLS_END_LIBRARY;
        tls_note_library(facts, error);
    }
    ERR_clear_error();
}
