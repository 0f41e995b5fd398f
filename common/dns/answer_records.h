/* Takes the records out of a DNS message, as text. A part of answer.h. */
#ifndef COMMON_DNS_ANSWER_RECORDS_H
#define COMMON_DNS_ANSWER_RECORDS_H

#include "common/dns/answer.h"

/* Fills answer->records, count, ttl and unavailable from the records of type answer->type that belong to `owner`. */
void answer_collect(struct answer *answer, const ares_dns_record_t *message, const char *owner);

void answer_drop_records(struct answer *answer);

#endif
