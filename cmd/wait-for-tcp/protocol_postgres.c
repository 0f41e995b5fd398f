/* PostgreSQL: a start-up message without credentials, and what the server says to it (protocol 3.0, as pg_isready judges it). */
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

enum {
    HEAD = 5, /* type, and the length that counts itself */
    LENGTH_LEAST = 4,
    LENGTH_MOST = 30000, /* libpq's own limit: beyond it an error is one of protocol 2, without a length */
    SQLSTATE = 5,
    SASL = 10,
    WORDS = 128,
    LOGGED_IN = 1, /* the step behind AuthenticationOk */
};

/* Errors by SQLSTATE. What is judged after the start-up (login, database) is an answer of a server that serves. */
static const struct talk_rule rules[] = {
    {"57P03", TALK_NOT_YET, "PostgreSQL is starting, recovering or shutting down",
     "a standby with hot_standby = off never takes connections"},
    {"53300", TALK_NOT_YET, "PostgreSQL has too many connections", "max_connections, or a pooler in front"},
    {"28", TALK_READY, "it refuses a login without credentials", NULL},
    {"3D000", TALK_READY, "it refuses a login without credentials", NULL},
    {"42501", TALK_READY, "it refuses a login without credentials", NULL},
    {"55000", TALK_READY, "it refuses a login without credentials", NULL},
    {"", TALK_NOT_YET, "PostgreSQL refuses the connection", NULL},
};

/* PgBouncer's code for all that is wrong, before version 1.21. */
static const struct talk_rule pooler_rules[] = {
    {"no such user", TALK_READY, "it refuses a login without credentials", NULL},
    {"no such database", TALK_READY, "it refuses a login without credentials", NULL},
    {"\"trust\" authentication failed", TALK_READY, "it refuses a login without credentials", NULL},
};

/* The value of a field of an error, or "" when there is none. Each field is a letter and a text that ends in a NUL. */
static const char *error_field(const char *at, size_t length, char wanted)
{
    const char *end = at + length;

    while (at < end && *at != '\0') {
        const char *value = at + 1, *stop = memchr(value, '\0', (size_t)(end - value));
        if (!stop)
            break;
        if (*at == wanted)
            return value;
        at = stop + 1;
    }
    return "";
}

static enum talk_verdict judge_error(struct talk *talk, const char *body, size_t length)
{
    const char *state = error_field(body, length, 'C'), *message = error_field(body, length, 'M');
    const struct talk_rule *rule = NULL;
    char words[WORDS];

    if (strlen(state) != SQLSTATE)
        return TALK_INVALID;
    if (strcmp(state, "08P01") == 0)
        rule = talk_find(pooler_rules, sizeof pooler_rules / sizeof pooler_rules[0], message,
                         strlen(message));
    if (!rule)
        rule = talk_find(rules, sizeof rules / sizeof rules[0], state, SQLSTATE);
    snprintf(words, sizeof words, "%s %s", state, message);
    return talk_apply(talk, rule, words, strlen(words));
}

/* A postmaster that cannot start a process for the connection speaks protocol 2: a letter and a text. */
static enum talk_verdict judge_old_error(struct talk *talk)
{
    static const struct talk_rule rule = {"", TALK_NOT_YET, "PostgreSQL cannot serve the connection",
                                          "is its limit of memory or processes reached?"};

    return talk_refuse(talk, &rule, talk->in.data + 1, talk->in.length - 1);
}

/* An authentication request: of nothing more, which means a login, or of one of the kinds up to SASL. */
static enum talk_verdict judge_request(struct talk *talk, const unsigned char *body, size_t length)
{
    uint32_t kind = length >= 4 ? talk_u32(body) : UINT32_MAX;

    if (talk->step == LOGGED_IN || kind == 1 || kind > SASL)
        return TALK_INVALID;
    talk->step = LOGGED_IN;
    return kind == 0 ? TALK_MORE : talk_ready(talk, "it asks for credentials");
}

static enum talk_verdict judge_message(struct talk *talk, char type, const char *body, size_t length)
{
    static const char goodbye[] = {'X', 0, 0, 0, 4};

    switch (type) {
    case 'E':
        return judge_error(talk, body, length);
    case 'N': /* a notice */
    case 'v': /* what of the protocol it does not know */
        return TALK_MORE;
    case 'R':
        return judge_request(talk, (const unsigned char *)body, length);
    case 'S': /* a parameter */
    case 'K': /* the key to cancel with */
        return talk->step == LOGGED_IN ? TALK_MORE : TALK_INVALID;
    case 'Z':
        if (talk->step != LOGGED_IN)
            return TALK_INVALID;
        talk_send(talk, goodbye, sizeof goodbye);
        return talk_ready(talk, NULL);
    default:
        return TALK_INVALID;
    }
}

static bool is_expected(char type)
{
    return type != '\0' && strchr("ENvRSKZ", type);
}

/* "trust" lets anybody in: then nothing less than a session that is ready counts. */
static enum talk_verdict postgres_judge(struct talk *talk)
{
    while (talk->in.length >= HEAD) {
        uint32_t length = talk_u32(talk_bytes(talk) + 1);
        if (talk->in.data[0] == 'E' && length > LENGTH_MOST)
            return judge_old_error(talk);
        if (!is_expected(talk->in.data[0]) || length < LENGTH_LEAST || length > LENGTH_MOST)
            return TALK_INVALID;
        if (talk->in.length < length + 1)
            break;
        enum talk_verdict verdict = judge_message(talk, talk->in.data[0], talk->in.data + HEAD,
                                                  length - LENGTH_LEAST);
        if (verdict != TALK_MORE)
            return verdict;
        talk_drop(talk, length + 1);
    }
    return TALK_MORE;
}

static const char opening[] = "\0\0\0\x46\0\3\0\0"
                              "user\0initkit\0"
                              "database\0postgres\0"
                              "application_name\0wait-for-tcp\0";

const struct protocol protocol_postgres = {
    .title = "PostgreSQL",
    .opening = opening,
    .opening_length = sizeof opening,
    .judge = postgres_judge,
};
