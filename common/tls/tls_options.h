/* The option rows of every tool that speaks TLS: what it trusts, and the certificate it shows. */
#ifndef COMMON_TLS_TLS_OPTIONS_H
#define COMMON_TLS_TLS_OPTIONS_H

#include "common/cli/options.h"

/* Rows for a table whose struct has these members: struct strings trust_stores; const char *trust_store_password_file,
 * *client_cert, *client_key, *client_key_password_file. TLS_ROWS_AT(http.): whose member `http` has them. cacert, cert and key are
 * curl's names. */
#define TLS_ROWS_AT(of)                                                                                         \
    OPTION(                                                                                                     \
        "trust-store", "PATH", LIST, of trust_stores,                                                           \
        .help =                                                                                                 \
            "Trust what is in this file or directory: PEM, DER, PKCS#12, JKS or JCEKS, told apart by content; " \
            "\"system\" is the system's own, which is also what counts when nothing is named"),                 \
        {.name = "cacert", .argument = "PATH", .stands_for = "trust-store"},                                    \
        OPTION("trust-store-password-file", "PATH", TEXT, of trust_store_password_file,                         \
               .help = "The trust store's password is the first line of this file"),                            \
        OPTION("client-cert", "PATH", TEXT, of client_cert,                                                     \
               .help = "Show this certificate when the server asks: PEM, DER, PKCS#12, JKS or JCEKS"),          \
        {.name = "cert", .argument = "PATH", .stands_for = "client-cert"},                                      \
        OPTION("client-key", "PATH", TEXT, of client_key,                                                       \
               .help = "Its private key, when it is in another file"),                                          \
        {.name = "key", .argument = "PATH", .stands_for = "client-key"},                                        \
        OPTION("client-key-password-file", "PATH", TEXT, of client_key_password_file,                           \
               .help = "The password of the private key is the first line of this file")

#define TLS_ROWS TLS_ROWS_AT()

#endif
