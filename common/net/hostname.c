#include "common/net/hostname.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/net/address.h"

#include "common/base/banned.h"

static bool expand(const char *text, const char *pod_namespace, char host[HOSTNAME_SIZE], struct reason *why)
{
    size_t length = 0;

    while (*text != '\0') {
        char piece[HOSTNAME_SIZE] = {*text, '\0'};
        bool is_namespace = strncmp(text, "%n", 2) == 0;
        if (is_namespace && pod_namespace[0] == '\0')
            return reason_set(
                why, CODE_USAGE,
                "%%n is not known: set INITKIT_NAMESPACE or POD_NAMESPACE to the pod's namespace");
        if (is_namespace)
            snprintf(piece, sizeof piece, "%s", pod_namespace);
        size_t more = strlen(piece);
        if (length + more >= HOSTNAME_SIZE)
            return reason_set(why, CODE_USAGE, "the name is longer than 253 bytes");
        memcpy(host + length, piece, more);
        length += more;
        text += is_namespace ? 2 : 1;
    }
    host[length] = '\0';
    return true;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Whether it looks like an IPv4 address: libc accepts "127.1" and "010.0.0.1", and gives them a meaning of its own. */
static bool is_numeric(const char *host)
{
    struct address address;

    return host[0] != '\0' && strspn(host, "0123456789.") == strlen(host) && host[strlen(host) - 1] != '.' &&
           !address_parse(host, 0, &address);
}

bool hostname_refuse_byte(char byte, struct reason *why)
{
    if (byte == ',')
        return reason_set(why, CODE_USAGE, "several targets are separated by blanks, not by commas");
    if ((unsigned char)byte >= 0x80)
        return reason_set(why, CODE_USAGE,
                          "a name with other letters than a-z is written in its ASCII form (xn--...)");
    return reason_set(why, CODE_USAGE, "'%c' cannot be in a host name", byte);
}

/* Lengths: RFC 1035, 2.3.4. Underscores are allowed, because SRV names have them (RFC 2782). */
static bool check_labels(const char *host, struct reason *why)
{
    size_t length = strlen(host), label = 0;

    if (host[0] == '\0')
        return reason_set(why, CODE_USAGE, "a host name is missing");
    if (is_numeric(host))
        return reason_set(
            why, CODE_USAGE,
            "neither a name nor an IPv4 address (four numbers from 0 to 255, without leading zeros)");
    if (length - (host[length - 1] == '.') > HOSTNAME_LONGEST)
        return reason_set(why, CODE_USAGE, "the name is longer than %d bytes", HOSTNAME_LONGEST);
    for (const char *at = host;; at++) {
        if (*at == '\0' || *at == '.') {
            if (label == 0 && *at == '.')
                return reason_set(why, CODE_USAGE, "the name has an empty label");
            if (*at == '\0')
                return true;
            label = 0;
        } else if (!is_name_byte(*at)) {
            return hostname_refuse_byte(*at, why);
        } else if (++label > 63) {
            return reason_set(why, CODE_USAGE, "a part of the name between dots is longer than 63 bytes");
        }
    }
}

bool hostname_parse(const char *text, const char *pod_namespace, char host[HOSTNAME_SIZE], struct reason *why)
{
    return expand(text, pod_namespace, host, why) && check_labels(host, why);
}

bool hostname_same(const char *a, const char *b)
{
    size_t length_a = strlen(a), length_b = strlen(b);

    length_a -= length_a > 0 && a[length_a - 1] == '.';
    length_b -= length_b > 0 && b[length_b - 1] == '.';
    return length_a == length_b && strncasecmp(a, b, length_a) == 0;
}
