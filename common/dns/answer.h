/* Judges what a DNS message says about a name and type. Pure functions: dns_query.c sends and receives. */
#ifndef COMMON_DNS_ANSWER_H
#define COMMON_DNS_ANSWER_H

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/net/address.h"

/* The values are those of the protocol. */
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
    /* The question is settled. */
    ANSWER_RECORDS,
    ANSWER_NO_DATA,  /* the name exists, a record of that type does not (RFC 2308, 2.2) */
    ANSWER_NXDOMAIN, /* the name does not exist, for no type (RFC 8020) */
    /* The question is not settled. */
    ANSWER_SERVFAIL,
    ANSWER_REFUSED,
    ANSWER_RCODE,     /* another response code, in `rcode` */
    ANSWER_GARBLED,   /* not a DNS message, or an answer to another question */
    ANSWER_REFLECTED, /* the question itself, or an answer to another operation */
    ANSWER_ALIAS,     /* an alias, in `alias`, and nothing about its end: neither records nor an SOA */
    ANSWER_CHAIN,     /* more than ANSWER_ALIASES aliases */
    ANSWER_REFERRAL,  /* names of other servers instead of an answer (RFC 2308, 2.2: NS without SOA) */
    ANSWER_LAME,      /* empty, from a server that is neither authoritative nor recursive */
    ANSWER_OTHER,     /* records, but none that was asked for */
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
    char *alias;      /* the end of the alias chain, if the name is an alias without records; else NULL */
    bool unavailable; /* a null MX, or an SRV with the target ".": the service does not exist */
    uint32_t ttl;     /* seconds that the records may be cached: the smallest of their TTLs */
    bool has_negative_ttl;
    uint32_t negative_ttl; /* seconds that a negative answer may be cached, from the SOA (RFC 2308) */
    struct address server; /* that sent the answer; its family is 0 when none did */
};

/* "A", "SRV", ...; case does not matter. False when the type is unknown. */
bool dns_type_parse(const char *text, enum dns_type *type);
const char *dns_type_name(enum dns_type type);

/* Whether the question is settled, so that no other server is needed: records, no data, or no such name. */
bool answer_is_settled(enum answer_status status);

/* NXDOMAIN or no data. */
bool answer_is_negative(enum answer_status status);

/* A question as it is sent. */
struct dns_question {
    const char *name;
    unsigned type;  /* a dns_type, or a type that nobody uses (see dns_memory.h) */
    bool unchecked; /* with the CD bit set: servers cache the answer apart from those for apps */
    uint16_t id;
};

/* Judges `message` as the answer to `name` and answer->type, following its CNAME records. Fills all members but `server`. Free
 * the answer with answer_free. */
void answer_read(struct answer *answer, const ares_dns_record_t *message, const char *name);

/* Judges the bytes that came from a server that was asked `question`. False: they are not an answer to it and have to be
 * ignored, as the answer may still follow; answer->status says what they were. */
bool answer_take(struct answer *answer, const unsigned char *bytes, size_t length,
                 const struct dns_question *question);

void answer_free(struct answer *answer);

#endif
