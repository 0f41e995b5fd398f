#include "cmd/wait-for-tcp/protocol.h"

#include <stdio.h>

#include "tests/unit/suite.h"
#include "tests/unit/talk_rows.h"

static struct talk talk;

START_TEST(redis)
{
    static const struct talk_row rows[] = {
        {&protocol_redis, IN("+PONG\r\n"), TALK_READY, "", NULL},
        {&protocol_redis, IN("-NOAUTH Authentication required.\r\n"), TALK_READY, "it asks for a password",
         NULL},
        {&protocol_redis, IN("-LOADING Redis is loading the dataset in memory\r\n"), TALK_NOT_YET,
         "Redis is loading its data into memory (LOADING)", NULL},
        {&protocol_redis, IN("-MASTERDOWN Link with MASTER is down\r\n"), TALK_NOT_YET,
         "Redis has lost its master and serves no stale data (MASTERDOWN)", NULL},
        {&protocol_redis, IN("-ERR max number of clients reached\r\n"), TALK_NOT_YET,
         "Redis has too many clients (maxclients)", NULL},
        {&protocol_redis, IN("-DENIED Redis is running in protected mode\r\n"), TALK_NOT_YET,
         "Redis takes no connections from other hosts (protected mode)", NULL},
        {&protocol_redis, IN("-NOPERM this user has no permissions to run the 'ping' command\r\n"),
         TALK_NOT_YET, "this user may not run PING in Redis (NOPERM)", NULL},
        {&protocol_redis, IN("-ODD something else\r\n"), TALK_NOT_YET, "Redis answers with an error",
         "ODD something else"},
        {&protocol_redis, IN("+OK\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_redis, IN("+PONGO\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_redis, IN("\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_redis, IN(":1\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_redis, IN("HTTP/1.1 400 Bad Request\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_redis, "+PONG", 5);
}
END_TEST

START_TEST(redis_with_a_password)
{
    static const struct talk_row rows[] = {
        {&protocol_redis, IN("+OK\r\n+PONG\r\n"), TALK_READY, "", NULL},
        {&protocol_redis, IN("+OK\r\n-LOADING Redis is loading the dataset in memory\r\n"), TALK_NOT_YET,
         "Redis is loading its data into memory (LOADING)", NULL},
        {&protocol_redis, IN("-WRONGPASS invalid username-password pair\r\n"), TALK_NEVER,
         "Redis refuses the password (WRONGPASS)", NULL},
        {&protocol_redis, IN("-ERR invalid password\r\n"), TALK_NEVER, "Redis refuses the password", NULL},
        {&protocol_redis, IN("-ERR wrong number of arguments for 'auth' command\r\n"), TALK_NEVER,
         "this Redis has no users, only a password", NULL},
        {&protocol_redis, IN("-ERR AUTH <password> called without any password configured\r\n"), TALK_NOT_YET,
         "Redis has no password, but one was given", NULL},
        {&protocol_redis, IN("-ERR Client sent AUTH, but no password is set\r\n"), TALK_NOT_YET,
         "Redis has no password, but one was given", NULL},
        {&protocol_redis, IN("-NOAUTH Authentication required.\r\n"), TALK_NOT_YET,
         "Redis answers with an error", "not shown"},
        {&protocol_redis, IN("-ERR unknown command `AUTH`, with args beginning with: `S3cret`\r\n"),
         TALK_NOT_YET, "Redis answers with an error", "not shown"},
        {&protocol_redis, IN("+PONG\r\n"), TALK_INVALID, NULL, NULL}, /* AUTH is not answered */
        {&protocol_redis, IN("+OK\r\n+OK\r\n"), TALK_INVALID, NULL, NULL},
    };
    struct buf opening, password;

    talk_rows_hold(rows, COUNT_OF(rows), true);
    buf_init(&opening, 1024);
    buf_init(&password, 1024);
    buf_add(&password, "a\0b", 3);
    ck_assert(protocol_redis_opening(&opening, "me", &password));
    ck_assert_uint_eq(opening.length,
                      sizeof "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$3\r\na\0b\r\n*1\r\n$4\r\nPING\r\n" - 1);
    ck_assert_int_eq(memcmp(opening.data,
                            "*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$3\r\na\0b\r\n*1\r\n$4\r\nPING\r\n",
                            opening.length),
                     0);
    buf_clear(&opening);
    ck_assert(protocol_redis_opening(&opening, NULL, &password));
    ck_assert_int_eq(
        memcmp(opening.data, "*2\r\n$4\r\nAUTH\r\n$3\r\na\0b\r\n*1\r\n$4\r\nPING\r\n", opening.length), 0);
    buf_free(&opening);
    buf_free(&password);
}
END_TEST

START_TEST(memcached)
{
    static const struct talk_row rows[] = {
        {&protocol_memcached, IN("VERSION 1.6.18\r\n"), TALK_READY, "", NULL},
        {&protocol_memcached, IN("CLIENT_ERROR unauthenticated\r\n"), TALK_READY, "it asks for credentials",
         NULL},
        {&protocol_memcached, IN("ERROR Too many open connections\r\n"), TALK_NOT_YET,
         "memcached has too many connections", "Too many"},
        {&protocol_memcached, IN("SERVER_ERROR out of memory\r\n"), TALK_NOT_YET,
         "memcached answers with an error", "out of memory"},
        {&protocol_memcached, IN("ERROR\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_memcached, "VERSION ", 8);
}
END_TEST

START_TEST(nats)
{
    static const struct talk_row rows[] = {
        {&protocol_nats, IN("INFO {\"server_id\":\"x\"} \r\nPONG\r\n"), TALK_READY, "", NULL},
        {&protocol_nats, IN("INFO {\"server_id\":\"x\"} \r\nPING\r\nINFO {}\r\n+OK\r\nPONG\r\n"), TALK_READY,
         "", NULL},
        {&protocol_nats, IN("INFO {\"auth_required\":true} \r\n"), TALK_READY, "it asks for credentials",
         NULL},
        {&protocol_nats, IN("INFO {\"tls_required\":true} \r\n"), TALK_READY, "it asks for TLS", NULL},
        {&protocol_nats, IN("INFO {}\r\n-ERR 'Authorization Violation'\r\n"), TALK_READY,
         "it asks for credentials", NULL},
        {&protocol_nats, IN("INFO {}\r\n-ERR 'Secure Connection - TLS Required'\r\n"), TALK_READY,
         "it asks for TLS", NULL},
        {&protocol_nats, IN("INFO {}\r\n-ERR 'maximum connections exceeded'\r\n"), TALK_NOT_YET,
         "NATS has too many connections", "maximum"},
        {&protocol_nats, IN("INFO {}\r\n-ERR 'Server Shutdown'\r\n"), TALK_NOT_YET,
         "NATS answers with an error", "Shutdown"},
        {&protocol_nats, IN("INFO {}\r\nPONGO\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_nats, IN("PONG\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_nats, IN("INFO {}\r\nMSG a\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_nats, "INFO {", 6);
    talk_begin(&talk, &protocol_nats, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN("INFO {}\r\nINFO {}\r\n"), 100), TALK_MORE);
    talk_rows_sent(&talk, IN("PING\r\n"));
    talk_free(&talk);
}
END_TEST

#define SRVR                                                                                        \
    "Zookeeper version: 3.8.0, built on 2024\nLatency min/avg/max: 0/0.0/0\nReceived: 5\nSent: 4\n" \
    "Connections: 1\nOutstanding: 0\nZxid: 0x0\n"

START_TEST(zookeeper)
{
    static const struct talk_row rows[] = {
        {&protocol_zookeeper, IN(SRVR "Mode: standalone\n"), TALK_READY, "", NULL},
        {&protocol_zookeeper, IN(SRVR "Mode: follower\n"), TALK_READY, "", NULL},
        {&protocol_zookeeper, IN(SRVR "Mode: read-only\n"), TALK_NOT_YET,
         "ZooKeeper is read-only: it has lost its quorum", "read-only"},
        {&protocol_zookeeper, IN("This ZooKeeper instance is not currently serving requests\n"), TALK_NOT_YET,
         "ZooKeeper does not serve requests: it starts, or has no quorum", "not currently"},
        {&protocol_zookeeper, IN("srvr is not executed because it is not in the whitelist.\n"), TALK_NOT_YET,
         "ZooKeeper does not allow srvr", "whitelist"},
        {&protocol_zookeeper, IN(SRVR "Mode: odd\n"), TALK_INVALID, NULL, NULL},
        {&protocol_zookeeper, IN("imok\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_zookeeper, SRVR, sizeof SRVR - 1);
}
END_TEST

START_TEST(mail)
{
    static const struct talk_row rows[] = {
        {&protocol_smtp, IN("220 mail.test ESMTP\r\n"), TALK_READY, "", NULL},
        {&protocol_smtp, IN("220-mail.test\r\n220-one moment\r\n220 now\r\n"), TALK_READY, "", NULL},
        {&protocol_smtp, IN("421 too busy\r\n"), TALK_NOT_YET, "the mail server is not available (421)",
         "too busy"},
        {&protocol_smtp, IN("220-mail.test\r\n554 go away\r\n"), TALK_NOT_YET,
         "the mail server takes no mail from this host (554)", "go away"},
        {&protocol_smtp, IN("450 later\r\n"), TALK_NOT_YET, "the mail server does not serve for now",
         "later"},
        {&protocol_smtp, IN("+OK POP3\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_smtp, IN("2200 no\r\n"), TALK_INVALID, NULL, NULL},
        {&protocol_imap, IN("* OK [CAPABILITY IMAP4rev1] ready\r\n"), TALK_READY, "", NULL},
        {&protocol_imap, IN("* PREAUTH hello\r\n"), TALK_READY, "", NULL},
        {&protocol_imap, IN("* BYE too many connections\r\n"), TALK_NOT_YET,
         "the mail server turns this client away (BYE)", "too many"},
        {&protocol_imap, IN("220 mail.test ESMTP\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_smtp, "220-", 4);
    talk_begin(&talk, &protocol_smtp, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN("220 hello\r\n"), 100), TALK_READY);
    talk_rows_sent(&talk, IN("QUIT\r\n"));
    talk_free(&talk);
}
END_TEST

/* Words of a server go up to its first control byte, and not further than a line has room for. */
START_TEST(words_are_cut)
{
    static const struct talk_row tab = {&protocol_smtp, IN("421 a\tb\r\n"), TALK_NOT_YET,
                                        "the mail server is not available (421)", "\"421 a\""};
    char line[300];

    talk_rows_hold(&tab, 1, false);
    talk_begin(&talk, &protocol_smtp, false);
    memset(line, 'x', sizeof line);
    memcpy(line, "421 ", 4);
    line[sizeof line - 1] = '\n';
    ck_assert_int_eq(talk_rows_say(&talk, line, sizeof line, sizeof line), TALK_NOT_YET);
    ck_assert_uint_lt(strlen(talk.why.detail), 80);
    expect_contains(talk.why.detail, "xxx...\"");
    talk_free(&talk);
}
END_TEST

START_TEST(each_name_has_its_protocol)
{
    size_t count = 0;
    char names[256] = "";

    ck_assert_str_eq(protocol_names[0], "none");
    ck_assert_ptr_null(protocol_chosen(0));
    while (protocol_names[++count])
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", count > 1 ? "|" : "",
                 protocol_names[count]);
    ck_assert_str_eq(names, PROTOCOL_NAMES);
    for (size_t i = 1; i < count; i++)
        ck_assert(protocol_chosen((int)i)->judge != NULL);
    ck_assert_ptr_eq(protocol_chosen(1), &protocol_postgres);
    ck_assert_ptr_eq(protocol_chosen((int)count - 1), &protocol_cql);
}
END_TEST

SUITE("protocol", redis, redis_with_a_password, memcached, nats, zookeeper, mail, words_are_cut,
      each_name_has_its_protocol)
