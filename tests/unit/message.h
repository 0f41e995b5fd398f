/* DNS messages made for a test: put together with c-ares, and always sent through the wire format before they are read. */
#ifndef UNIT_MESSAGE_H
#define UNIT_MESSAGE_H

#include <ares.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dns/answer.h"

/* An answer to that question, without records. */
ares_dns_record_t *message_new(const char *name, enum dns_type type, int rcode);

ares_dns_record_t *message_new_with(const char *name, enum dns_type type, int rcode, unsigned short flags);

/* Adds a record to the answer section; `value` as answer.h has it: "10.0.0.1", "10 mail.example", "1 2 80 host". */
void message_add(ares_dns_record_t *message, const char *owner, enum dns_type type, const char *value);

/* The same in any section, but for TXT. */
void message_add_in(ares_dns_record_t *message, ares_dns_section_t section, const char *owner,
                    enum dns_type type, const char *value);

/* A TXT record of these strings, which may hold any bytes. */
void message_add_txt(ares_dns_record_t *message, const char *owner, const char *const *strings,
                     const size_t *lengths, size_t count);

/* An SOA in the authority section. */
void message_add_soa(ares_dns_record_t *message, const char *zone, uint32_t ttl);

/* Through the wire; releases `message`. The caller has the result destroyed. */
ares_dns_record_t *message_parsed(ares_dns_record_t *message);

#endif
