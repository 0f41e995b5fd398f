/* AWS Signature Version 4: a pure function from request, key and time to an Authorization header.
 *
 * libcurl (8.14) can sign, too (CURLOPT_AWS_SIGV4), and is built without that: it signs every header that it is given,
 * Accept-Encoding, Range and those of --header among them. Proxies and caches rewrite or drop such headers (Varnish always does
 * with Accept-Encoding), and the store then refuses the signature. Here only Host and x-amz-* are signed, as AWS requires.
 * libcurl's code is also three times as large as this. */
#ifndef FETCH_CONFIG_SIGV4_H
#define FETCH_CONFIG_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "common/cli/options.h"

/* Who asks. */
struct sigv4_key {
    const char *id, *secret;
    const char *token; /* of a session; NULL: none */
};

struct sigv4_request {
    const char *method;
    const char *host;    /* as the Host header has it, port included where it is not the scheme's */
    const char *path;    /* encoded, as it is sent */
    const char *query;   /* encoded and in order; "" for none */
    const char *region;  /* "eu-central-1" */
    const char *service; /* "s3" */
    const char *payload; /* its SHA-256 in hex */
    int64_t time;        /* seconds since 1970 */
};

#define SIGV4_NO_PAYLOAD "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* Adds the headers that sign the request: X-Amz-Date, X-Amz-Content-Sha256, X-Amz-Security-Token, Authorization. */
void sigv4_sign(const struct sigv4_request *request, const struct sigv4_key *key, struct strings *headers);

/* `text` with all but unreserved bytes, and slashes if `keep_slashes`, as %XX (RFC 3986, 2.3). The caller frees it. */
char *sigv4_encode(const char *text, bool keep_slashes);

#endif
