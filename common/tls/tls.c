#include "common/tls/tls.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/mem.h"
#include "common/tls/tls_look.h"

#include "common/base/banned.h"

enum { LEVEL = 2 /* for the others: 112 bits, of keys, groups, signatures and ciphers */ };

/* What is offered otherwise: OpenSSL's own list without the key exchanges of 1,200 bytes, which no agent offers, and which
 * some devices on the way drop because the handshake's first message no longer fits into one packet. */
static char usual_groups[] = "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072";

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

/* So that a server picks what it would pick for an agent. */
static bool offer_what_java_does(SSL_CTX *context, struct java_version version)
{
    char groups[256], schemes[512]; /* OpenSSL's macros cast const away */

    snprintf(groups, sizeof groups, "%s", java_text(version, JAVA_GROUPS));
    snprintf(schemes, sizeof schemes, "%s", java_text(version, JAVA_SCHEMES));
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_clear_options(context, SSL_OP_NO_RENEGOTIATION);
    return SSL_CTX_set_cipher_list(context, java_text(version, JAVA_CIPHERS)) == 1 &&
           SSL_CTX_set1_groups_list(context, groups) == 1 && SSL_CTX_set1_sigalgs_list(context, schemes) == 1;
}

static bool offer_groups(SSL_CTX *context, const char *list)
{
    char *copy = xstrdup(list); /* OpenSSL's macro casts const away */
    bool good = SSL_CTX_set1_groups_list(context, copy) == 1;

    free(copy);
    return good;
}

bool tls_knows_groups(const char *list)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (!context)
        mem_exhausted();
    bool known = offer_groups(context, list);
    SSL_CTX_free(context);
    ERR_clear_error();
    return known;
}

/* Certificates have their level where they are verified, so that there is a chain to explain; the client's are the
 * server's to judge. */
static int allow(const SSL *ssl, const SSL_CTX *context, int operation, int bits, int id, void *other,
                 void *owner)
{
    const struct tls_look *look = owner;

    if ((operation & (int)SSL_SECOP_OTHER_TYPE) == SSL_SECOP_OTHER_CERT)
        return 1;
    return look->allows(ssl, context, operation, bits, id, other, NULL);
}

static bool offer_what_is_usual(SSL_CTX *context, struct tls_look *look)
{
    look->allows = SSL_CTX_get_security_callback(context);
    SSL_CTX_set_security_callback(context, allow);
    SSL_CTX_set0_security_ex_data(context, look);
    SSL_CTX_set_security_level(context, LEVEL);
    return SSL_CTX_set1_groups_list(context, usual_groups) == 1;
}

/* A JVM has none before it is asked for one: see tls_watch.c. */
static bool show_client(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts)
{
    const struct keystore *client = setup->client;

    facts->client_given = true;
    certificate_read(&facts->client, client->certificate);
    if (setup->profile == TLS_JAVA)
        return true;
    return SSL_CTX_use_certificate(context, client->certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, client->key) == 1 &&
           (!client->chain || SSL_CTX_set1_chain(context, client->chain) == 1);
}

static void *take(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return xrealloc(NULL, size);
}

static void *resize(void *memory, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size > 0)
        return xrealloc(memory, size);
    free(memory);
    return NULL;
}

static void give_back(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

/* OpenSSL finds ciphers in its provider. Its older table of their names takes a twelfth of an https request to fill, and is
 * needed for one kind of file only (pem_ciphers.h). */
void tls_begin(void)
{
    CRYPTO_set_mem_functions(take, resize, give_back);
    OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_SSL_STRINGS |
                         OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS,
                     NULL);
}

bool tls_apply(SSL_CTX *context, const struct tls_setup *setup, struct tls_facts *facts, struct reason *why)
{
    struct tls_look *look = tls_look_new(context, setup, facts);

    facts->profile = setup->profile;
    facts->java.version = setup->java;
    facts->time = setup->verify_time != 0 ? setup->verify_time : (int64_t)time(NULL);
    facts->time_given = setup->verify_time != 0;
    facts->anchors = truststore_count(setup->trust);
    snprintf(facts->store, sizeof facts->store, "%s", truststore_name(setup->trust));
    if (truststore_java_path(setup->trust))
        snprintf(facts->java_store, sizeof facts->java_store, "%s", truststore_java_path(setup->trust));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, tls_verify, look);
    tls_watch(context, look);
    SSL_CTX_set_max_cert_list(context, TLS_CHAIN_MAX_BYTES);
    SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp);
    SSL_CTX_set_tlsext_status_cb(context, tls_verify_staple);
    SSL_CTX_set_tlsext_status_arg(context, look);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    bool good = SSL_CTX_set_min_proto_version(context, setup->min_version) == 1 &&
                SSL_CTX_set_max_proto_version(context, setup->max_version) == 1 &&
                (!setup->alpn || offer_protocols(context, setup->alpn)) &&
                (setup->profile == TLS_JAVA ? offer_what_java_does(context, setup->java)
                                            : offer_what_is_usual(context, look)) &&
                (!setup->groups || offer_groups(context, setup->groups));
    if (!good)
        return reason_set(why, CODE_INTERNAL, "OpenSSL refuses the settings (error %lx)",
                          ERR_peek_last_error());
    if (!setup->client || show_client(context, setup, facts))
        return true;
    return reason_set(why, CODE_CLIENT_CERTIFICATE, "the client certificate cannot be used (error %lx)",
                      ERR_peek_last_error());
}

/* --- afterwards --- */

void tls_observe(SSL *ssl, struct tls_facts *facts)
{
    const unsigned char *alpn;
    unsigned alpn_length;
    const char *group;

    facts->done = facts->done || SSL_is_init_finished(ssl) == 1; /* an alert later on does not undo it */
    snprintf(facts->protocol, sizeof facts->protocol, "%s", SSL_get_version(ssl));
    snprintf(facts->cipher, sizeof facts->cipher, "%s", SSL_get_cipher_name(ssl));
    group = SSL_get0_group_name(ssl);
    snprintf(facts->group, sizeof facts->group, "%s", group ? group : "");
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_length);
    snprintf(facts->alpn, sizeof facts->alpn, "%.*s", (int)alpn_length,
             alpn_length > 0 ? (const char *)alpn : "");
    int digest = NID_undef;
    facts->java.signs_sha1 = SSL_get_peer_signature_nid(ssl, &digest) == 1 && digest == NID_sha1;
    if (facts->staple.says == TLS_STAPLE_NONE)
        tls_staple_read(ssl, facts->time, &facts->staple);
    ERR_clear_error();
}
