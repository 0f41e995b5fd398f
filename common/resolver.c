#include "common/resolver.h"

#include <string.h>

#include "common/banned.h"

bool resolver_check_nameserver(const char *value, struct reason *why)
{
    struct address address;

    if (address_parse_with_port(value, DNS_PORT, &address))
        return true;
    return reason_set(why, CODE_USAGE,
                      "\"%.100s\" is not an address such as 10.96.0.10, 10.96.0.10:53 or [fd00::a]:53",
                      value);
}

bool resolver_read(const struct resolver_options *options, struct resolvconf *conf, struct reason *why)
{
    const struct option_list *given = &options->nameservers;
    bool read = resolvconf_read(options->resolv_conf, conf, why);

    if (given->count > 0) {
        /* A file that the user names has to be there; the usual one only serves for its search list then. */
        read = read || strcmp(options->resolv_conf, RESOLVER_DEFAULT_CONF) == 0;
        conf->server_count = 0;
    } else if (read && conf->server_count == 0) {
        return reason_set(why, CODE_USAGE, "%.256s: names no server", options->resolv_conf);
    }
    for (size_t i = 0; i < given->count && conf->server_count < RESOLVCONF_SERVERS; i++)
        conf->server_count += address_parse_with_port(given->items[i], DNS_PORT,
                                                      &conf->servers[conf->server_count]);
    return read;
}
