/* What one DNS message says about one name and type: looking is dns.c's work, this is the judging, pure. */
#ifndef COMMON_DNS_ANSWER_H
#define COMMON_DNS_ANSWER_H

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/net/address.h"

/* The values are those on the wire. */
enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
};

enum answer_status {
    ANSWER_NONE, /* not asked, or nothing has come yet */
    /* These settle it. */
    ANSWER_RECORDS,
    ANSWER_NO_DATA,  /* the name exists, a record of that type does not (RFC 2308, 2.2) */
    ANSWER_NXDOMAIN, /* the name does not exist, for no type (RFC 8020) */
    /* These leave it unknown. */
    ANSWER_SERVFAIL,
    ANSWER_REFUSED,
    ANSWER_RCODE,     /* another response code, in `rcode` */
    ANSWER_GARBLED,   /* what came is not a DNS message, or answers another question */
    ANSWER_REFLECTED, /* the question itself came back, or another operation's answer */
    ANSWER_ALIAS,     /* an alias, in `alias`, whose end is not told: neither records nor an SOA */
    ANSWER_CHAIN,     /* more aliases than anybody follows */
    ANSWER_REFERRAL,  /* other servers' names in place of an answer (RFC 2308, 2.2: NS without SOA) */
    ANSWER_LAME,      /* empty, from a server that is neither authoritative nor recursive */
    ANSWER_OTHER,     /* records, and none that was asked for */
    ANSWER_TRUNCATED, /* cut short */
    ANSWER_UNREACHABLE,
    ANSWER_SILENT,
};

enum { ANSWER_ALIASES = 256 /* aliases in one answer; recursive servers follow 8 to 17 */ };

struct answer {
    enum dns_type type;
    enum answer_status status;
    int rcode;
    char **records; /* as text, in the server's order, without repeats: "10.0.0.1", "10 mail.example.com" */
    size_t count;
    char *alias;      /* where the name's aliases lead, if it is one and there are no records; else NULL */
    bool unavailable; /* a null MX, or an SRV with the target ".": the service is said not to exist */
    uint32_t ttl;     /* seconds that the records may be cached, the least of theirs */
    bool has_negative_ttl;
    uint32_t negative_ttl; /* seconds that a negative answer may be cached, from the SOA (RFC 2308) */
    struct address server; /* that gave it; its family is 0 when none did */
};

/* "A", "SRV", ... False when there is none of that name; case does not matter. */
bool dns_type_parse(const char *text, enum dns_type *type);
const char *dns_type_name(enum dns_type type);

/* Whether waiting for other servers is of no use: records, no data, or no such name. */
bool answer_is_settled(enum answer_status status);

/* NXDOMAIN or no data. */
bool answer_is_negative(enum answer_status status);

/* A question as it is sent. */
struct dns_question {
    const char *name;
    unsigned type;  /* on the wire: a dns_type, or one that exists nowhere (see dns_memory.h) */
    bool unchecked; /* with the CD bit set: other entries of a server's cache than those of apps */
    uint16_t id;
};

/* Reads `message` as the answer to `name` and answer->type, following its CNAME records; fills everything but
 * the server. answer_free releases what it holds. */
void answer_read(struct answer *answer, const ares_dns_record_t *message, const char *name);

/* Reads what came from a server that was asked `question`. False: it does not belong to it, and is to be passed over, as an answer
 * may follow; the status says what it was then. */
bool answer_take(struct answer *answer, const unsigned char *bytes, size_t length,
                 const struct dns_question *question);

void answer_free(struct answer *answer);

#endif
