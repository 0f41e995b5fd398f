/* Which proxy a request goes through: a pure function of the URL, the option and the environment. */
#ifndef FETCH_CONFIG_VIA_H
#define FETCH_CONFIG_VIA_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/fetch-config/url.h"
#include "common/cli/variables.h"

struct via {
    bool used;
    struct url url;     /* of the proxy */
    char *auth;         /* user:password that the variable held; NULL: none */
    const char *source; /* where it was named: "--proxy", "https_proxy", `variable` */
    char variable[VARIABLE_NAME];
};

/* `option` is the value of --proxy or of its variable in `environment`, which beats the environment: NULL is none given, an empty
 * one means no proxy. False (CODE_USAGE) when the one that applies makes no sense. via_free in either case. */
bool via_choose(const struct url *url, const char *option, char **environment, struct via *via,
                struct reason *why);
void via_free(struct via *via);

/* Whether `host` is excepted by a no_proxy list: names with or without a leading dot stand for their whole domain,
 * addresses for themselves, ADDRESS/BITS for a network, "*" for all. A :PORT narrows an entry. */
bool via_is_excepted(const char *list, const char *host, uint16_t port);

#endif
