#include "common/dns/resolvconf.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/file.h"
#include "common/base/units.h"

#include "common/base/banned.h"

enum { FILE_MAX = 256 * 1024, NDOTS_MAX = 15, TIMEOUT_MAX = 30, ATTEMPTS_MAX = 5 };

static const char blanks[] = " \t\f\v\r";

/* Takes the next word from `*rest` and terminates it with a NUL. NULL when there is none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, blanks);
    size_t length = strcspn(word, blanks);

    if (length == 0)
        return NULL;
    *rest = word + length + (word[length] != '\0');
    word[length] = '\0';
    return word;
}

const char *resolvconf_server(const char *text, struct address *server)
{
    const struct sockaddr_in6 *v6 = &server->socket.v6;

    if (!address_parse_with_port(text, DNS_PORT, server))
        return strchr(text, '%') ? "there is no such interface here" : "not an address";
    if (address_family(server) == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) && v6->sin6_scope_id == 0)
        return "a link-local address needs its interface, such as %eth0";
    return NULL;
}

/* 0.0.0.0 and :: mean this host (RFC 1122, 3.2.1.3), as in glibc and musl, which leave it to the kernel. */
static void parse_nameserver(char *rest, struct resolvconf *conf)
{
    const char *word = next_word(&rest);
    struct address server;

    if (!word || conf->server_count == RESOLVCONF_SERVERS)
        return;
    if (resolvconf_server(word, &server) == NULL && word[0] != '[' && address_port(&server) == DNS_PORT)
        conf->servers[conf->server_count++] = server;
    else if (conf->unusable[0] == '\0')
        snprintf(conf->unusable, sizeof conf->unusable, "%s", word);
}

/* Labels of 1 to 63 bytes (RFC 1035, 2.3.4): names below any other domain are invalid. */
static bool has_sound_labels(const char *domain, size_t length)
{
    size_t label = 0;

    for (size_t i = 0; i < length; i++) {
        label = domain[i] == '.' ? 0 : label + 1;
        if (label > 63 || (label == 0 && (i == 0 || domain[i - 1] == '.')))
            return false;
    }
    return true;
}

/* The last search or domain line counts. */
static void parse_search(char *rest, struct resolvconf *conf)
{
    const char *word;

    conf->domain_count = 0;
    while ((word = next_word(&rest)) && conf->domain_count < RESOLVCONF_DOMAINS) {
        size_t length = strlen(word);
        if (length > 0 && word[length - 1] == '.')
            length--;
        if (length == 0 || length >= HOSTNAME_SIZE || !has_sound_labels(word, length))
            continue;
        char *domain = conf->domains[conf->domain_count++];
        memcpy(domain, word, length);
        domain[length] = '\0';
    }
}

/* "ndots:5": sets `number` to the number after `name`, at most `max`. Leaves it unchanged if it is another option. */
static void parse_option_number(const char *option, const char *name, int max, int *number)
{
    size_t length = strlen(name);
    int64_t value;

    if (strncmp(option, name, length) != 0 || option[length] != ':')
        return;
    if (units_parse_number(option + length + 1, 0, INT32_MAX, &value))
        *number = value > max ? max : (int)value;
}

static void parse_options(char *rest, struct resolvconf *conf)
{
    const char *word;

    while ((word = next_word(&rest))) {
        parse_option_number(word, "ndots", NDOTS_MAX, &conf->ndots);
        parse_option_number(word, "timeout", TIMEOUT_MAX, &conf->timeout);
        parse_option_number(word, "attempts", ATTEMPTS_MAX, &conf->attempts);
        if (strcmp(word, "rotate") == 0)
            conf->rotate = true;
        if (strcmp(word, "use-vc") == 0)
            conf->use_vc = true;
    }
}

void resolvconf_parse(char *text, struct resolvconf *conf)
{
    char *line;

    memset(conf, 0, sizeof *conf);
    conf->ndots = 1;
    while ((line = file_next_line(&text))) {
        line[strcspn(line, "#;")] = '\0';
        const char *keyword = next_word(&line);
        if (!keyword)
            continue;
        if (strcmp(keyword, "nameserver") == 0)
            parse_nameserver(line, conf);
        else if (strcmp(keyword, "search") == 0 || strcmp(keyword, "domain") == 0)
            parse_search(line, conf);
        else if (strcmp(keyword, "options") == 0)
            parse_options(line, conf);
    }
}

bool resolvconf_read(const char *path, struct resolvconf *conf, struct reason *why)
{
    struct buf content;

    buf_init(&content, FILE_MAX);
    bool read = file_read(path, &content, NULL, why);
    if (!read)
        buf_clear(&content);
    resolvconf_parse(content.data, conf);
    buf_free(&content);
    return read;
}

static int count_dots(const char *name)
{
    int dots = 0;

    for (; *name != '\0'; name++)
        dots += *name == '.';
    return dots;
}

/* False when the joined name is too long. */
static bool join(const char *name, const char *domain, char joined[HOSTNAME_SIZE])
{
    int length = snprintf(joined, HOSTNAME_SIZE, "%s%s%s", name, domain[0] != '\0' ? "." : "", domain);

    return length > 0 && length <= HOSTNAME_LONGEST;
}

