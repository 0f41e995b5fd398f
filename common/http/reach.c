#include "common/http/reach.h"

#include <string.h>
#include <strings.h>

#include "common/base/banned.h"

static bool refuse(enum reach reach, const char *address, struct reason *why)
{
    if (reach == REACH_LOOPBACK)
        return reason_set(why, CODE_FAILED, "is %s, which is not this host: nothing was sent there", address);
    reason_set(why, CODE_HTTP_STATUS,
               "is %s, an address that only this node reaches, and the redirect comes from another host",
               address);
    reason_hint(why, "an attack, or a mistake in the redirect? --allow-local-redirects follows it");
    return false;
}

bool reach_allows(enum reach reach, const struct address *addresses, size_t count, struct reason *why)
{
    char text[ADDRESS_TEXT];

    for (size_t i = 0; i < count && reach != REACH_ANY; i++) {
        bool good = reach == REACH_LOOPBACK ? address_is_loopback(&addresses[i])
                                            : !address_is_local(&addresses[i]);
        if (!good)
            return refuse(reach, address_format(&addresses[i], text), why);
    }
    return true;
}

static bool is_localhost(const char *host)
{
    static const char name[] = "localhost";
    size_t length = strlen(host), tail = sizeof name - 1;

    length -= length > 0 && host[length - 1] == '.';
    return length >= tail && strncasecmp(host + length - tail, name, tail) == 0 &&
           (length == tail || host[length - tail - 1] == '.');
}

bool reach_is_local_host(const char *host)
{
    struct address address;

    return address_parse(host, 0, &address) ? address_is_local(&address) : is_localhost(host);
}

bool reach_allows_host(enum reach reach, const char *host, struct reason *why)
{
    struct address address;

    if (address_parse(host, 0, &address))
        return reach_allows(reach, &address, 1, why);
    if (reach == REACH_ANY || (reach == REACH_LOOPBACK) == is_localhost(host))
        return true;
    return refuse(reach, host, why);
}
