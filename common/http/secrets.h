/* Which secret, or custom header, is for whom: "ORIGIN=VALUE" of an option, and what cannot be together. */
#ifndef COMMON_SECRETS_H
#define COMMON_SECRETS_H

#include "common/http/headers.h"

struct http_options;

/* A server that requests go to. */
struct secrets_party {
    const struct url *url;
    bool is_beside; /* not an operand's own: what is for nobody in particular is not for it */
    bool is_signed; /* its requests have an Authorization header already */
};

/* The value behind "ORIGIN=", where ORIGIN is http://HOST[:PORT] or https://HOST[:PORT]; all of `text` when there is none. */
const char *secrets_value(const char *text);

/* Fills `headers` out of the options, once all parties are known, and reads all files once. False fills `why` (CODE_USAGE).
 * secrets_free in either case; the options outlive it. */
bool secrets_prepare(const struct http_options *options, const struct secrets_party *parties, size_t count,
                     const char *pod_namespace, struct headers_source *headers, struct reason *why);
void secrets_free(struct headers_source *headers);

#endif
