/* IP and unix socket addresses: parsed, formatted and compared. Names are not resolved here. */
#ifndef COMMON_NET_ADDRESS_H
#define COMMON_NET_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
};

enum { ADDRESS_TEXT = 64 };

/* "10.0.0.1", "2001:db8::1", "fe80::1%eth0". */
bool address_parse(const char *text, uint16_t port, struct address *address);

/* Whether `text`, in brackets or not, is an IPv6 address with an interface ("fe80::1%eth7") that is not here. */
bool address_lacks_interface(const char *text);

/* "ADDR", "ADDR:PORT", "[ADDR]:PORT". */
bool address_parse_with_port(const char *text, uint16_t default_port, struct address *address);

/* A port, 1 to 65535. */
bool address_parse_port(const char *text, uint16_t *port);

int address_family(const struct address *address); /* AF_INET or AF_INET6 */
uint16_t address_port(const struct address *address);
void address_set_port(struct address *address, uint16_t port);
socklen_t address_length(const struct address *address);

/* The address without its port. Returns `text`. */
const char *address_format(const struct address *address, char text[ADDRESS_TEXT]);

/* Same family, address and scope; ports are not compared. */
bool address_same(const struct address *a, const struct address *b);

/* Whether the first `bits` bits of both are the same; all bits when `bits` is negative or too large. */
bool address_in_network(const struct address *address, const struct address *network, int64_t bits);

/* Whether it is a loopback address: 127.0.0.0/8 or ::1, also as ::ffff:127.0.0.1. */
bool address_is_loopback(const struct address *address);

/* Whether it can be reached from this node only, or means another host on each node: loopback, unspecified, link-local, and the
 * addresses where clouds serve metadata and credentials. IPv4 addresses within IPv6 addresses count, too (mapped, compatible,
 * NAT64, 6to4). */
bool address_is_local(const struct address *address);

/* False when the path is empty, or longer than the 107 bytes of a socket address. */
bool address_unix(const char *path, struct sockaddr_un *address);

#endif
