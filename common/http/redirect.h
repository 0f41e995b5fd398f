/* Redirects, followed by our own rules, because libcurl would send custom headers to any host. */
#ifndef COMMON_REDIRECT_H
#define COMMON_REDIRECT_H

#include <stdbool.h>

#include "common/http/reply.h"
#include "common/http/url.h"

struct redirect_rules {
    unsigned followed; /* so far */
    unsigned most;
    const struct url *first; /* the URL that the user gave */
    bool has_body;           /* the request has one */
};

/* Fills `to`; call url_free for it in either case. False fills `why` (CODE_HTTP_STATUS): the redirect is not followed. */
bool redirect_next(const struct redirect_rules *rules, const struct url *from, const struct reply *reply,
                   struct url *to, struct reason *why);

/* The method after a redirect of that status (RFC 9110, 15.4): NULL is GET, without a body. */
const char *redirect_method(int status, const char *method);

#endif
