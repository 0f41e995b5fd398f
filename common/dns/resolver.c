#include "common/dns/resolver.h"

#include <string.h>

#include "common/base/banned.h"

bool resolver_check_nameserver(const char *value, struct reason *why)
{
    struct address address;
    const char *wrong = resolvconf_server(value, &address);

    if (!wrong)
        return true;
    return reason_set(why, CODE_USAGE,
                      "\"%.100s\": %s; expected an address such as 10.96.0.10, 10.96.0.10:53 or [fd00::a]:53",
                      value, wrong);
}

static bool refuse_file(const char *path, const struct resolvconf *conf, struct reason *why)
{
    struct address ignored;

    if (conf->unusable[0] == '\0')
        return reason_set(why, CODE_USAGE, "%.256s: contains no nameserver", path);
    const char *wrong = resolvconf_server(conf->unusable, &ignored);
    return reason_set(why, CODE_USAGE, "%.256s: no server can be asked; nameserver %s: %s", path,
                      conf->unusable, wrong ? wrong : "not an address");
}

bool resolver_read(const struct resolver_options *options, struct resolvconf *conf, struct reason *why)
{
    const struct strings *given = &options->nameservers;
    bool read = resolvconf_read(options->resolv_conf, conf, why);

    if (given->count > 0) {
        /* A file that the user names must exist; the default file is only needed for its search list then. */
        read = read || strcmp(options->resolv_conf, RESOLVER_DEFAULT_CONF) == 0;
        conf->server_count = 0;
    } else if (read && conf->server_count == 0) {
        return refuse_file(options->resolv_conf, conf, why);
    }
    for (size_t i = 0; i < given->count && conf->server_count < RESOLVCONF_SERVERS; i++)
        conf->server_count += address_parse_with_port(given->items[i], DNS_PORT,
                                                      &conf->servers[conf->server_count]);
    return read;
}
