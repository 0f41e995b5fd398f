/* A DNS message as it comes from a server; the first byte picks the type that was asked for. */
#include "common/answer.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ares_dns_record_t *message = NULL;
    const char *name = "db.test";

    if (size < 1 || ares_dns_parse(data + 1, size - 1, 0, &message) != ARES_SUCCESS)
        return 0;
    if (ares_dns_record_query_cnt(message) > 0)
        ares_dns_record_query_get(message, 0, &name, NULL, NULL);
    struct answer answer = {.type = asked_types[data[0] % 8]};
    answer_read(&answer, message, name);
    check_answer(&answer);
    answer_free(&answer);
    ares_dns_record_destroy(message);
    return 0;
}
