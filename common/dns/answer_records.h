/* The records of an answer, as text: the part of answer.h that takes them out of a message. */
#ifndef COMMON_DNS_ANSWER_RECORDS_H
#define COMMON_DNS_ANSWER_RECORDS_H

#include "common/dns/answer.h"

/* Fills answer->records, count, ttl and unavailable with the records of answer->type that `owner` has. */
void answer_collect(struct answer *answer, const ares_dns_record_t *message, const char *owner);

void answer_drop_records(struct answer *answer);

#endif