bool resolvconf_candidate(const struct resolvconf *conf, const char *name, bool search, size_t n,
                          char candidate[HOSTNAME_SIZE])
{
    size_t length = strlen(name);
    bool absolute = length > 0 && name[length - 1] == '.';
    bool searched = search && !absolute;
    bool as_is_first = !searched || count_dots(name) >= conf->ndots;
    size_t all = 1 + (searched ? conf->domain_count : 0);
    char bare[HOSTNAME_SIZE];

    if (length - absolute >= sizeof bare)
        return false;
    memcpy(bare, name, length - absolute);
    bare[length - absolute] = '\0';
    for (size_t i = 0; i < all; i++) {
        bool as_is = as_is_first ? i == 0 : i == all - 1;
        const char *domain = as_is ? "" : conf->domains[as_is_first ? i - 1 : i];
        if (join(bare, domain, candidate) && n-- == 0)
            return true;
    }
    return false;
}

static bool ends_in(const char *name, const char *domain)
{
    size_t length = strlen(name), tail = strlen(domain);

    return length > tail && name[length - tail - 1] == '.' && hostname_same(name + length - tail, domain);
}

static bool has_services(const struct resolvconf *conf)
{
    for (size_t i = 0; i < conf->domain_count; i++)
        if (strncasecmp(conf->domains[i], "svc.", 4) == 0)
            return true;
    return false;
}

static bool is_full(const struct resolvconf *conf, const char *name)
{
    for (size_t i = 0; i < conf->domain_count; i++)
        if (ends_in(name, conf->domains[i]))
            return true;
    return false;
}

/* Whether the candidate is below the domain of a cluster: the list has that domain with "svc." before it. */
static bool is_of_cluster(const struct resolvconf *conf, const char *candidate)
{
    for (size_t i = 0; i < conf->domain_count; i++)
        if (strncasecmp(conf->domains[i], "svc.", 4) == 0 && ends_in(candidate, conf->domains[i] + 4))
            return true;
    return false;
}

/* The end of the labels of a Service or pod, before ".svc.cluster.local". NULL when the candidate is not below such a
 * domain. */
static const char *services_begin(const struct resolvconf *conf, const char *candidate)
{
    for (size_t i = 0; i < conf->domain_count; i++)
        if (strncasecmp(conf->domains[i], "svc.", 4) == 0 && ends_in(candidate, conf->domains[i]))
            return candidate + strlen(candidate) - strlen(conf->domains[i]) - 1;
    return NULL;
}

/* "mysql-0": pods with their own names mostly belong to a StatefulSet. */
static bool has_ordinal(const char *label, size_t length)
{
    size_t digits = 0;

    while (digits < length && label[length - digits - 1] >= '0' && label[length - digits - 1] <= '9')
        digits++;
    return digits > 0 && digits + 1 < length && label[length - digits - 1] == '-';
}

/* The chance by the labels before ".svc.cluster.local". Only SERVICE.NAMESPACE and POD.SERVICE.NAMESPACE exist there, with or
 * without "_http._tcp" before them. */
static enum resolvconf_chance service_chance(const char *labels, const char *end)
{
    size_t count = 1;

    while (*labels == '_' && memchr(labels, '.', (size_t)(end - labels)))
        labels = strchr(labels, '.') + 1;
    for (const char *at = labels; at < end; at++)
        count += *at == '.';
    if (count == 2 || (count == 3 && has_ordinal(labels, strcspn(labels, "."))))
        return CHANCE_LIKELY;
    return count == 3 ? CHANCE_POSSIBLE : CHANCE_RARE;
}

enum resolvconf_chance resolvconf_chance(const struct resolvconf *conf, const char *name, size_t n,
                                         const char *candidate)
{
    bool as_is = hostname_same(candidate, name), short_name = count_dots(name) == 0;
    const char *services = services_begin(conf, candidate);

    if (is_full(conf, name))
        return as_is ? CHANCE_LIKELY : CHANCE_RARE;
    if (short_name && (n == 0 || (n == 1 && conf->ndots == 0))) /* with ndots:0 the name itself comes first */
        return CHANCE_LIKELY;
    if (services)
        return service_chance(candidate, services);
    if (is_of_cluster(conf, candidate))
        return CHANCE_RARE;
    if (short_name || (as_is && ends_in(name, "svc"))) /* "svc" is not a top-level domain */
        return CHANCE_POSSIBLE;
    return as_is || !has_services(conf) ? CHANCE_LIKELY : CHANCE_POSSIBLE;
}

bool resolvconf_lacks_cluster(const struct resolvconf *conf, const char *name)
{
    size_t length = strlen(name);
    bool absolute = length > 0 && name[length - 1] == '.';
    bool of_service = !strchr(name, '.') || strstr(name, ".svc.") != NULL ||
                      (length > 4 && strcmp(name + length - 4, ".svc") == 0);

    return of_service && !absolute && !has_services(conf);
}
