/* How a handshake failed, in words: those of OpenSSL's errors that a peer can cause. */
#include <openssl/err.h>
#include <stdio.h>

#include "common/tls/tls.h"

#include "common/base/banned.h"

/* Errors that a peer can cause; others are reported by their number. */
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

/* The most useful error in the queue: the one of TLS itself, which explains those of the libraries below it. */
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
        /* refuse_to_read (tls_watch.c) caused OpenSSL's own error */
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
