/* Where an answer leads: redirects are followed by our own rules, since libcurl would take custom headers along to any
 * host. */
#ifndef COMMON_REDIRECT_H
#define COMMON_REDIRECT_H

#include <stdbool.h>

#include "common/http/reply.h"
#include "common/http/url.h"

struct redirect_rules {
    unsigned followed; /* so far */
    unsigned most;
    const struct url *first; /* that the user gave */
    bool has_body;           /* the request has one */
};

/* Fills `to`, which is released in either case. False fills `why` (CODE_HTTP_STATUS): it is not followed. */
bool redirect_next(const struct redirect_rules *rules, const struct url *from, const struct reply *reply,
                   struct url *to, struct reason *why);

/* The method behind a redirect of that status (RFC 9110, 15.4): NULL is GET, without a body. */
const char *redirect_method(int status, const char *method);

#endif
