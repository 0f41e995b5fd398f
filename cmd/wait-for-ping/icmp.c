#include "cmd/wait-for-ping/icmp.h"

#include <string.h>
#include <sys/socket.h>

#include "common/base/banned.h"

enum {
    V4_REPLY = 0,
    V4_UNREACHABLE = 3,
    V4_REQUEST = 8,
    V4_TIME_EXCEEDED = 11,
    V4_PARAMETER_PROBLEM = 12,
    V6_UNREACHABLE = 1,
    V6_TIME_EXCEEDED = 3,
    V6_PARAMETER_PROBLEM = 4,
    V6_REQUEST = 128,
    V6_REPLY = 129,
    IP_HEADER_LEAST = 20,
    IP_PROTOCOL_AT = 9,
    IP_PROTOCOL_ICMP = 1,
};

static void put_16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint16_t get_16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* RFC 1071; 0 over a message whose checksum is right. */
static uint16_t checksum(const uint8_t *bytes, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    while (sum > 0xFFFF)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}

void icmp_write(const struct icmp_request *request, uint8_t bytes[ICMP_SIZE])
{
    memset(bytes, 0, ICMP_HEADER);
    bytes[0] = request->family == AF_INET6 ? V6_REQUEST : V4_REQUEST;
    put_16(bytes + 4, request->id);
    put_16(bytes + 6, request->sequence);
    memcpy(bytes + ICMP_HEADER, request->payload, ICMP_PAYLOAD);
    if (request->family == AF_INET)
        put_16(bytes + 2, checksum(bytes, ICMP_SIZE));
}

/* `bytes` holds a header. */
static bool header_fits(const struct icmp_request *request, uint8_t type, const uint8_t *bytes)
{
    return bytes[0] == type && bytes[1] == 0 && get_16(bytes + 4) == request->id &&
           get_16(bytes + 6) == request->sequence;
}

enum icmp_kind icmp_read(const struct icmp_request *request, const uint8_t *bytes, size_t length)
{
    if (length < ICMP_HEADER)
        return ICMP_CUT;
    if (!header_fits(request, request->family == AF_INET6 ? V6_REPLY : V4_REPLY, bytes))
        return ICMP_FOREIGN;
    if (length != ICMP_SIZE)
        return ICMP_CUT;
    return memcmp(bytes + ICMP_HEADER, request->payload, ICMP_PAYLOAD) == 0 ? ICMP_ANSWER : ICMP_ALTERED;
}

enum icmp_kind icmp_read_raw(const struct icmp_request *request, const uint8_t *bytes, size_t length)
{
    size_t header = length > 0 ? (size_t)(bytes[0] & 0x0F) * 4 : 0;

    if (length < IP_HEADER_LEAST || bytes[0] >> 4 != 4 || header < IP_HEADER_LEAST || header > length)
        return ICMP_CUT;
    if (bytes[IP_PROTOCOL_AT] != IP_PROTOCOL_ICMP)
        return ICMP_FOREIGN;
    enum icmp_kind kind = icmp_read(request, bytes + header, length - header);
    if (kind == ICMP_ANSWER && checksum(bytes + header, length - header) != 0)
        return ICMP_CUT;
    return kind;
}

bool icmp_quotes(const struct icmp_request *request, const uint8_t *bytes, size_t length)
{
    if (length < ICMP_HEADER ||
        !header_fits(request, request->family == AF_INET6 ? V6_REQUEST : V4_REQUEST, bytes))
        return false;
    size_t quoted = length < ICMP_SIZE ? length : ICMP_SIZE;
    return memcmp(bytes + ICMP_HEADER, request->payload, quoted - ICMP_HEADER) == 0;
}

/* --- what errors mean --- */

bool icmp_is_loss(int family, uint8_t type)
{
    if (family == AF_INET6)
        return type >= V6_UNREACHABLE && type <= V6_PARAMETER_PROBLEM;
    return type == V4_UNREACHABLE || type == V4_TIME_EXCEEDED || type == V4_PARAMETER_PROBLEM;
}

enum { ANY_CODE = -1 };

static const char no_host[] = "nobody answers for that address: is the node or pod behind it up?";
static const char no_route[] = "a router on the way knows no route there";
static const char forbidden[] = "a firewall or NetworkPolicy rejects it";
static const char loops[] = "the packet went from router to router until its time was over: is there a loop?";

static const struct {
    int family, type, code;
    struct icmp_meaning meaning;
} meanings[] = {
    {AF_INET, V4_UNREACHABLE, 0, {"network unreachable:", no_route, false}},
    {AF_INET, V4_UNREACHABLE, 1, {"host unreachable:", no_host, true}},
    {AF_INET, V4_UNREACHABLE, 2, {"the host takes no ICMP:", forbidden, false}},
    {AF_INET, V4_UNREACHABLE, 3, {"rejected as if it were a closed port:", forbidden, false}},
    {AF_INET, V4_UNREACHABLE, 6, {"network unknown:", no_route, false}},
    {AF_INET, V4_UNREACHABLE, 7, {"host unknown:", no_host, true}},
    {AF_INET, V4_UNREACHABLE, 9, {"administratively prohibited:", forbidden, false}},
    {AF_INET, V4_UNREACHABLE, 10, {"administratively prohibited:", forbidden, false}},
    {AF_INET, V4_UNREACHABLE, 13, {"administratively prohibited:", forbidden, false}},
    {AF_INET, V4_TIME_EXCEEDED, ANY_CODE, {"time to live exceeded on the way to", loops, false}},
    {AF_INET6, V6_UNREACHABLE, 0, {"network unreachable:", no_route, false}},
    {AF_INET6, V6_UNREACHABLE, 1, {"administratively prohibited:", forbidden, false}},
    {AF_INET6, V6_UNREACHABLE, 3, {"host unreachable:", no_host, true}},
    {AF_INET6, V6_UNREACHABLE, 4, {"rejected as if it were a closed port:", forbidden, false}},
    {AF_INET6, V6_UNREACHABLE, 5, {"administratively prohibited:", forbidden, false}},
    {AF_INET6, V6_UNREACHABLE, 6, {"rejected by a route:", no_route, false}},
    {AF_INET6, V6_TIME_EXCEEDED, ANY_CODE, {"hop limit exceeded on the way to", loops, false}},
};

struct icmp_meaning icmp_explain(int family, uint8_t type, uint8_t code)
{
    static const struct icmp_meaning other = {
        "not delivered:", "a router or the host itself refused the packet", false};

    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].family == family && meanings[i].type == type &&
            (meanings[i].code == code || meanings[i].code == ANY_CODE))
            return meanings[i].meaning;
    return other;
}
