/* What an X.509 certificate says, as plain values: what judges and reports work with, without OpenSSL. */
#ifndef COMMON_TRUST_CERTIFICATE_H
#define COMMON_TRUST_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/strings.h"
#include "common/cli/options.h"

enum {
    CERTIFICATE_NAMES = 12000, /* alternative names that are read; further ones are left out */
    CERTIFICATE_PIN = 45,      /* base64 of SHA-256, its NUL included */
    CERTIFICATE_PRINT = 65,    /* hex of SHA-256 */
    CERTIFICATE_TIME = 32,     /* see certificate_format_time */
};

/* Each text is owned; all of it is released by certificate_free. */
struct certificate {
    char *subject, *issuer; /* "CN=a, O=b", the most specific part first; "(empty)" for an empty name */
    char *common_name;      /* NULL: none */
    char *last_common_name; /* of several, the one that is the most specific; NULL: none that can be read */
    char *serial;           /* hex */
    char *issuer_url;       /* where its issuer's certificate is available (AIA); NULL: not stated */
    struct strings dns;     /* the alternative names of each kind, in the certificate's order */
    struct strings addresses;
    bool names_left_out;           /* there are others that cannot be read, or are too many */
    int64_t not_before, not_after; /* seconds since 1970 */
    char key[48];                  /* "RSA 2048", "EC secp256r1" */
    int key_bits;
    char key_type[16];  /* "RSA", "EC", "ED25519" */
    char signature[48]; /* "sha256WithRSAEncryption" */
    char digest[16];    /* of the signature: "SHA256"; empty: the algorithm has none of its own */
    char pin[CERTIFICATE_PIN];
    char sha256[CERTIFICATE_PRINT];
    bool self_issued; /* subject and issuer are the same name */
    bool self_signed; /* and its own key made the signature, as far as key identifiers tell */
    bool is_ca;
    bool serves_tls; /* its extended key usage and Netscape type, if any, allow a server's side of TLS */
    bool client_tls; /* and the client's */
    bool signs;      /* its key usage, if any, allows digital signatures */
    bool enciphers;  /* and key encipherment */
    unsigned char *der;
    size_t der_length;
};

/* Fills `certificate` from `x509`. */
void certificate_read(struct certificate *certificate, X509 *x509);
void certificate_free(struct certificate *certificate);

/* A name as in struct certificate; the caller frees it. */
char *certificate_name(const X509_NAME *name);

/* Seconds since 1970; 0 when it is no date. */
int64_t certificate_read_time(const ASN1_TIME *time);

/* "2027-03-01T12:00:00Z". Returns `text`. */
const char *certificate_format_time(int64_t seconds, char text[CERTIFICATE_TIME]);

#endif
