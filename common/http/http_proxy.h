/* Which proxy a request goes through: a pure function of the URL, the option and the environment. */
#ifndef COMMON_HTTP_PROXY_H
#define COMMON_HTTP_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cli/variables.h"
#include "common/http/url.h"

struct http_proxy {
    bool used;
    struct url url;     /* of the proxy */
    char *auth;         /* user:password from the variable; NULL: none */
    const char *source; /* where it comes from: "--proxy", "https_proxy", or the text of `variable` */
    char variable[VARIABLE_NAME];
};

/* `option` is the value of --proxy of this tool, or of its variable in `environment`, and takes precedence over https_proxy and
 * http_proxy. NULL: not given; empty: no proxy. False fills `why` (CODE_USAGE): the proxy that applies is invalid. Call
 * http_proxy_free in either case. */
bool http_proxy_choose(const struct url *url, const char *tool, const char *option, char **environment,
                       struct http_proxy *proxy, struct reason *why);

/* No proxy. */
void http_proxy_none(struct http_proxy *proxy);

void http_proxy_free(struct http_proxy *proxy);

/* Whether a no_proxy list contains `host`: a name, with or without a leading dot, means its whole domain, an address only
 * itself, ADDRESS/BITS a network, "*" everything. A :PORT limits an entry to that port. */
bool http_proxy_is_excepted(const char *list, const char *host, uint16_t port);

#endif
