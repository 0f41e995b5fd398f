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
    char *auth;         /* user:password that the variable held; NULL: none */
    const char *source; /* where it was named: "--proxy", "https_proxy", `variable` */
    char variable[VARIABLE_NAME];
};

/* `option` is the value of --proxy of the tool of that name, or of its variable in `environment`, which beats the environment:
 * NULL is none given, an empty one means no proxy. False (CODE_USAGE) when the one that applies makes no sense. http_proxy_free
 * in either case. */
bool http_proxy_choose(const struct url *url, const char *tool, const char *option, char **environment,
                       struct http_proxy *proxy, struct reason *why);

/* No proxy. */
void http_proxy_none(struct http_proxy *proxy);

void http_proxy_free(struct http_proxy *proxy);

/* Whether `host` is excepted by a no_proxy list: names with or without a leading dot stand for their whole domain,
 * addresses for themselves, ADDRESS/BITS for a network, "*" for all. A :PORT narrows an entry. */
bool http_proxy_is_excepted(const char *list, const char *host, uint16_t port);

#endif
