#include "cmd/tls-check/operand.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/net/address.h"
#include "common/net/target.h"

#include "common/base/banned.h"

enum { HTTPS = 443, PATH_MOST = 2048 };

static bool has_port(const char *place)
{
    const char *bracket = strrchr(place, ']'), *colon = strrchr(bracket ? bracket : place, ':');

    return colon != NULL;
}

/* Adds the usual port where none is said, then it is a target as any other. */
static bool parse_place(const char *text, size_t length, const char *namespace, struct operand *operand,
                        struct reason *why)
{
    char place[2 * HOSTNAME_SIZE + 16];
    struct target target;
    struct address address;

    if (length >= sizeof place - 8)
        return reason_set(why, CODE_USAGE, "the name is longer than 253 bytes");
    int end = snprintf(place, sizeof place, "%.*s", (int)length, text);
    if (address_parse(place, 0, &address) && address_family(&address) == AF_INET6)
        return reason_set(why, CODE_USAGE, "an IPv6 address is written in brackets: [IPV6]:PORT");
    if (!has_port(place))
        snprintf(place + end, sizeof place - (size_t)end, ":%d", HTTPS);
    if (strncmp(place, "unix:", 5) == 0 || !target_parse(place, namespace, &target, why))
        return strncmp(place, "unix:", 5) == 0
                   ? reason_set(why, CODE_USAGE,
                                "expected HOST[:PORT], [IPV6]:PORT or https://HOST[:PORT]/PATH")
                   : false;
    operand->port = target.kind == TARGET_NAME ? target.port : address_port(&target.at.address);
    if (target.kind == TARGET_NAME)
        snprintf(operand->host, sizeof operand->host, "%s", target.at.host);
    else
        address_format(&target.at.address, operand->host);
    return true;
}

/* What would break the request apart, or does not belong into it (RFC 3986, section 3.3). */
static bool path_is_sane(const char *path)
{
    for (const char *at = path; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7F || *at == '#')
            return false;
    return strlen(path) <= PATH_MOST;
}

/* What follows "https://". An @ in the path is not a user's; but if host and port are invalid, it may be. */
static bool parse_url(const char *text, const char *namespace, struct operand *operand, struct reason *why)
{
    const char *path = text + strcspn(text, "/?#");

    if (!parse_place(text, (size_t)(path - text), namespace, operand, why))
        return target_check_user(text, why) && false;
    if (*path == '\0')
        return true;
    if (*path != '/' || !path_is_sane(path))
        return reason_set(why, CODE_USAGE,
                          "the path must begin with / and contain only ASCII, no blanks and no #");
    operand->path = xstrdup(path);
    return true;
}

bool operand_parse(const char *text, const char *namespace, struct operand *operand, struct reason *why)
{
    static const char https[] = "https://";

    memset(operand, 0, sizeof *operand);
    if (strncmp(text, https, sizeof https - 1) == 0)
        return parse_url(text + sizeof https - 1, namespace, operand, why);
    if (!target_check_user(text, why))
        return false;
    if (strstr(text, "://"))
        return reason_set(why, CODE_USAGE, "expected HOST[:PORT], [IPV6]:PORT or https://HOST[:PORT]/PATH");
    return parse_place(text, strlen(text), namespace, operand, why);
}

void operand_host(const char *operand, char *host, size_t size)
{
    static const char https[] = "https://";

    if (strncmp(operand, https, sizeof https - 1) == 0)
        operand += sizeof https - 1;
    bool bracket = *operand == '[';
    operand += bracket;
    snprintf(host, size, "%.*s", (int)strcspn(operand, bracket ? "]" : ":/"), operand);
}
