/* First messages put together by hand, and what OpenSSL's own server answers to them. */
#include "cmd/tls-check/hello.h"

#include <openssl/ec.h>
#include <openssl/ssl.h>

#include "tests/unit/suite.h"

enum { MOST = 16384 };

static struct buf out, in;
static struct hello_answer answer;
static char name[HELLO_NAME];

static void use_own_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();

    ck_assert(key && x509 && X509_set_pubkey(x509, key) == 1);
    ck_assert(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
    ck_assert(X509_gmtime_adj(X509_getm_notBefore(x509), 0) &&
              X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
    ck_assert(X509_sign(x509, key, EVP_sha256()) > 0);
    ck_assert(SSL_CTX_use_certificate(context, x509) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1);
    X509_free(x509);
    EVP_PKEY_free(key);
}

/* Has a server with these groups and versions answer the message in `out`. */
static enum hello_next ask_server(const char *groups, int min, int max)
{
    char list[64];
    unsigned char answered[MOST];
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    BIO *from = BIO_new(BIO_s_mem()), *to = BIO_new(BIO_s_mem());

    ck_assert(context && from && to);
    use_own_certificate(context);
    snprintf(list, sizeof list, "%s", groups);
    ck_assert(SSL_CTX_set1_groups_list(context, list) == 1);
    ck_assert(SSL_CTX_set_min_proto_version(context, min) == 1 &&
              SSL_CTX_set_max_proto_version(context, max) == 1);
    SSL *ssl = SSL_new(context);
    ck_assert_ptr_nonnull(ssl);
    SSL_set_bio(ssl, from, to);
    ck_assert_int_eq(BIO_write(from, out.data, (int)out.length), (int)out.length);
    SSL_accept(ssl);
    int length = BIO_read(to, answered, sizeof answered);
    ck_assert_int_gt(length, 0);
    buf_clear(&in);
    buf_add(&in, answered, (size_t)length);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return hello_read(&in, &answer);
}

static void begin(enum hello_kind kind, const char *server_name)
{
    buf_init(&out, MOST);
    buf_init(&in, MOST);
    ck_assert(hello_add(&out, kind, server_name));
}

static void end(void)
{
    buf_free(&out);
    buf_free(&in);
}

START_TEST(a_wide_message_is_answered_with_the_group_that_a_server_wants)
{
    static const char *const groups[] = {"X25519MLKEM768", "P-521", "ffdhe3072", "X25519"};

    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        begin(HELLO_WIDE, "server.test");
        ck_assert_uint_lt(out.length, 600);
        ck_assert_int_eq(ask_server(groups[i], TLS1_3_VERSION, TLS1_3_VERSION), HELLO_ANSWERED);
        ck_assert_str_eq(hello_version_name(answer.version, name), "TLSv1.3");
        ck_assert_str_eq(hello_group_name(answer.group, name), groups[i]);
        ck_assert_int_eq(hello_group_is_new(answer.group), i == 0);
        ck_assert_str_eq(hello_suite_name(answer.suite, name), "TLS_AES_256_GCM_SHA384");
        end();
    }
}
END_TEST

START_TEST(a_wide_message_is_answered_by_older_servers)
{
    begin(HELLO_WIDE, NULL);
    ck_assert_int_eq(ask_server("P-256", TLS1_2_VERSION, TLS1_2_VERSION), HELLO_ANSWERED);
    ck_assert_str_eq(hello_version_name(answer.version, name), "TLSv1.2");
    expect_contains(hello_suite_name(answer.suite, name), "TLS_ECDHE_ECDSA_WITH_");
    ck_assert_int_eq(answer.group, 0);
    end();
}
END_TEST

START_TEST(a_large_message_has_a_key_and_more_bytes_than_a_packet)
{
    begin(HELLO_LARGE, "server.test");
    ck_assert_uint_gt(out.length, HELLO_LARGE_BYTES);
    ck_assert_int_eq(ask_server("X25519MLKEM768", TLS1_3_VERSION, TLS1_3_VERSION), HELLO_ANSWERED);
    ck_assert_str_eq(hello_group_name(answer.group, name), "X25519MLKEM768");
    ck_assert_int_eq(ask_server("P-256", TLS1_2_VERSION, TLS1_3_VERSION), HELLO_ANSWERED);
    ck_assert_str_eq(hello_group_name(answer.group, name), "P-256");
    end();
}
END_TEST

static enum hello_next read_bytes(const char *bytes, size_t length)
{
    buf_clear(&in);
    buf_add(&in, bytes, length);
    return hello_read(&in, &answer);
}

#define READ(bytes) read_bytes(bytes, sizeof(bytes) - 1)

START_TEST(answers_in_any_pieces)
{
    static const char random[] = "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR";
    char message[64] = "\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01";

    buf_init(&in, MOST);
    memcpy(message + 11, random, 32);
    memcpy(message + 43, "\0\0\x0a\0", 4);
    for (size_t length = 0; length < 47; length++)
        ck_assert_int_eq(read_bytes(message, length), HELLO_MORE);
    ck_assert_int_eq(read_bytes(message, 47), HELLO_ANSWERED);
    ck_assert_str_eq(hello_version_name(answer.version, name), "TLSv1.0");
    ck_assert_str_eq(hello_suite_name(answer.suite, name), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
    ck_assert_int_eq(READ("\x15\x03\x03\x00\x02\x02\x28"), HELLO_REFUSED);
    ck_assert_int_eq(READ("\x15\x03\x03\x00\x02\x01\x70"), HELLO_MORE); /* a warning */
    ck_assert_int_eq(READ("\x15\x03\x03\x00\x01\x02"), HELLO_GARBLED);
    ck_assert_int_eq(READ("HTTP/1.1 400"), HELLO_GARBLED);
    ck_assert_int_eq(READ("\x16\x03\x03\x00\x05\x0b\x00\x00\x01\x00"), HELLO_GARBLED);
    ck_assert_int_eq(READ("\x16\x03\x03\x00\x06\x02\x00\x00\x02\x03\x03"), HELLO_GARBLED);
    ck_assert_str_eq(hello_suite_name(0xFFFE, name), "cipher suite 0xfffe");
    buf_free(&in);
}
END_TEST

SUITE("hello", a_wide_message_is_answered_with_the_group_that_a_server_wants,
      a_wide_message_is_answered_by_older_servers, a_large_message_has_a_key_and_more_bytes_than_a_packet,
      answers_in_any_pieces)
