/* What one DNS message says about one name and type: looking is dns.c's work, this is the judging, pure. */
#ifndef COMMON_ANSWER_H
#define COMMON_ANSWER_H

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"

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
    ANSWER_NO_DATA,  /* the name exists, a record of that type does not */
    ANSWER_NXDOMAIN, /* the name does not exist, for no type (RFC 8020) */
    /* These leave it unknown. */
    ANSWER_SERVFAIL,
    ANSWER_REFUSED,
    ANSWER_RCODE,   /* another response code, in `rcode` */
    ANSWER_GARBLED, /* what came is no DNS message, or answers another question */
    ANSWER_UNREACHABLE,
    ANSWER_SILENT,
};

struct answer {
    enum dns_type type;
    enum answer_status status;
    int rcode;
    char **records; /* as text, in the server's order, without repeats: "10.0.0.1", "10 mail.example.com" */
    size_t count;
    bool has_negative_ttl;
    uint32_t
        negative_ttl; /* seconds that the server will repeat a negative answer, from the SOA (RFC 2308) */
    struct address server; /* that said so; its family is 0 when none did */
};

/* "A", "SRV", ... False when there is none of that name; case does not matter. */
bool dns_type_parse(const char *text, enum dns_type *type);
const char *dns_type_name(enum dns_type type);

/* Whether waiting for other servers is of no use: records, no data, or no such name. */
bool answer_is_settled(enum answer_status status);

/* NXDOMAIN or no data. */
bool answer_is_negative(enum answer_status status);

/* Reads `message` as the answer to `name` and answer->type, following its CNAME records; fills everything but
 * the server. answer_free releases the records. */
void answer_read(struct answer *answer, const ares_dns_record_t *message, const char *name);

/* Without a message: what the library's status means. */
void answer_read_status(struct answer *answer, ares_status_t status);

void answer_free(struct answer *answer);

#endif
