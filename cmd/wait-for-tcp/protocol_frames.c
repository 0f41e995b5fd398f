/* Protocols of frames with a length: AMQP 0-9-1, Kafka, CQL (Cassandra, ScyllaDB). */
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

#define OPENING(bytes) .opening = (bytes), .opening_length = sizeof(bytes) - 1

/* --- AMQP 0-9-1: the header of the protocol is answered by Connection.Start --- */

enum {
    AMQP_HEAD = 7,
    AMQP_METHOD = 1,
    AMQP_END = 0xCE,
    AMQP_CONNECTION = 10,
    AMQP_START = 10,
    AMQP_CLOSE = 50
};

/* "AMQP", an identifier, major, minor, revision: the version that it would speak. */
static enum talk_verdict amqp_other_version(struct talk *talk)
{
    static const struct talk_rule rule = {
        "", TALK_NOT_YET, "the broker speaks another version of AMQP, not 0-9-1",
        "AMQP 1.0? --protocol amqp is for RabbitMQ's 0-9-1; else wait for the port alone"};
    const unsigned char *at = talk_bytes(talk);
    char version[32];

    if (talk->in.length < 8)
        return TALK_MORE;
    snprintf(version, sizeof version, "%u.%u.%u", at[5], at[6], at[7]);
    return talk_refuse(talk, &rule, version, strlen(version));
}

/* Connection.Close: a code, and a short text. */
static enum talk_verdict amqp_close(struct talk *talk, const unsigned char *at, size_t length)
{
    static const struct talk_rule rule = {"", TALK_NOT_YET, "the broker closes the connection", NULL};

    if (length < 3 || length - 3 < at[2])
        return TALK_INVALID;
    return talk_refuse(talk, &rule, (const char *)at + 3, at[2]);
}

static enum talk_verdict amqp_method(struct talk *talk, const unsigned char *at, size_t length)
{
    if (length < 6 || talk_u16(at) != AMQP_CONNECTION)
        return TALK_INVALID;
    if (talk_u16(at + 2) == AMQP_CLOSE)
        return amqp_close(talk, at + 4, length - 4);
    if (talk_u16(at + 2) != AMQP_START || at[4] != 0 || at[5] != 9)
        return TALK_INVALID;
    return talk_ready(talk, NULL);
}

static enum talk_verdict amqp_judge(struct talk *talk)
{
    const unsigned char *at = talk_bytes(talk);

    if (at[0] == 'A')
        return strncmp(talk->in.data, "AMQP", talk->in.length < 4 ? talk->in.length : 4) == 0
                   ? amqp_other_version(talk)
                   : TALK_INVALID;
    if (at[0] != AMQP_METHOD)
        return TALK_INVALID;
    if (talk->in.length < AMQP_HEAD)
        return TALK_MORE;
    uint32_t length = talk_u32(at + 3);
    if (talk_u16(at + 1) != 0 || length > TALK_MESSAGE_MOST)
        return TALK_INVALID;
    if (talk->in.length <= AMQP_HEAD + length)
        return TALK_MORE;
    return at[AMQP_HEAD + length] == AMQP_END ? amqp_method(talk, at + AMQP_HEAD, length) : TALK_INVALID;
}

const struct protocol protocol_amqp = {
    .title = "AMQP",
    OPENING("AMQP\0\0\x09\x01"),
    .judge = amqp_judge,
};

/* --- Kafka: ApiVersions, version 0, which brokers answer before a login --- */

enum { KAFKA_NUMBER = 0x696B6974, KAFKA_LEAST = 10, KAFKA_KEY = 6 /* bytes of an entry */ };

/* The number of the request, an error code, and an array of (key, least version, greatest version). */
static enum talk_verdict kafka_answer(struct talk *talk, const unsigned char *at, size_t length)
{
    static const struct talk_rule rule = {"", TALK_NOT_YET, "Kafka answers with an error", NULL};
    uint32_t count = talk_u32(at + 6);
    char words[32];

