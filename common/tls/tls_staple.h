/* The OCSP answer that a server sends along with its certificate, so that its clients need not ask ("stapled": RFC 6066, 8;
 * RFC 6960). What it says and who signed it are taken down here; whether that counts is judged by judge_staple.c. */
#ifndef COMMON_TLS_TLS_STAPLE_H
#define COMMON_TLS_TLS_STAPLE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

enum tls_staple_says {
    TLS_STAPLE_NONE, /* none was sent */
    TLS_STAPLE_UNREADABLE,
    TLS_STAPLE_REFUSAL, /* the CA's responder answered with an error: `refusal` */
    TLS_STAPLE_OTHER,   /* it tells about other certificates only */
    TLS_STAPLE_GOOD,
    TLS_STAPLE_REVOKED,
    TLS_STAPLE_UNKNOWN, /* the responder does not know the certificate */
};

struct tls_staple {
    enum tls_staple_says says;
    char refusal[24];  /* "trylater" */
    bool issuer_known; /* the chain has the certificate's issuer, who alone may tell */
    bool proven;       /* signed by that issuer, or by a responder that it certified for this (OCSPSigning) */
    int64_t from, until; /* thisUpdate, nextUpdate, in seconds since 1970; `until` 0: not said */
    int64_t revoked_at;
};

/* Takes down what an answer says about the first certificate of a verified chain; `time` is as of when signatures are
 * verified. */
void tls_staple_parse(const unsigned char *answer, size_t length, const STACK_OF(X509) * chain, int64_t time,
                      struct tls_staple *staple);

/* The same of the answer that came with the handshake, if one did. */
void tls_staple_read(SSL *ssl, int64_t time, struct tls_staple *staple);

#endif
