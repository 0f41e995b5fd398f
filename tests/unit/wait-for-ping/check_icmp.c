#include "cmd/wait-for-ping/icmp.h"

#include <sys/socket.h>

#include "tests/unit/suite.h"

enum { IP = 20 };

static struct icmp_request request;
static uint8_t bytes[IP + ICMP_SIZE + 8];

static void begin(int family)
{
    request = (struct icmp_request){.family = family, .id = 0x1234, .sequence = 0xABCD};
    for (size_t i = 0; i < ICMP_PAYLOAD; i++)
        request.payload[i] = (uint8_t)(i * 7);
}

/* The answer to the request, at `at`. */
static uint8_t *answer(size_t at)
{
    memset(bytes, 0, sizeof bytes);
    icmp_write(&request, bytes + at);
    bytes[at] = request.family == AF_INET6 ? 129 : 0;
    return bytes + at;
}

/* RFC 1071, the sum by 16-bit words. */
static unsigned sum(const uint8_t *at, size_t length)
{
    unsigned total = 0;

    for (size_t i = 0; i + 1 < length; i += 2)
        total += (unsigned)at[i] << 8 | at[i + 1];
    while (total >> 16)
        total = (total & 0xFFFF) + (total >> 16);
    return total;
}

START_TEST(a_request)
{
    begin(AF_INET);
    icmp_write(&request, bytes);
    ck_assert_uint_eq(bytes[0], 8);
    ck_assert_uint_eq(bytes[1], 0);
    ck_assert_mem_eq(bytes + 4, "\x12\x34\xAB\xCD", 4);
    ck_assert_mem_eq(bytes + ICMP_HEADER, request.payload, ICMP_PAYLOAD);
    ck_assert_uint_eq(sum(bytes, ICMP_SIZE), 0xFFFF);
    begin(AF_INET6);
    icmp_write(&request, bytes);
    ck_assert_uint_eq(bytes[0], 128);
}
END_TEST

START_TEST(an_answer)
{
    begin(AF_INET);
    ck_assert_int_eq(icmp_read(&request, answer(0), ICMP_SIZE), ICMP_ANSWER);
    begin(AF_INET6);
    ck_assert_int_eq(icmp_read(&request, answer(0), ICMP_SIZE), ICMP_ANSWER);
}
END_TEST

START_TEST(whatever_differs_is_no_answer)
{
    for (int family = AF_INET; family != 0; family = family == AF_INET ? AF_INET6 : 0) {
        begin(family);
        for (size_t at = 0; at < ICMP_SIZE; at++) {
            if (at == 2 || at == 3)
                continue; /* the checksum, which the kernel has verified */
            answer(0)[at] ^= 1;
            enum icmp_kind kind = icmp_read(&request, bytes, ICMP_SIZE);
            ck_assert_int_eq(kind, at < ICMP_HEADER ? ICMP_FOREIGN : ICMP_ALTERED);
        }
        for (size_t length = 0; length < ICMP_SIZE; length++)
            ck_assert_int_eq(icmp_read(&request, answer(0), length), ICMP_CUT);
        ck_assert_int_eq(icmp_read(&request, answer(0), ICMP_SIZE + 1), ICMP_CUT);
    }
    begin(AF_INET); /* its own request, as a raw socket on loopback hears it */
    icmp_write(&request, bytes);
    ck_assert_int_eq(icmp_read(&request, bytes, ICMP_SIZE), ICMP_FOREIGN);
}
END_TEST

/* An IPv4 packet with the answer in it; `words`: of its header. */
static size_t packet(uint8_t words)
{
    size_t header = (size_t)words * 4;
    uint8_t *message = answer(header);
    unsigned total;

    message[2] = message[3] = 0;
    total = ~sum(message, ICMP_SIZE);
    message[2] = (uint8_t)(total >> 8);
    message[3] = (uint8_t)total;
    bytes[0] = (uint8_t)(0x40 | words);
    bytes[9] = 1;
    return header + ICMP_SIZE;
}

