#include "common/net/target.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { PART_SHOWN = 40 };

static bool parse_unix(const char *path, struct target *target, struct reason *why)
{
    target->kind = TARGET_UNIX;
    if (address_unix(path, &target->at.socket))
        return true;
    return reason_set(why, CODE_USAGE, "the path of a unix socket has 1 to %zu bytes",
                      sizeof target->at.socket.sun_path - 1);
}

/* "[IPV6]:PORT" */
static bool parse_bracketed(const char *text, struct target *target, struct reason *why)
{
    target->kind = TARGET_ADDRESS;
    if (strstr(text, "]:") && address_parse_with_port(text, 0, &target->at.address) &&
        address_port(&target->at.address) != 0)
        return true;
    if (address_lacks_interface(text))
        return reason_set(why, CODE_USAGE, "there is no such network interface here (behind the %%)");
    return reason_set(why, CODE_USAGE, "expected [IPV6]:PORT, with a port from 1 to 65535");
}

static bool is_path(const char *operand)
{
    return strncmp(operand, "unix:", 5) == 0 || strncasecmp(operand, "file:///", 8) == 0;
}

bool target_check_user(const char *operand, struct reason *why)
{
    return is_path(operand) || !strchr(operand, '@') ||
           reason_set(why, CODE_USAGE,
                      "a user and password cannot be in an operand: expected one without them and without @");
}

char *target_show(const char *operand)
{
    const char *slashes = strstr(operand, "//");
    bool begins = slashes && slashes < operand + strcspn(operand, "?#@");
    const char *start = begins ? slashes + 2 : operand, *at = strrchr(start, '@');
    const char *rest = at ? at + 1 : start, *note = "";
    struct buf shown;

    if (is_path(operand))
        return xstrdup(operand);
    if (memchr(start, '?', (size_t)(rest - start)) || memchr(start, '#', (size_t)(rest - start))) {
        note = "...";
        rest = "";
    } else if (memchr(start, '/', (size_t)(rest - start))) {
        note = ".../";
    }
    buf_init(&shown, SIZE_MAX / 2);
    buf_add_format(&shown, "%.*s%s", (int)(start - operand), operand, note);
    buf_add(&shown, rest, strcspn(rest, "?#"));
    return shown.data;
}

int target_shown_length(const char *part)
{
    size_t length = strcspn(part, "?#");

    return length < PART_SHOWN ? (int)length : PART_SHOWN;
}

bool target_refuse_foreign(const char *text, const char *expected, struct reason *why)
{
    if (!target_check_user(text, why))
        return false;
    if (strchr(text, ','))
        return hostname_refuse_byte(',', why);
    if (strstr(text, "://") && strncmp(text, "tcp://", 6) != 0)
        return reason_set(why, CODE_USAGE, "a URL: expected %s", expected);
    return true;
}

bool target_parse(const char *text, const char *pod_namespace, struct target *target, struct reason *why)
{
    char host[2 * HOSTNAME_SIZE];
    struct address address;

    memset(target, 0, sizeof *target);
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, target, why);
    if (!target_refuse_foreign(text, "HOST:PORT, [IPV6]:PORT, tcp://HOST:PORT or unix:PATH", why))
        return false;
    if (strncmp(text, "tcp://", 6) == 0)
        text += 6;
    if (text[0] == '[')
        return parse_bracketed(text, target, why);
    if (address_parse(text, 0, &address) && address_family(&address) == AF_INET6)
        return reason_set(why, CODE_USAGE, "an IPv6 address is written in brackets: [IPV6]:PORT");
    const char *colon = strrchr(text, ':');
    if (!colon)
        return reason_set(why, CODE_USAGE, "the port is missing: expected HOST:PORT");
    if (!address_parse_port(colon + 1, &target->port))
        return reason_set(why, CODE_USAGE,
                          "\"%.*s\" is not a port from 1 to 65535 (service names are not supported)",
                          target_shown_length(colon + 1), colon + 1);
    if ((size_t)(colon - text) >= sizeof host)
        return reason_set(why, CODE_USAGE, "the name is longer than 253 bytes");
    snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);
    if (address_parse(host, target->port, &target->at.address)) {
        target->kind = TARGET_ADDRESS;
        return true;
    }
    target->kind = TARGET_NAME;
    return hostname_parse(host, pod_namespace, target->at.host, why);
}

const char *target_place(const char *host, uint16_t port, char place[TARGET_PLACE])
{
    snprintf(place, TARGET_PLACE, strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
    return place;
}
