#include "common/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/units.h"

#include "common/banned.h"

bool address_parse_port(const char *text, uint16_t *port)
{
    int64_t number;

    if (!units_parse_number(text, 1, 65535, &number))
        return false;
    *port = (uint16_t)number;
    return true;
}

/* A scope is an interface's name or number. */
static bool address_parse_scope(const char *text, uint32_t *scope)
{
    int64_t number;

    *scope = if_nametoindex(text);
    if (*scope != 0)
        return true;
    if (!units_parse_number(text, 1, UINT32_MAX, &number))
        return false;
    *scope = (uint32_t)number;
    return true;
}

static bool address_parse_v6(const char *text, struct sockaddr_in6 *v6)
{
    char host[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "%");

    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    v6->sin6_family = AF_INET6;
    if (text[length] == '%' && !address_parse_scope(text + length + 1, &v6->sin6_scope_id))
        return false;
    return inet_pton(AF_INET6, host, &v6->sin6_addr) == 1;
}

bool address_parse(const char *text, uint16_t port, struct address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &address->socket.v4.sin_addr) == 1)
        address->socket.v4.sin_family = AF_INET;
    else if (!address_parse_v6(text, &address->socket.v6))
        return false;
    address_set_port(address, port);
    return true;
}

bool address_parse_with_port(const char *text, uint16_t default_port, struct address *address)
{
    char host[ADDRESS_TEXT];
    const char *end;
    uint16_t port = default_port;

    if (address_parse(text, default_port, address))
        return true;
    if (text[0] == '[') {
        text++;
        end = strchr(text, ']');
        if (!end || (end[1] != ':' && end[1] != '\0'))
            return false;
        if (end[1] == ':' && !address_parse_port(end + 2, &port))
            return false;
    } else {
        end = strchr(text, ':'); /* with another one behind it, it is no port */
        if (!end || !address_parse_port(end + 1, &port))
            return false;
    }
    size_t length = (size_t)(end - text);
    if (length >= sizeof host)
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    return address_parse(host, port, address);
}

int address_family(const struct address *address)
{
    return address->socket.any.sa_family;
}

uint16_t address_port(const struct address *address)
{
    return ntohs(address_family(address) == AF_INET ? address->socket.v4.sin_port
                                                    : address->socket.v6.sin6_port);
}

void address_set_port(struct address *address, uint16_t port)
{
    if (address_family(address) == AF_INET)
        address->socket.v4.sin_port = htons(port);
    else
        address->socket.v6.sin6_port = htons(port);
}

socklen_t address_length(const struct address *address)
{
    return address_family(address) == AF_INET ? sizeof address->socket.v4 : sizeof address->socket.v6;
}

const char *address_format(const struct address *address, char text[ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN];
    const struct sockaddr_in6 *v6 = &address->socket.v6;

    if (address_family(address) == AF_INET)
        return inet_ntop(AF_INET, &address->socket.v4.sin_addr, text, ADDRESS_TEXT);
    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
    if (v6->sin6_scope_id != 0)
        snprintf(text, ADDRESS_TEXT, "%s%%%u", host, (unsigned)v6->sin6_scope_id);
    else
        snprintf(text, ADDRESS_TEXT, "%s", host);
    return text;
}

bool address_same(const struct address *a, const struct address *b)
{
    if (address_family(a) != address_family(b))
        return false;
    if (address_family(a) == AF_INET)
        return a->socket.v4.sin_addr.s_addr == b->socket.v4.sin_addr.s_addr;
    return a->socket.v6.sin6_scope_id == b->socket.v6.sin6_scope_id &&
           memcmp(&a->socket.v6.sin6_addr, &b->socket.v6.sin6_addr, sizeof a->socket.v6.sin6_addr) == 0;
}

bool address_unix(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);

    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, path, length);
    return true;
}
