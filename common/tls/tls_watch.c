/* What a server says in a handshake, beside its certificates, taken down as it comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/strings.h"
#include "common/tls/java_client.h"
#include "common/tls/tls_look.h"
#include "common/trust/certificate.h"

#include "common/base/banned.h"

enum {
    ISSUERS_SHOWN = 50,
    UNASKED_MOST = 4 * 1024 * 1024, /* bytes: no handshake takes so much */
};

static void note_issuers(SSL *ssl, const struct tls_look *look)
{
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
    struct tls_facts *facts = look->facts;

    for (int i = 0; i < sk_X509_NAME_num(names); i++) {
        const X509_NAME *name = sk_X509_NAME_value(names, i);
        if (i < ISSUERS_SHOWN) {
            char *text = certificate_name(name);
            strings_add(&facts->client_issuers, text, strlen(text));
            free(text);
        }
        if (!look->setup->client)
            continue;
        const STACK_OF(X509) *chain = look->setup->client->chain;
        bool listed = X509_NAME_cmp(X509_get_issuer_name(look->setup->client->certificate), name) == 0;
        for (int j = 0; j < sk_X509_num(chain); j++)
            listed = listed || X509_NAME_cmp(X509_get_issuer_name(sk_X509_value(chain, j)), name) == 0;
        facts->client_issuer_listed = facts->client_issuer_listed || listed;
    }
}

/* Nothing is shown where nothing fits. */
static int choose_as_java(SSL *ssl, const struct tls_look *look)
{
    struct tls_facts *facts = look->facts;
    const struct keystore *chosen = java_client_choose(facts->java.version, look->setup->client, ssl);

    facts->java.clients = 0;
    for (const struct keystore *client = look->setup->client; client; client = client->next)
        facts->java.clients++;
    facts->java.client_unfit = !chosen;
    if (!chosen)
        return 1;
    certificate_free(&facts->client);
    certificate_read(&facts->client, chosen->certificate);
    return SSL_use_certificate(ssl, chosen->certificate) == 1 && SSL_use_PrivateKey(ssl, chosen->key) == 1 &&
           (!chosen->chain || SSL_set1_chain(ssl, chosen->chain) == 1);
}

static int on_certificate_wanted(SSL *ssl, void *owner)
{
    const struct tls_look *look = owner;

    if (!look->facts->client_wanted)
        note_issuers(ssl, look);
    look->facts->client_wanted = true;
    return look->setup->client && look->setup->profile == TLS_JAVA ? choose_as_java(ssl, look) : 1;
}

static void note_warning(struct tls_facts *facts, int alert)
{
    char number[8];

    snprintf(number, sizeof number, "%d", alert);
    if (facts->profile == TLS_JAVA && !java_lists(facts->java.version, JAVA_WARNINGS, number))
        facts->java.warning = alert;
}

static void on_info(const SSL *ssl, int where, int value)
{
    struct tls_look *look = tls_look_of(ssl);

    if (!look || (where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT)
        return;
    if (value >> 8 == SSL3_AL_FATAL)
        look->facts->alert = value & 0xFF;
    else if (SSL_is_init_finished(ssl) != 1) /* a warning ends nothing, but to a JVM */
        note_warning(look->facts, value & 0xFF);
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

static void note_message(struct tls_facts *facts, size_t length)
{
    size_t body = length > SSL3_HM_HEADER_LENGTH ? length - SSL3_HM_HEADER_LENGTH : 0;

    facts->java.message_most = body > facts->java.message_most ? body : facts->java.message_most;
}

/* Certificate (RFC 5246, 7.4.2; RFC 8446, 4.4.2): a list with its length before it, and in TLS 1.3 a context before that. */
static void note_shown(struct tls_facts *facts, const unsigned char *message, size_t length, const SSL *ssl)
{
    size_t at = SSL3_HM_HEADER_LENGTH;

    if (length <= at || message[0] != SSL3_MT_CERTIFICATE)
        return;
    if (SSL_version(ssl) >= TLS1_3_VERSION)
        at += 1 + (size_t)message[at];
    facts->client_shown = at + 3 <= length && (message[at] | message[at + 1] | message[at + 2]) != 0;
}

/* The header of each record as it came; the first bytes of all, which show another protocol. */
static void on_message(int sent, int version, int type, const void *bytes, size_t length, SSL *ssl,
                       void *owner)
{
    struct tls_facts *facts = ((const struct tls_look *)owner)->facts;
    const unsigned char *byte = bytes;

    (void)version;
    if (!sent && type == SSL3_RT_INNER_CONTENT_TYPE && byte[0] == SSL3_RT_APPLICATION_DATA)
        facts->unasked = 0;
    if (!sent && type == SSL3_RT_HANDSHAKE)
        note_message(facts, length);
    if (sent && type == SSL3_RT_HANDSHAKE)
        note_shown(facts, byte, length, ssl);
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
    struct tls_facts *facts = tls_look_of(ssl)->facts;

    (void)session;
    /* A ticket comes after the server has seen the client's certificate: in TLS 1.2 within the handshake, in 1.3 behind it. */
    if (facts->client_wanted)
        facts->acceptance = TLS_ACCEPTANCE_PROVEN;
    return 0;
}

void tls_watch(SSL_CTX *context, struct tls_look *look)
{
    SSL_CTX_set_cert_cb(context, on_certificate_wanted, look);
    SSL_CTX_set_info_callback(context, on_info);
    SSL_CTX_set_msg_callback(context, on_message);
    SSL_CTX_set_msg_callback_arg(context, look);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, on_session);
}
