/* Which origin each secret and custom header belongs to ("ORIGIN=VALUE" of an option), and which of them exclude one another. */
#ifndef COMMON_SECRETS_H
#define COMMON_SECRETS_H

#include "common/http/headers.h"

struct http_options;

/* A server that requests go to. */
struct secrets_party {
    const struct url *url;
    bool is_beside; /* not the URL of an operand: secrets that name no origin are not for it */
    bool is_signed; /* its requests are signed: they have an Authorization header already */
};

/* The value after "ORIGIN=", where ORIGIN is http://HOST[:PORT], or that with https, grpc or grpcs; all of `text` if it names no
 * origin. */
const char *secrets_value(const char *text);

/* Fills `headers` from the options, once all parties are known, and reads all files once. False fills `why` (CODE_USAGE). Call
 * secrets_free in either case; the options must outlive it. */
bool secrets_prepare(const struct http_options *options, const struct secrets_party *parties, size_t count,
                     const char *pod_namespace, struct headers_source *headers, struct reason *why);
void secrets_free(struct headers_source *headers);

#endif
