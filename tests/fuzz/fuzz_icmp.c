/* What a host or router sends for an echo request: only the request's own answer counts, and nothing is read beyond the message. */
#include <sys/socket.h>

#include "cmd/wait-for-ping/icmp.h"

#include "tests/fuzz/input.h"

/* The input is what came, as it is; the request is made to fit what it claims to answer. */
static struct icmp_request request_for(int family, const uint8_t *bytes, size_t length)
{
    struct icmp_request request = {.family = family};

    if (length >= ICMP_HEADER) {
        request.id = (uint16_t)(bytes[4] << 8 | bytes[5]);
        request.sequence = (uint16_t)(bytes[6] << 8 | bytes[7]);
    }
    for (size_t i = ICMP_HEADER; i < length && i < ICMP_SIZE; i++)
        request.payload[i - ICMP_HEADER] = bytes[i];
    return request;
}

static void try_family(int family, const uint8_t *bytes, size_t length)
{
    struct icmp_request request = request_for(family, bytes, length);
    uint8_t sent[ICMP_SIZE];

    icmp_write(&request, sent);
    sent[0] = family == AF_INET6 ? 129 : 0;
    bool same = length == ICMP_SIZE && bytes[0] == sent[0] && bytes[1] == 0;
    MUST((icmp_read(&request, bytes, length) == ICMP_ANSWER) == same);
    request.payload[ICMP_PAYLOAD - 1]++;
    MUST(icmp_read(&request, bytes, length) != ICMP_ANSWER);
    MUST(length < ICMP_SIZE || !icmp_quotes(&request, bytes, length));
    if (length > 0)
        MUST(icmp_explain(family, bytes[0], bytes[length - 1]).text != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = input_text(data, size);
    const uint8_t *bytes = (const uint8_t *)copy;
    size_t header = size > 0 ? (size_t)(bytes[0] & 15) * 4 : 0;

    try_family(AF_INET, bytes, size);
    try_family(AF_INET6, bytes, size);
    struct icmp_request request = request_for(AF_INET, bytes + (header < size ? header : 0),
                                              header < size ? size - header : 0);
    enum icmp_kind kind = icmp_read_raw(&request, bytes, size);
    MUST(kind != ICMP_ANSWER || (size == header + ICMP_SIZE && header >= 20 && bytes[0] >> 4 == 4));
    free(copy);
    return 0;
}
