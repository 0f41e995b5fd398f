/* Echo requests and what comes back for them, as bytes: ICMP (RFC 792) and ICMPv6 (RFC 4443). Pure, so that a fuzzer can try it. */
#ifndef WAIT_FOR_PING_ICMP_H
#define WAIT_FOR_PING_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ICMP_HEADER = 8,
    ICMP_PAYLOAD = 56, /* as ping has it */
    ICMP_SIZE = ICMP_HEADER + ICMP_PAYLOAD,
};

/* What an answer must repeat. The payload is random: nobody who has not seen the request can answer it. */
struct icmp_request {
    int family; /* AF_INET, AF_INET6 */
    uint16_t id, sequence;
    uint8_t payload[ICMP_PAYLOAD];
};

enum icmp_kind {
    ICMP_ANSWER,  /* to this request, whole and unchanged */
    ICMP_FOREIGN, /* not an echo reply, or to another request */
    ICMP_CUT,     /* too short, too long, or with a wrong checksum */
    ICMP_ALTERED, /* with another payload than the request's */
};

/* The request with its checksum (the kernel replaces that of ICMPv6). */
void icmp_write(const struct icmp_request *request, uint8_t bytes[ICMP_SIZE]);

/* What a message from the host is, beginning with the ICMP header. */
enum icmp_kind icmp_read(const struct icmp_request *request, const uint8_t *bytes, size_t length);

/* The same for what a raw IPv4 socket gets: with the IP header in front, and the checksum not looked at yet. */
enum icmp_kind icmp_read_raw(const struct icmp_request *request, const uint8_t *bytes, size_t length);

/* Whether an error message quotes this request, as far as it quotes anything (at least the header). */
bool icmp_quotes(const struct icmp_request *request, const uint8_t *bytes, size_t length);

/* Whether such a message reports a packet that was not delivered: a redirect, for one, does not. */
bool icmp_is_loss(int family, uint8_t type);

/* What a router or host says about a packet that it did not deliver. */
struct icmp_meaning {
    const char *text, *hint; /* never NULL */
    bool proves_absence;     /* whoever is nearest to the address finds nobody there */
};

struct icmp_meaning icmp_explain(int family, uint8_t type, uint8_t code);

#endif
