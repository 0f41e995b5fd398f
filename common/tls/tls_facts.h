/* What was seen of one TLS connection, as plain values: gathered by tls.c and by whoever drives the handshake, judged by
 * judge.c, shown by reports. */
#ifndef COMMON_TLS_TLS_FACTS_H
#define COMMON_TLS_TLS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/strings.h"
#include "common/cli/options.h"
#include "common/net/target.h"
#include "common/tls/tls_staple.h"
#include "common/trust/certificate.h"
#include "common/trust/java_rules.h"
#include "common/trust/truststore.h"

enum tls_profile {
    TLS_DEFAULT, /* OpenSSL's rules, security level 2 */
    TLS_STRICT,  /* RFC 5280 to the letter */
    TLS_JAVA,    /* what a Java agent trusts and offers */
};

enum tls_end {
    TLS_END_NONE,    /* it did not end before it was done */
    TLS_END_CLOSED,  /* the peer ended the connection */
    TLS_END_SYSTEM,  /* reset and the like: `system_error` */
    TLS_END_ALERT,   /* the peer sent `alert` */
    TLS_END_LIBRARY, /* OpenSSL refused what came: `library` */
    TLS_END_TIMEOUT,
    TLS_END_FLOOD, /* the peer sent on and on, and nothing that anyone had asked for */
};

enum tls_acceptance {
    TLS_ACCEPTANCE_UNKNOWN,
    TLS_ACCEPTANCE_PROVEN,  /* a session ticket, or an answer to a request, came after it */
    TLS_ACCEPTANCE_REFUSED, /* an alert came after it */
};

/* One thing that X509_verify_cert found wrong. */
struct tls_error {
    int error; /* X509_V_ERR_... */
    int depth; /* in the chain; 0 is the server's certificate */
};

/* What a chain has too much of to be verified. */
enum tls_limit {
    TLS_LIMIT_NONE,
    TLS_LIMIT_LENGTH,      /* certificates: more than TLS_CHAIN_MOST */
    TLS_LIMIT_NAMES,       /* names: more than TLS_NAMES_MOST */
    TLS_LIMIT_CONSTRAINTS, /* names and constraints to compare: more than TLS_COMPARISONS_MOST pairs */
    TLS_LIMIT_TIME,        /* it takes longer than the deadline or a signal allows */
};

enum {
    TLS_CHAIN_MOST = 20,                /* certificates, sent or in the chain; curl and Java take 10 */
    TLS_NAMES_MOST = CERTIFICATE_NAMES, /* of all that was sent and its anchors, subjects included */
    TLS_COMPARISONS_MOST = 1 << 19,     /* about 20 ms of work */
};

enum { TLS_ERRORS = 64, TLS_NAME = 256, TLS_FIRST = 8 };

/* What matters only to a JVM, of a connection that is judged as a JVM would. */
struct tls_java {
    struct java_version version;
    const char *flaw;    /* of a certificate: "it has an extension twice"; NULL: none */
    char flawed[128];    /* whose */
    bool unreadable;     /* the flaw keeps a JVM from reading it at all, wherever it stands */
    bool search_limited; /* its search for a path ended at a limit */
    bool signs_sha1;     /* the handshake is signed over SHA-1: OpenSSL takes it, offered or not */
    int warning;         /* an alert in the handshake that was only a warning; -1: none that matters */
    size_t message_most; /* bytes of the longest handshake message */
    size_t clients;      /* certificates to choose from; none fits: client_unfit */
    bool client_unfit;   /* none of them is from an issuer, or for a signature, that the server takes */
};

struct tls_facts {
    /* How it is to be judged. */
    enum tls_profile profile;
    char name[TLS_NAME]; /* the host name or address that the certificate must have; empty: none fits */
    bool name_is_address;
    char
        reach[4 * TARGET_PLACE]; /* what openssl s_client needs to get there: "-connect HOST:PORT" and more */
    int64_t time;                /* seconds since 1970, as of when */
    bool time_given;             /* it is not the local clock's */
    int64_t deadline;            /* of verification (deadline.h); 0: none */

    /* The chain. `verified` is the verdict of X509_verify_cert; all the others here only explain it. */
    bool has_chain;   /* there was one to verify */
    bool verified;    /* it is good, but for errors that the profile forgives: those are in `errors` */
    int verify_error; /* X509_V_ERR_..., what verification ended with */
    enum tls_limit limit;
    size_t sent_total;        /* certificates that the server sent; `sent` has TLS_CHAIN_MOST at most */
    struct certificate *sent; /* what the server sent, in its order */
    size_t sent_count;
    struct certificate *chain; /* what verification made of it, the server's certificate first */
    size_t chain_count;
    size_t chain_sent; /* so many of those came from the server, the others from the trust store */
    struct tls_error errors[TLS_ERRORS];
    size_t error_count;
    bool name_matches;       /* by OpenSSL's rules, or Java's */
    char *missing;           /* an issuer that neither the server nor the trust store has; NULL */
    bool identifier_differs; /* but for its key identifier, one of them has it */
    enum truststore_likeness likeness;
    char *closest;                              /* what the trust store has instead; NULL */
    char store[TLS_NAME], java_store[TLS_NAME]; /* see truststore_name, truststore_java_path */
    size_t anchors;
    struct tls_staple staple;
    struct tls_java java;

    /* The handshake. */
    bool done;
    enum tls_end end;
    int alert; /* received; -1: none */
    int system_error;
    char library[160];
    char protocol[16], cipher[64], group[32], alpn[32];
    unsigned char first[TLS_FIRST]; /* the first bytes that came */
    size_t first_length;
    size_t unasked; /* bytes that came since the last one of the application's */

    /* The client's certificate. */
    bool client_wanted;   /* the server asked for one */
    bool client_given;    /* there was one to send */
    bool client_shown;    /* one was sent: not where its key fits no signature that the server takes */
    bool client_withheld; /* there is one, but it is for another server */
    struct certificate client;
    struct strings client_issuers; /* that the server would accept; empty: it does not say */
    bool client_issuer_listed;
    enum tls_acceptance acceptance;

    /* An answer to an HTTP request. */
    int http_status; /* 0: none */
};

/* Sets all to "nothing seen". */
void tls_facts_init(struct tls_facts *facts);
void tls_facts_free(struct tls_facts *facts);

/* Notes the name or address that the certificate must have; without it, or with one that is too long, no certificate fits. Whether
 * it goes into the handshake (SNI), which is the caller's to set, is what tls_facts_sends_name tells. */
void tls_expect(struct tls_facts *facts, const char *name);

/* Whether the name goes into the handshake (SNI): no address does, and Java sends no name without a dot. */
bool tls_facts_sends_name(const struct tls_facts *facts);

#endif