    if (talk_u32(at) != KAFKA_NUMBER || count > (length - KAFKA_LEAST) / KAFKA_KEY ||
        length != KAFKA_LEAST + count * KAFKA_KEY)
        return TALK_INVALID;
    snprintf(words, sizeof words, "error code %u", talk_u16(at + 4));
    if (talk_u16(at + 4) != 0)
        return talk_refuse(talk, &rule, words, strlen(words));
    return count > 0 ? talk_ready(talk, NULL) : TALK_INVALID;
}

static enum talk_verdict kafka_judge(struct talk *talk)
{
    if (talk->in.length < 4)
        return TALK_MORE;
    uint32_t length = talk_u32(talk_bytes(talk));
    if (length < KAFKA_LEAST || length > TALK_MESSAGE_MOST)
        return TALK_INVALID;
    return talk->in.length < 4 + length ? TALK_MORE : kafka_answer(talk, talk_bytes(talk) + 4, length);
}

/* A length, the key 18, the version 0, the number, and who asks. */
const struct protocol protocol_kafka = {
    .title = "Kafka",
    OPENING("\0\0\0\x11\0\x12\0\0ikit\0\x07initkit"),
    .judge = kafka_judge,
};

/* --- CQL: OPTIONS is answered by SUPPORTED, before a login --- */

enum {
    CQL_HEAD = 9,        /* version, flags, stream, opcode, length */
    CQL_HEAD_OLDEST = 3, /* the first version with that head */
    CQL_ANSWER = 0x80,
    CQL_ERROR = 0x00,
    CQL_SUPPORTED = 0x06,
};

static const struct talk_rule cql_errors[] = {
    {"1002 ", TALK_NOT_YET, "the node is still bootstrapping", NULL},
    {"1001 ", TALK_NOT_YET, "the node is overloaded", NULL},
    {"000a ", TALK_NOT_YET, "the node speaks no version 4 of CQL's protocol", "wait for the port alone"},
    {"", TALK_NOT_YET, "the node answers with an error", NULL},
};

/* A code in hexadecimal digits, as its document gives them, and a text. */
static enum talk_verdict cql_error(struct talk *talk, const unsigned char *at, size_t length)
{
    char words[128];

    if (length < 6 || length - 6 < talk_u16(at + 4))
        return TALK_INVALID;
    snprintf(words, sizeof words, "%04x %.*s", (unsigned)talk_u32(at), (int)talk_u16(at + 4),
             (const char *)at + 6);
    return talk_apply(talk,
                      talk_find(cql_errors, sizeof cql_errors / sizeof cql_errors[0], words, strlen(words)),
                      words, strlen(words));
}

static enum talk_verdict cql_answer(struct talk *talk, unsigned opcode, const unsigned char *at,
                                    size_t length)
{
    if (opcode == CQL_ERROR)
        return cql_error(talk, at, length);
    if (opcode != CQL_SUPPORTED || length < 2 || talk_u16(at) == 0)
        return TALK_INVALID;
    return talk_ready(talk, NULL);
}

static enum talk_verdict cql_judge(struct talk *talk)
{
    const unsigned char *at = talk_bytes(talk);
    unsigned version = at[0] & ~CQL_ANSWER & 0xFFu;

    if (!(at[0] & CQL_ANSWER) || version == 0 || version > 6)
        return TALK_INVALID;
    if (version < CQL_HEAD_OLDEST)
        return talk_refuse(talk, &cql_errors[2], "", 0);
    if (talk->in.length < CQL_HEAD)
        return TALK_MORE;
    uint32_t length = talk_u32(at + 5);
    if (talk_u16(at + 2) != 0 || length > TALK_MESSAGE_MOST)
        return TALK_INVALID;
    return talk->in.length < CQL_HEAD + length ? TALK_MORE : cql_answer(talk, at[4], at + CQL_HEAD, length);
}

const struct protocol protocol_cql = {
    .title = "CQL",
    OPENING("\x04\0\0\0\x05\0\0\0\0"),
    .judge = cql_judge,
};
