/* The path from a server's certificate to an anchor, as a JVM looks for it: in the order in which the server sends, or, where
 * that does not lead to an anchor, by a search that is limited. Which certificates stand in it is found here; whether they are
 * good is for the caller to verify. */
#ifndef COMMON_TLS_JAVA_PATH_H
#define COMMON_TLS_JAVA_PATH_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/tls/tls_facts.h"

struct java_path {
    X509 *certificates[TLS_CHAIN_MOST]; /* the server's first; the anchor is not among them */
    int count;
    X509 *anchor;
};

enum java_way {
    JAVA_WAY_ANCHORED, /* the server's certificate is an anchor itself */
    JAVA_WAY_ORDERED,  /* as the server sent them */
    JAVA_WAY_SEARCHED, /* by a search */
};

struct java_search {
    const STACK_OF(X509) * sent, *anchors;
    int64_t time;           /* seconds since 1970, as of when */
    int64_t deadline;       /* of the search (deadline.h); 0: none */
    int intermediates_most; /* in a path that is searched for */
    /* Called for one path after another until it returns true: that one is good. */
    bool (*on_path)(void *owner, const struct java_path *path);
    void *owner;
    enum java_way way; /* set: how it went */
    int tried;         /* set: paths that were given */
    bool limited;      /* set: there was more to try, beyond the limits */
};

/* Whether a good path was found. */
bool java_search(struct java_search *search);

/* Whether two certificates have the same subject and key: of one CA. */
bool java_is_twin(const X509 *a, const X509 *b);

#endif