START_TEST(raw_answers_have_a_header_and_a_checksum)
{
    begin(AF_INET);
    size_t length = packet(5);
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_ANSWER);
    length = packet(7); /* with options */
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_ANSWER);
    length = packet(5);
    bytes[IP + 3] ^= 1;
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_CUT);
    length = packet(5);
    bytes[9] = 17;
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_FOREIGN);
    length = packet(5);
    bytes[0] = 0x65;
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_CUT);
    length = packet(5);
    bytes[0] = 0x44;
    ck_assert_int_eq(icmp_read_raw(&request, bytes, length), ICMP_CUT);
    bytes[0] = 0x4F;
    ck_assert_int_eq(icmp_read_raw(&request, bytes, 40), ICMP_CUT);
    for (length = 0; length < IP + ICMP_SIZE; length++) {
        packet(5);
        ck_assert_int_ne(icmp_read_raw(&request, bytes, length), ICMP_ANSWER);
    }
}
END_TEST

START_TEST(errors_quote_the_request)
{
    begin(AF_INET);
    icmp_write(&request, bytes);
    ck_assert(icmp_quotes(&request, bytes, ICMP_HEADER));
    ck_assert(icmp_quotes(&request, bytes, ICMP_HEADER + 5));
    ck_assert(icmp_quotes(&request, bytes, ICMP_SIZE));
    ck_assert(icmp_quotes(&request, bytes, ICMP_SIZE + 8)); /* padded */
    ck_assert(!icmp_quotes(&request, bytes, ICMP_HEADER - 1));
    ck_assert(!icmp_quotes(&request, bytes, 0));
    bytes[7] ^= 1;
    ck_assert(!icmp_quotes(&request, bytes, ICMP_SIZE));
    bytes[7] ^= 1;
    bytes[ICMP_HEADER + 4] ^= 1;
    ck_assert(icmp_quotes(&request, bytes, ICMP_HEADER + 4));
    ck_assert(!icmp_quotes(&request, bytes, ICMP_HEADER + 5));
    ck_assert(!icmp_quotes(&request, answer(0), ICMP_SIZE));
}
END_TEST

START_TEST(what_errors_mean)
{
    ck_assert_str_eq(icmp_explain(AF_INET, 3, 1).text, "host unreachable:");
    ck_assert(icmp_explain(AF_INET, 3, 1).proves_absence);
    ck_assert(icmp_explain(AF_INET6, 1, 3).proves_absence);
    ck_assert(!icmp_explain(AF_INET, 3, 13).proves_absence);
    ck_assert(!icmp_explain(AF_INET, 3, 0).proves_absence);
    ck_assert_str_eq(icmp_explain(AF_INET, 11, 0).text, "time to live exceeded on the way to");
    ck_assert_str_eq(icmp_explain(AF_INET6, 3, 0).text, "hop limit exceeded on the way to");
    for (int type = 0; type < 256; type++)
        for (int code = 0; code < 256; code += 5)
            ck_assert(icmp_explain(AF_INET, (uint8_t)type, (uint8_t)code).text &&
                      icmp_explain(AF_INET6, (uint8_t)type, (uint8_t)code).hint);
}
END_TEST

START_TEST(what_reports_a_loss)
{
    static const uint8_t losses[] = {3, 11, 12}, losses6[] = {1, 2, 3, 4};
    size_t found = 0;

    for (size_t i = 0; i < COUNT_OF(losses); i++)
        ck_assert(icmp_is_loss(AF_INET, losses[i]));
    for (size_t i = 0; i < COUNT_OF(losses6); i++)
        ck_assert(icmp_is_loss(AF_INET6, losses6[i]));
    for (int type = 0; type < 256; type++)
        found += icmp_is_loss(AF_INET, (uint8_t)type) + icmp_is_loss(AF_INET6, (uint8_t)type);
    ck_assert_uint_eq(found, COUNT_OF(losses) + COUNT_OF(losses6));
}
END_TEST

SUITE("icmp", what_reports_a_loss, a_request, an_answer, whatever_differs_is_no_answer,
      raw_answers_have_a_header_and_a_checksum, errors_quote_the_request, what_errors_mean)
