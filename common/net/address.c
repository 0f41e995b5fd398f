#include "common/net/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "common/base/units.h"

#include "common/base/banned.h"

bool address_parse_port(const char *text, uint16_t *port)
{
    int64_t number;

    if (!units_parse_number(text, 1, 65535, &number))
        return false;
    *port = (uint16_t)number;
    return true;
}

/* A scope is the name or number of an interface. */
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

bool address_lacks_interface(const char *text)
{
    struct sockaddr_in6 v6;
    char host[INET6_ADDRSTRLEN], scope[IF_NAMESIZE];
    size_t length;

    text += *text == '[';
    length = strcspn(text, "%");
    if (text[length] != '%' || length >= sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)length, text);
    snprintf(scope, sizeof scope, "%.*s", (int)strcspn(text + length + 1, "]"), text + length + 1);
    return inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 && !address_parse_scope(scope, &v6.sin6_scope_id);
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
        end = strchr(text, ':'); /* a second colon makes the port invalid */
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

bool address_in_network(const struct address *address, const struct address *network, int64_t bits)
{
    const unsigned char *left = (const unsigned char *)&address->socket.v4.sin_addr;
    const unsigned char *right = (const unsigned char *)&network->socket.v4.sin_addr;
    int64_t most = 32;

    if (address_family(address) != address_family(network))
        return false;
    if (address_family(address) == AF_INET6) {
        left = (const unsigned char *)&address->socket.v6.sin6_addr;
        right = (const unsigned char *)&network->socket.v6.sin6_addr;
        most = 128;
    }
    if (bits < 0 || bits > most)
        bits = most;
    if (memcmp(left, right, (size_t)(bits / 8)) != 0)
        return false;
    unsigned mask = 0xFF00u >> (bits % 8) & 0xFFu;
    return mask == 0 || ((left[bits / 8] ^ right[bits / 8]) & mask) == 0;
}

struct network {
    const char *address;
    int bits;
};

static bool is_in_one(const struct address *address, const struct network *networks, size_t count)
{
    struct address network;

    for (size_t i = 0; i < count; i++)
        if (address_parse(networks[i].address, 0, &network) &&
            address_in_network(address, &network, networks[i].bits))
            return true;
    return false;
}

/* The IPv4 address that an IPv6 address holds, `at` bytes from its beginning. */
static struct address inner(const struct address *address, size_t at)
{
    struct address v4 = {.socket.v4.sin_family = AF_INET};

    memcpy(&v4.socket.v4.sin_addr, address->socket.v6.sin6_addr.s6_addr + at, 4);
    return v4;
}

bool address_is_loopback(const struct address *address)
{
    static const struct network loopback[] = {{"127.0.0.0", 8}, {"::1", 128}},
                                mapped[] = {{"::ffff:0:0", 96}};
    struct address v4;

    if (is_in_one(address, mapped, 1)) {
        v4 = inner(address, 12);
        address = &v4;
    }
    return is_in_one(address, loopback, sizeof loopback / sizeof loopback[0]);
}

bool address_is_local(const struct address *address)
{
    static const struct network local[] = {
        {"0.0.0.0", 8}, /* this host (RFC 1122, 3.2.1.3); also :: and ::1, read as compatible addresses */
        {"127.0.0.0", 8},        {"169.254.0.0", 16}, /* link-local, and most clouds' metadata */
        {"fe80::", 10},          {"fd00:ec2::", 32},  /* AWS: metadata, credentials of ECS and EKS */
        {"fd20:ce::254", 128},                        /* Google Cloud: metadata */
        {"100.100.100.200", 32},                      /* Alibaba Cloud: metadata */
        {"168.63.129.16", 32},                        /* Azure: the node's agent */
        {"192.0.0.192", 32},                          /* Oracle Cloud: metadata */
    };
    /* Mapped and compatible (RFC 4291, 2.5.5), NAT64 (RFC 6052, 2.1). */
    static const struct network tails[] = {{"::ffff:0:0", 96}, {"::", 96}, {"64:ff9b::", 96}};
    static const struct network six_to_four[] = {{"2002::", 16}};
    struct address v4;

    if (is_in_one(address, tails, sizeof tails / sizeof tails[0])) {
        v4 = inner(address, 12);
        address = &v4;
    } else if (is_in_one(address, six_to_four, 1)) {
        v4 = inner(address, 2);
        address = &v4;
    }
    return is_in_one(address, local, sizeof local / sizeof local[0]);
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
