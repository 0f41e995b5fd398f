/* Protocols of lines: memcached, NATS, ZooKeeper's four-letter words, SMTP, IMAP. */
#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

#define COUNT(rules)   (sizeof(rules) / sizeof(rules)[0])
#define OPENING(bytes) .opening = (bytes), .opening_length = sizeof(bytes) - 1

static enum talk_verdict judge_line(struct talk *talk, size_t length, const struct talk_rule *rules,
                                    size_t count)
{
    const char *line = talk->in.data;

    return talk_apply(talk, talk_find(rules, count, line, length), line, length);
}

/* Judges line after line until one decides. */
static enum talk_verdict judge_lines(struct talk *talk, const struct talk_rule *rules, size_t count)
{
    for (int length; (length = talk_line(talk)) >= 0; talk_drop_line(talk)) {
        enum talk_verdict verdict = judge_line(talk, (size_t)length, rules, count);
        if (verdict != TALK_MORE)
            return verdict;
    }
    return TALK_MORE;
}

/* --- memcached --- */

static enum talk_verdict memcached_judge(struct talk *talk)
{
    static const struct talk_rule rules[] = {
        {"VERSION ", TALK_READY, NULL, NULL},
        {"CLIENT_ERROR unauthenticated", TALK_READY, "it asks for credentials", NULL},
        {"ERROR Too many open connections", TALK_NOT_YET, "memcached has too many connections", NULL},
        {"SERVER_ERROR", TALK_NOT_YET, "memcached answers with an error", NULL},
    };

    return judge_lines(talk, rules, COUNT(rules));
}

const struct protocol protocol_memcached = {
    .title = "memcached",
    OPENING("version\r\n"),
    .judge = memcached_judge,
};

/* --- NATS: INFO comes before the server counts its connections, so it has to answer PING, too --- */

static bool nats_has(const struct talk *talk, size_t length, const char *member)
{
    return memmem(talk->in.data, length, member, strlen(member)) != NULL;
}

/* Who has to log in, or to speak TLS from here on, gets no further without credentials. */
static enum talk_verdict nats_info(struct talk *talk, size_t length)
{
    if (nats_has(talk, length, "\"auth_required\":true"))
        return talk_ready(talk, "it asks for credentials");
    if (nats_has(talk, length, "\"tls_required\":true"))
        return talk_ready(talk, "it asks for TLS");
    if (talk->step == 0)
        talk_send(talk, "PING\r\n", 6);
    talk->step = 1;
    return TALK_MORE;
}

static enum talk_verdict nats_judge(struct talk *talk)
{
    static const struct talk_rule rules[] = {
        {"PONG\n", TALK_READY, NULL, NULL},
        {"PING", TALK_MORE, NULL, NULL},
        {"+OK", TALK_MORE, NULL, NULL},
        {"-ERR 'Authorization", TALK_READY, "it asks for credentials", NULL},
        {"-ERR 'Secure Connection", TALK_READY, "it asks for TLS", NULL},
        {"-ERR 'maximum connections", TALK_NOT_YET, "NATS has too many connections", NULL},
        {"-ERR", TALK_NOT_YET, "NATS answers with an error", NULL},
    };

    for (int length; (length = talk_line(talk)) >= 0; talk_drop_line(talk)) {
        bool is_info = length > 6 && memcmp(talk->in.data, "INFO {", 6) == 0;
        if (!is_info && talk->step == 0)
            return TALK_INVALID;
        enum talk_verdict verdict = is_info ? nats_info(talk, (size_t)length)
                                            : judge_line(talk, (size_t)length, rules, COUNT(rules));
        if (verdict != TALK_MORE)
            return verdict;
    }
    return TALK_MORE;
}

const struct protocol protocol_nats = {.title = "NATS", .judge = nats_judge};

/* --- ZooKeeper: srvr, which no whitelist takes away. ruok would say only that the process runs --- */

static enum talk_verdict zookeeper_judge(struct talk *talk)
{
    static const struct talk_rule rules[] = {
        {"Mode: leader\n", TALK_READY, NULL, NULL},
        {"Mode: follower\n", TALK_READY, NULL, NULL},
        {"Mode: observer\n", TALK_READY, NULL, NULL},
        {"Mode: standalone\n", TALK_READY, NULL, NULL},
        {"Mode: read-only", TALK_NOT_YET, "ZooKeeper is read-only: it has lost its quorum", NULL},
        {"This ZooKeeper instance is not currently serving requests", TALK_NOT_YET,
         "ZooKeeper does not serve requests: it starts, or has no quorum", NULL},
        {"srvr is not executed", TALK_NOT_YET, "ZooKeeper does not allow srvr",
         "add it to 4lw.commands.whitelist"},
        /* The lines before "Mode". */
        {"Zookeeper version", TALK_MORE, NULL, NULL},
        {"ClickHouse Keeper version", TALK_MORE, NULL, NULL},
        {"Latency", TALK_MORE, NULL, NULL},
        {"Received", TALK_MORE, NULL, NULL},
        {"Sent", TALK_MORE, NULL, NULL},
        {"Connections", TALK_MORE, NULL, NULL},
        {"Outstanding", TALK_MORE, NULL, NULL},
        {"Zxid", TALK_MORE, NULL, NULL},
    };

    return judge_lines(talk, rules, COUNT(rules));
}

const struct protocol protocol_zookeeper = {
    .title = "ZooKeeper",
    OPENING("srvr"),
    .judge = zookeeper_judge,
};

/* --- SMTP and IMAP: the greeting; whoever is greeted says goodbye --- */

static enum talk_verdict greeting_judge(struct talk *talk, const struct talk_rule *rules, size_t count,
                                        const char *farewell)
{
    enum talk_verdict verdict = judge_lines(talk, rules, count);

    if (verdict == TALK_READY)
        talk_send(talk, farewell, strlen(farewell));
    return verdict;
}

static enum talk_verdict smtp_judge(struct talk *talk)
{
    static const struct talk_rule rules[] = {
        {"220-", TALK_MORE, NULL, NULL}, /* more lines follow */
        {"220 ", TALK_READY, NULL, NULL},
        {"421", TALK_NOT_YET, "the mail server is not available (421)", NULL},
        {"554", TALK_NOT_YET, "the mail server takes no mail from this host (554)", NULL},
        {"4", TALK_NOT_YET, "the mail server does not serve for now", NULL},
        {"5", TALK_NOT_YET, "the mail server refuses the connection", NULL},
    };

    return greeting_judge(talk, rules, COUNT(rules), "QUIT\r\n");
}

const struct protocol protocol_smtp = {.title = "SMTP", .judge = smtp_judge};

static enum talk_verdict imap_judge(struct talk *talk)
{
    static const struct talk_rule rules[] = {
        {"* OK", TALK_READY, NULL, NULL},
        {"* PREAUTH", TALK_READY, NULL, NULL},
        {"* BYE", TALK_NOT_YET, "the mail server turns this client away (BYE)", NULL},
    };

    return greeting_judge(talk, rules, COUNT(rules), "a LOGOUT\r\n");
}

const struct protocol protocol_imap = {.title = "IMAP", .judge = imap_judge};
