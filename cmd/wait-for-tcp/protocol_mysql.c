/* MySQL and MariaDB: the handshake is gone through to its end, with a user that does not exist. A server counts connections that
 * break it off, and blocks the host after max_connect_errors of them (100); it does not count a login that it refuses. */
#include <stdio.h>
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

enum {
    HEAD = 4, /* three bytes of length, and the number of the packet */
    PACKET_MOST = 16 * 1024,
    VERSION_10 = 10,
    BEHIND_VERSION = 15, /* thread, 8 bytes of salt, a filler, capabilities */
    CAPABILITIES = 13,
    PROTOCOL_41 = 0x0200,
    OK_LEAST = 7,    /* rows, an identifier, status, warnings */
    ROUNDS_MOST = 8, /* answers to what the server asks for */
    WORDS = 128,
};

/* How packets of the server begin. */
enum { PACKET_OK = 0x00, PACKET_SWITCH = 0xFE, PACKET_ERROR = 0xFF };

/* "NNNN ": the code of the error. */
static const struct talk_rule rules[] = {
    {"1045 ", TALK_READY, "it denies access without credentials", NULL},
    {"1698 ", TALK_READY, "it denies access without credentials", NULL},
    {"1251 ", TALK_READY, "it denies access without credentials", NULL},
    {"3118 ", TALK_READY, "it denies access without credentials", NULL},
    {"4151 ", TALK_READY, "it denies access without credentials", NULL},
    {"3159 ", TALK_READY, "it asks for TLS", NULL},
    {"1040 ", TALK_NOT_YET, "MySQL has too many connections",
     "max_connections, or clients that do not close theirs"},
    {"1129 ", TALK_NOT_YET, "MySQL has blocked this host after too many broken connections",
     "run mysqladmin flush-hosts (or FLUSH HOSTS, TRUNCATE performance_schema.host_cache), and look for what connects "
     "without logging in: a health check of the port alone"},
    {"1130 ", TALK_NOT_YET, "MySQL allows no user to connect from this host",
     "no account has a host part that fits: CREATE USER 'app'@'%'"},
    {"1053 ", TALK_NOT_YET, "MySQL is shutting down", NULL},
    {"3032 ", TALK_NOT_YET, "MySQL is in offline mode", NULL},
    {"", TALK_NOT_YET, "MySQL refuses the connection", NULL},
};

/* What a login without a password answers to a plugin; another length would be a broken handshake. All bytes are 0. */
static const struct plugin {
    const char *name;
    size_t first, next; /* bytes of the first packet, and of the ones behind it */
    /* A person is asked (PAM): what comes behind the first packet is the question, and a refusal would take seconds. */
    bool asks;
} plugins[] = {
    {"", 0, 0, false}, /* any other */
    {"client_ed25519", 64, 0, false},
    {"parsec", 0, 96, false},
    {"dialog", 0, 0, true},
};

static enum talk_verdict judge_error(struct talk *talk, const unsigned char *body, size_t length)
{
    char words[WORDS];

    if (length < 3)
        return TALK_INVALID;
    size_t head = length >= 9 && body[3] == '#' ? 9 : 3; /* an SQLSTATE, not before the greeting */
    snprintf(words, sizeof words, "%u %.*s", talk_u16_little(body + 1), (int)(length - head),
             (const char *)body + head);
    return talk_apply(talk, talk_find(rules, sizeof rules / sizeof rules[0], words, strlen(words)), words,
                      strlen(words));
}

/* Sends zeros as the packet behind the one that came. */
static enum talk_verdict answer_zeros(struct talk *talk, size_t length)
{
    unsigned char packet[HEAD + 96] = {(unsigned char)length, 0, 0, (unsigned char)(talk_bytes(talk)[3] + 1)};

    if (talk->step > ROUNDS_MOST)
        return TALK_INVALID;
    talk_send(talk, packet, HEAD + length);
    return TALK_MORE;
}

static enum talk_verdict judge_greeting(struct talk *talk, const unsigned char *body, size_t length)
{
    /* CLIENT_PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH; packets of 16 MiB; utf8; the user; no password; its plugin. */
    static const char login[] = "\x00\x82\x08\x00"
                                "\0\0\0\x01"
                                "\x21"
                                "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                "initkit\0\0mysql_native_password";
    const unsigned char head[HEAD] = {sizeof login, 0, 0, (unsigned char)(talk_bytes(talk)[3] + 1)};
    const unsigned char *end = length > 0 && body[0] == VERSION_10 ? memchr(body + 1, 0, length - 1) : NULL;

    if (!end || body + length - (end + 1) < BEHIND_VERSION ||
        !(talk_u16_little(end + 1 + CAPABILITIES) & PROTOCOL_41))
        return TALK_INVALID;
    talk_send(talk, head, sizeof head);
    talk_send(talk, login, sizeof login);
    return TALK_MORE;
}

static unsigned plugin_find(const char *name, size_t room)
{
    for (unsigned i = 1; i < sizeof plugins / sizeof plugins[0]; i++)
        if (room > strlen(plugins[i].name) && strcmp(name, plugins[i].name) == 0)
            return i;
    return 0;
}

/* The server wants the login by another plugin, whose name follows; none: by the passwords before 4.1. */
static enum talk_verdict judge_switch(struct talk *talk, const char *body, size_t length)
{
    talk->mode = plugin_find(body + 1, length - 1);
    return answer_zeros(talk, length == 1 ? 1 : plugins[talk->mode].first);
}

/* The plugin wants to know more. */
static enum talk_verdict judge_question(struct talk *talk)
{
    const struct plugin *plugin = &plugins[talk->mode];

    return plugin->asks ? talk_ready(talk, "it asks for a password") : answer_zeros(talk, plugin->next);
}

static enum talk_verdict judge_packet(struct talk *talk, const char *body, size_t length)
{
    static const char quit[] = {1, 0, 0, 0, 1};
    bool is_greeting = talk->step++ == 0;

    if (length == 0)
        return TALK_INVALID;
    if ((unsigned char)body[0] == PACKET_ERROR)
        return judge_error(talk, (const unsigned char *)body, length);
    if (is_greeting)
        return judge_greeting(talk, (const unsigned char *)body, length);
    if ((unsigned char)body[0] == PACKET_SWITCH)
        return judge_switch(talk, body, length);
    if (body[0] != PACKET_OK)
        return judge_question(talk);
    if (length < OK_LEAST)
        return TALK_INVALID;
    talk_send(talk, quit, sizeof quit);
    return talk_ready(talk, "it lets in anybody, without a password");
}

static enum talk_verdict mysql_judge(struct talk *talk)
{
    while (talk->in.length >= HEAD) {
        size_t length = talk_u32_little(talk_bytes(talk)) & 0xFFFFFF;
        if (length > PACKET_MOST)
            return TALK_INVALID;
        if (talk->in.length < HEAD + length)
            break;
        enum talk_verdict verdict = judge_packet(talk, talk->in.data + HEAD, length);
        if (verdict != TALK_MORE)
            return verdict;
        talk_drop(talk, HEAD + length);
    }
    return TALK_MORE;
}

const struct protocol protocol_mysql = {.title = "MySQL", .judge = mysql_judge};
