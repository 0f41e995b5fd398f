/* A DNS message as it comes from a server; the first byte picks the type that was asked for. */
#include "common/dns/answer.h"

#include <stdio.h>

#include "common/net/hostname.h"

#include "tests/fuzz/input.h"

static const enum dns_type asked_types[] = {DNS_A,  DNS_AAAA, DNS_CNAME, DNS_MX,
                                            DNS_NS, DNS_PTR,  DNS_SRV,   DNS_TXT};

static void check_answer(const struct answer *answer)
{
    MUST((answer->status == ANSWER_RECORDS) == (answer->count > 0));
    for (size_t i = 0; i < answer->count; i++)
        for (const char *at = answer->records[i]; *at != '\0'; at++)
            MUST(answer->type != DNS_TXT || ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7F));
}

/* The question that such a message would answer: its own. */
static struct dns_question question_of(const uint8_t *data, size_t size, enum dns_type type, char *name)
{
    struct dns_question question = {
        .name = name, .type = type, .id = size < 2 ? 0 : (uint16_t)(data[0] << 8 | data[1])};
    ares_dns_record_t *message = NULL;
    const char *asked = NULL;

    snprintf(name, HOSTNAME_SIZE, "db.test");
    if (ares_dns_parse(data, size, 0, &message) == ARES_SUCCESS && ares_dns_record_query_cnt(message) > 0) {
        ares_dns_rec_type_t asked_type;
        ares_dns_record_query_get(message, 0, &asked, &asked_type, NULL);
        snprintf(name, HOSTNAME_SIZE, "%s", asked);
        question.type = (unsigned)asked_type;
    }
    ares_dns_record_destroy(message);
    return question;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[HOSTNAME_SIZE];

    if (size < 1)
        return 0;
    struct answer answer = {.type = asked_types[data[0] % 8]};
    struct dns_question question = question_of(data + 1, size - 1, answer.type, name);
    if (answer_take(&answer, data + 1, size - 1, &question))
        check_answer(&answer);
    answer_free(&answer);
    return 0;
}
