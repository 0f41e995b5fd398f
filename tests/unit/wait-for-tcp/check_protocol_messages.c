/* The protocols whose messages have a length: PostgreSQL, MySQL, AMQP, Kafka, CQL, LDAP, MongoDB. */
#include "cmd/wait-for-tcp/protocol.h"

#include <stdio.h>

#include "tests/unit/suite.h"
#include "tests/unit/talk_rows.h"

static struct talk talk;

/* --- PostgreSQL --- */

#define PG_ERROR(length, state, message) "E\0\0\0" length "SFATAL\0C" state "\0M" message "\0\0"
#define PG_TRUST                         "R\0\0\0\x08\0\0\0\0"

START_TEST(postgres)
{
    static const struct talk_row rows[] = {
        {&protocol_postgres, IN("R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"), TALK_READY,
         "it asks for credentials", NULL},
        {&protocol_postgres, IN("R\0\0\0\x0c\0\0\0\x05salt"), TALK_READY, "it asks for credentials", NULL},
        {&protocol_postgres, IN(PG_ERROR("\x1a", "57P03", "start")), TALK_NOT_YET,
         "PostgreSQL is starting, recovering or shutting down", ": \"57P03 start\""},
        {&protocol_postgres, IN(PG_ERROR("\x19", "53300", "many")), TALK_NOT_YET,
         "PostgreSQL has too many connections", "53300 many"},
        {&protocol_postgres, IN(PG_ERROR("\x19", "28000", "role")), TALK_READY,
         "it refuses a login without credentials", NULL},
        {&protocol_postgres, IN(PG_ERROR("\x19", "28P01", "pass")), TALK_READY,
         "it refuses a login without credentials", NULL},
        {&protocol_postgres, IN(PG_ERROR("\x19", "3D000", "base")), TALK_READY,
         "it refuses a login without credentials", NULL},
        {&protocol_postgres, IN(PG_ERROR("\x19", "XX000", "oops")), TALK_NOT_YET,
         "PostgreSQL refuses the connection", "XX000 oops"},
        {&protocol_postgres, IN(PG_ERROR("\x19", "08P01", "oops")), TALK_NOT_YET,
         "PostgreSQL refuses the connection", "08P01 oops"},
        {&protocol_postgres, IN(PG_ERROR("\x24", "08P01", "no such user: x")), TALK_READY,
         "it refuses a login without credentials", NULL},
        /* "trust": nothing less than a session counts. */
        {&protocol_postgres,
         IN(PG_TRUST "S\0\0\0\x08"
                     "a\0b\0"
                     "K\0\0\0\x0c"
                     "12345678"
                     "N\0\0\0\x05\0"
                     "Z\0\0\0\x05I"),
         TALK_READY, "", NULL},
        {&protocol_postgres, IN(PG_TRUST PG_ERROR("\x19", "53300", "slot")), TALK_NOT_YET,
         "PostgreSQL has too many connections", "53300 slot"},
        {&protocol_postgres, IN(PG_TRUST PG_ERROR("\x19", "28000", "role")), TALK_READY,
         "it refuses a login without credentials", NULL},
        {&protocol_postgres, IN(PG_TRUST "R\0\0\0\x08\0\0\0\x03"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("Z\0\0\0\x05I"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("R\0\0\0\x08\0\0\0\x0b"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("R\0\0\0\x08\0\0\0\x01"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("R\0\0\0\x04"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("R\0\0\0\x03"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN("R\xff\xff\xff\xff"), TALK_INVALID, NULL, NULL},
        {&protocol_postgres, IN(PG_ERROR("\x15", "5", "five")), TALK_INVALID, NULL, NULL},
        {&protocol_postgres,
         IN("E\0\0\0\x0a"
            "C57P03"),
         TALK_INVALID, NULL, NULL}, /* no field ends */
        {&protocol_postgres, IN("HTTP/1.1 400 Bad Request\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
    talk_rows_bounded(&protocol_postgres, IN("N\0\0\0\x05\0"));
}
END_TEST

/* Protocol 2 has no lengths: the text counts as far as it has come. */
START_TEST(postgres_without_a_process)
{
    talk_begin(&talk, &protocol_postgres, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN("Ecould not fork new process for connection\n\0"), 100),
                     TALK_NOT_YET);
    ck_assert_str_eq(talk.why.text, "PostgreSQL cannot serve the connection");
    expect_contains(talk.why.detail, "could not fork");
    talk_free(&talk);
}
END_TEST

START_TEST(postgres_says_goodbye_to_a_session_alone)
{
    talk_begin(&talk, &protocol_postgres, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN(PG_TRUST "Z\0\0\0\x05I"), 100), TALK_READY);
    talk_rows_sent(&talk, IN("X\0\0\0\x04"));
    talk_free(&talk);
    talk_begin(&talk, &protocol_postgres, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN("R\0\0\0\x0c\0\0\0\x05salt"), 100), TALK_READY);
    talk_rows_sent(&talk, "", 0);
    talk_free(&talk);
}
END_TEST

/* --- MySQL --- */

#define GREETING \
    "\x1a\0\0\0" \
    "\x0a"       \
    "5.5.5-10\0" \
    "1234"       \
    "saltsalt"   \
    "\0"         \
    "\xfe\xf7"   \
    "\x08"
#define LOGIN                                                                      \
    "\x3f\0\0\x01"                                                                 \
    "\x00\x82\x08\x00\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" \
    "initkit\0\0mysql_native_password\0"

START_TEST(mysql)
{
    static const struct talk_row rows[] = {
        {&protocol_mysql, IN(GREETING "\x0f\0\0\x02\xff\x15\x04#28000Access"), TALK_READY,
         "it denies access without credentials", NULL},
        {&protocol_mysql, IN(GREETING "\x0c\0\0\x02\xff\x57\x0c#HY000TLS"), TALK_READY, "it asks for TLS",
         NULL},
        {&protocol_mysql, IN(GREETING "\x07\0\0\x02\0\0\0\x02\0\0\0"), TALK_READY,
         "it lets in anybody, without a password", NULL},
        {&protocol_mysql,
         IN("\x08\0\0\0\xff\x10\x04"
            "Too m"),
         TALK_NOT_YET, "MySQL has too many connections", ": \"1040 Too m\""},
        {&protocol_mysql,
         IN("\x08\0\0\0\xff\x69\x04"
            "Host "),
         TALK_NOT_YET, "MySQL has blocked this host after too many broken connections", ": \"1129 Host \""},
        {&protocol_mysql,
         IN("\x08\0\0\0\xff\x6a\x04"
            "Host "),
         TALK_NOT_YET, "MySQL allows no user to connect from this host", "1130"},
        {&protocol_mysql, IN(GREETING "\x0c\0\0\x02\xff\x1d\x04#08S01bye"), TALK_NOT_YET,
         "MySQL is shutting down", "1053 bye"},
        {&protocol_mysql, IN(GREETING "\x0c\0\0\x02\xff\xe7\x03#HY000odd"), TALK_NOT_YET,
         "MySQL refuses the connection", "999 odd"},
        {&protocol_mysql,
         IN(GREETING "\x08\0\0\x02\xfe"
                     "dialog\0"
                     "\x0b\0\0\x04\x04Password: "),
         TALK_READY, "it asks for a password", NULL},
        {&protocol_mysql, IN("\x02\0\0\0\xff\x10"), TALK_INVALID, NULL, NULL},
        {&protocol_mysql,
         IN("\x03\0\0\0\x0a"
            "5"),
         TALK_MORE, NULL, NULL},
        {&protocol_mysql,
         IN("\x03\0\0\0\x0a"
            "55"),
         TALK_INVALID, NULL, NULL}, /* a version without an end */
        {&protocol_mysql,
         IN("\x03\0\0\0\x09"
            "5\0"),
         TALK_INVALID, NULL, NULL},
        {&protocol_mysql,
         IN("\x03\0\0\0\x0a"
            "5\0"),
         TALK_INVALID, NULL, NULL},
        {&protocol_mysql, IN("\0\0\0\0"), TALK_INVALID, NULL, NULL},
        {&protocol_mysql, IN("\xff\xff\xff\0"), TALK_INVALID, NULL, NULL},
        {&protocol_mysql, IN(GREETING "\x01\0\0\x02\0"), TALK_INVALID, NULL, NULL},
        {&protocol_mysql, IN(GREETING "\0\0\0\x02"), TALK_INVALID, NULL, NULL},
        {&protocol_mysql, IN("\0\0\0\x07\0\0\0\x02\0\0\0"), TALK_INVALID, NULL,
         NULL}, /* OK, but no greeting */
        {&protocol_mysql, IN("220 mail.test ESMTP\r\n"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

/* Packets of another length would count as broken connections. */
START_TEST(mysql_answers_each_plugin_as_it_wants)
{
    static const struct {
        const char *in;
        size_t length;
        const char *out;
        size_t out_length;
    } plugins[] = {
        {IN("\x16\0\0\x02\xfe"
            "mysql_native_password"),
         IN("\0\0\0\x03")}, /* without an end */
        {IN("\x1b\0\0\x02\xfe"
            "caching_sha2_password\0salt"),
         IN("\0\0\0\x03")},
        {IN("\x08\0\0\x02\xfe"
            "dialog\0"),
         IN("\0\0\0\x03")},
        {IN("\x01\0\0\x02\xfe"), IN("\x01\0\0\x03\0")},
        {IN("\x08\0\0\x02\xfe"
            "parsec\0"
            "\x02\0\0\x04P0"),
         NULL, 4 + 4 + 96},
        {IN("\x11\0\0\x02\xfe"
            "client_ed25519\0s"),
         NULL, 4 + 64},
    };

    for (size_t i = 0; i < COUNT_OF(plugins); i++) {
        talk_begin(&talk, &protocol_mysql, false);
        ck_assert_int_eq(talk_rows_say(&talk, IN(GREETING), 100), TALK_MORE);
        talk_rows_sent(&talk, IN(LOGIN));
        buf_clear(&talk.out);
        ck_assert_int_eq(talk_rows_say(&talk, plugins[i].in, plugins[i].length, 100), TALK_MORE);
        if (plugins[i].out)
            talk_rows_sent(&talk, plugins[i].out, plugins[i].out_length);
        ck_assert_uint_eq(talk.out.length, plugins[i].out_length);
        talk_free(&talk);
    }
}
END_TEST

START_TEST(mysql_does_not_answer_for_ever)
{
    enum talk_verdict verdict;
    int rounds = 0;

    talk_begin(&talk, &protocol_mysql, false);
    for (verdict = talk_rows_say(&talk, IN(GREETING), 100); verdict == TALK_MORE && rounds < 100; rounds++)
        verdict = talk_rows_say(&talk, IN("\x02\0\0\x04\x04?"), 100);
    ck_assert_int_eq(verdict, TALK_INVALID);
    talk_free(&talk);
}
END_TEST

/* --- frames --- */

START_TEST(amqp)
{
    static const struct talk_row rows[] = {
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x08\0\x0a\0\x0a\0\x09..\xce"), TALK_READY, "", NULL},
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x09\0\x0a\0\x32\x01\x40\x02no\xce"), TALK_NOT_YET,
         "the broker closes the connection", "no"},
        {&protocol_amqp, IN("AMQP\x03\x01\0\0"), TALK_NOT_YET,
         "the broker speaks another version of AMQP, not 0-9-1", "1.0.0"},
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x08\0\x0a\0\x0a\0\x09..\0"), TALK_INVALID, NULL,
         NULL}, /* its end */
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x08\0\x0a\0\x0a\0\x08..\xce"), TALK_INVALID, NULL,
         NULL}, /* 0-8 */
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x08\0\x0b\0\x0a\0\x09..\xce"), TALK_INVALID, NULL,
         NULL}, /* its class */
        {&protocol_amqp, IN("\x01\0\x01\0\0\0\x08\0\x0a\0\x0a\0\x09..\xce"), TALK_INVALID, NULL,
         NULL}, /* its channel */
        {&protocol_amqp, IN("\x01\0\0\xff\xff\xff\xff"), TALK_INVALID, NULL, NULL},
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x02\0\x0a\xce"), TALK_INVALID, NULL, NULL},
        {&protocol_amqp, IN("\x01\0\0\0\0\0\x07\0\x0a\0\x32\x01\x40\x02\xce"), TALK_INVALID, NULL,
         NULL}, /* words cut */
        {&protocol_amqp, IN("AMQX"), TALK_INVALID, NULL, NULL},
        {&protocol_amqp, IN("HTTP/1.1 400"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

START_TEST(kafka)
{
    static const struct talk_row rows[] = {
        {&protocol_kafka, IN("\0\0\0\x10ikit\0\0\0\0\0\x01\0\x12\0\0\0\x03"), TALK_READY, "", NULL},
        {&protocol_kafka, IN("\0\0\0\x0aikit\0\x23\0\0\0\0"), TALK_NOT_YET, "Kafka answers with an error",
         "error code 35"},
        {&protocol_kafka, IN("\0\0\0\x0aikit\0\0\0\0\0\0"), TALK_INVALID, NULL,
         NULL}, /* nothing that it can do */
        {&protocol_kafka, IN("\0\0\0\x10kiti\0\0\0\0\0\x01\0\x12\0\0\0\x03"), TALK_INVALID, NULL, NULL},
        {&protocol_kafka, IN("\0\0\0\x10ikit\0\0\0\0\0\x02\0\x12\0\0\0\x03"), TALK_INVALID, NULL, NULL},
        {&protocol_kafka, IN("\0\0\0\x10ikit\0\0\xff\xff\xff\xff\0\x12\0\0\0\x03"), TALK_INVALID, NULL, NULL},
        {&protocol_kafka, IN("\0\0\0\x09ikit"), TALK_INVALID, NULL, NULL},
        {&protocol_kafka, IN("HTTP"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

START_TEST(cql)
{
    static const struct talk_row rows[] = {
        {&protocol_cql,
         IN("\x84\0\0\0\x06\0\0\0\x07\0\x01\0\x01"
            "a\0\0"),
         TALK_READY, "", NULL},
        {&protocol_cql, IN("\x84\0\0\0\0\0\0\0\x08\0\0\x10\x02\0\x02no"), TALK_NOT_YET,
         "the node is still bootstrapping", "1002 no"},
        {&protocol_cql, IN("\x84\0\0\0\0\0\0\0\x08\0\0\x10\x01\0\x02no"), TALK_NOT_YET,
         "the node is overloaded", "1001 no"},
        {&protocol_cql, IN("\x83\0\0\0\0\0\0\0\x08\0\0\0\x0a\0\x02no"), TALK_NOT_YET,
         "the node speaks no version 4 of CQL's protocol", "000a no"},
        {&protocol_cql, IN("\x84\0\0\0\0\0\0\0\x08\0\0\0\0\0\x02no"), TALK_NOT_YET,
         "the node answers with an error", "0000 no"},
        {&protocol_cql, IN("\x82"), TALK_NOT_YET, "the node speaks no version 4 of CQL's protocol", NULL},
        {&protocol_cql, IN("\x84\0\0\0\x06\0\0\0\x02\0\0"), TALK_INVALID, NULL,
         NULL}, /* it supports nothing */
        {&protocol_cql, IN("\x84\0\0\0\x06\0\0\0\0"), TALK_INVALID, NULL, NULL},
        {&protocol_cql, IN("\x84\0\0\0\x02\0\0\0\0"), TALK_INVALID, NULL,
         NULL}, /* READY, which was not asked for */
        {&protocol_cql, IN("\x84\0\0\x01\x06\0\0\0\x02\0\x01"), TALK_INVALID, NULL, NULL},
        {&protocol_cql, IN("\x84\0\0\0\0\0\0\0\x08\0\0\0\0\0\x03no"), TALK_INVALID, NULL, NULL},
        {&protocol_cql, IN("\x84\0\0\0\x06\xff\xff\xff\xff"), TALK_INVALID, NULL, NULL},
        {&protocol_cql, IN("\x04\0\0\0\x05\0\0\0\0"), TALK_INVALID, NULL, NULL}, /* our own words */
        {&protocol_cql, IN("\xff"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

/* --- LDAP --- */

#define ENTRY "\x30\x09\x02\x01\x01\x64\x04\x04\0\x30\0"

START_TEST(ldap)
{
    static const struct talk_row rows[] = {
        {&protocol_ldap, IN(ENTRY "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\0\x04\0\x04\0"), TALK_READY, "",
         NULL},
        {&protocol_ldap, IN(ENTRY "\x30\x84\0\0\0\x10\x02\x01\x01\x65\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0"),
         TALK_READY, "", NULL},
        {&protocol_ldap, IN("\x30\x0e\x02\x01\x01\x65\x09\x0a\x01\x30\x04\0\x04\x02no"), TALK_READY,
         "it asks for a login", NULL},
        {&protocol_ldap, IN("\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x0d\x04\0\x04\0"), TALK_READY,
         "it asks for TLS", NULL},
        {&protocol_ldap, IN("\x30\x0e\x02\x01\x01\x65\x09\x0a\x01\x33\x04\0\x04\x02no"), TALK_NOT_YET,
         "the directory server is busy", "51 no"},
        {&protocol_ldap, IN("\x30\x0e\x02\x01\x01\x65\x09\x0a\x01\x34\x04\0\x04\x02no"), TALK_NOT_YET,
         "the directory server is not available", "52 no"},
        {&protocol_ldap, IN("\x30\x0e\x02\x01\x01\x65\x09\x0a\x01\x50\x04\0\x04\x02no"), TALK_NOT_YET,
         "the directory server answers with an error", "80 no"},
        {&protocol_ldap, IN("\x30\x0c\x02\x01\0\x78\x07\x0a\x01\0\x04\0\x04\0"), TALK_NOT_YET,
         "the directory server closes the connection", "0"},
        {&protocol_ldap, IN("\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\0\x04\0\x04\0"), TALK_INVALID, NULL,
         NULL}, /* to another request */
        {&protocol_ldap, IN("\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0"), TALK_INVALID, NULL, NULL},
        {&protocol_ldap, IN("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\0\x04\0\x04\0"), TALK_INVALID, NULL,
         NULL}, /* to a bind */
        {&protocol_ldap, IN("\x30\x0d\x02\x01\x01\x65\x08\x0a\x02\0\0\x04\0\x04\0"), TALK_INVALID, NULL,
         NULL},
        {&protocol_ldap, IN("\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\0\x04\x09\x04\0"), TALK_INVALID, NULL,
         NULL}, /* too long within */
        {&protocol_ldap, IN("\x30\x80"), TALK_INVALID, NULL, NULL},
        {&protocol_ldap, IN("\x30\x85\0\0\0\0\x01"), TALK_INVALID, NULL, NULL},
        {&protocol_ldap, IN("\x30\x84\xff\xff\xff\xff"), TALK_INVALID, NULL, NULL},
        {&protocol_ldap, IN("HTTP"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

/* --- MongoDB --- */

#define MESSAGE(length, document) length "\0\0\0....\x01\0\0\0\xdd\x07\0\0\0\0\0\0\0" document
#define OK \
    "\x01" \
    "ok\0\0\0\0\0\0\0\xf0\x3f"
#define NOT_OK \
    "\x01"     \
    "ok\0\0\0\0\0\0\0\0\x80"

START_TEST(mongodb)
{
    static const struct talk_row rows[] = {
        {&protocol_mongodb, IN(MESSAGE("\x3a", "\x25\0\0\0\x08isWritablePrimary\0\x01" OK "\0")), TALK_READY,
         "", NULL},
        {&protocol_mongodb, IN(MESSAGE("\x31", "\x1c\0\0\0\x08ismaster\0\x01" OK "\0")), TALK_READY, "",
         NULL},
        {&protocol_mongodb, IN(MESSAGE("\x32", "\x1d\0\0\0\x08secondary\0\x01" OK "\0")), TALK_READY, "",
         NULL},
        {&protocol_mongodb, IN(MESSAGE("\x32", "\x1d\0\0\0\x08secondary\0\0" OK "\0")), TALK_NOT_YET,
         "MongoDB is neither primary nor secondary", NULL},
        {&protocol_mongodb, IN(MESSAGE("\x33", "\x1e\0\0\0\x02info\0\x03\0\0\0no\0" OK "\0")), TALK_NOT_YET,
         "MongoDB is neither primary nor secondary", ": \"no\""},
        {&protocol_mongodb,
         IN(MESSAGE("\x3f", "\x2a\0\0\0\x02"
                            "errmsg\0\x03\0\0\0no\0\x10"
                            "code\0\x5b\0\0\0" NOT_OK "\0")),
         TALK_NOT_YET, "MongoDB answers with an error", "no"},
        {&protocol_mongodb, IN(MESSAGE("\x32", "\x1d\0\0\0\x08secondary\0\x01" NOT_OK "\0")), TALK_NOT_YET,
         "MongoDB answers with an error", NULL},
        {&protocol_mongodb, IN(MESSAGE("\x31", "\x1c\0\0\0\x02ismaster\0\x01" OK "\0")), TALK_INVALID, NULL,
         NULL}, /* text out of bounds */
        {&protocol_mongodb, IN(MESSAGE("\x31", "\x1c\0\0\0\x06ismaster\0\x01" OK "\0")), TALK_INVALID, NULL,
         NULL}, /* of no known type */
        {&protocol_mongodb, IN(MESSAGE("\x31", "\x1d\0\0\0\x08ismaster\0\x01" OK "\0")), TALK_INVALID, NULL,
         NULL}, /* its length */
        {&protocol_mongodb, IN(MESSAGE("\x31", "\x1c\0\0\0\x08ismaster\0\x01" OK "\x01")), TALK_INVALID, NULL,
         NULL}, /* its end */
        {&protocol_mongodb, IN("\x19\0\0\0....\x01\0\0\0\xdd\x07\0\0\0\0\0\0"), TALK_INVALID, NULL, NULL},
        {&protocol_mongodb, IN("\xff\xff\xff\x7f"), TALK_INVALID, NULL, NULL},
        {&protocol_mongodb, IN("HTTP"), TALK_INVALID, NULL, NULL},
    };

    talk_rows_hold(rows, COUNT_OF(rows), false);
}
END_TEST

/* A server that does not know hello is asked once more, in the older way, and not for ever. */
START_TEST(an_old_mongodb)
{
    static const char unknown[] = MESSAGE("\x33", "\x1e\0\0\0\x10"
                                                  "code\0\x3b\0\0\0" NOT_OK "\x0a"
                                                  "x\0\0");

    talk_begin(&talk, &protocol_mongodb, false);
    ck_assert_int_eq(talk_rows_say(&talk, IN(unknown), 100), TALK_MORE);
    ck_assert_uint_eq(talk.out.length, 0x37);
    ck_assert_ptr_nonnull(memmem(talk.out.data, talk.out.length, "isMaster", 8));
    ck_assert_int_eq(talk_rows_say(&talk, IN(unknown), 100), TALK_NOT_YET);
    talk_free(&talk);
}
END_TEST

static const unsigned char *opening(const struct protocol *protocol)
{
    return (const unsigned char *)protocol->opening;
}

/* What is sent first says its own length. */
START_TEST(openings)
{
    ck_assert_uint_eq(talk_u32_little(opening(&protocol_mongodb)), protocol_mongodb.opening_length);
    ck_assert_uint_eq(talk_u32_little(opening(&protocol_mongodb) + 21), protocol_mongodb.opening_length - 21);
    ck_assert_uint_eq(talk_u32(opening(&protocol_postgres)), protocol_postgres.opening_length);
    ck_assert_uint_eq(talk_u32(opening(&protocol_kafka)), protocol_kafka.opening_length - 4);
    ck_assert_uint_eq(opening(&protocol_ldap)[1], protocol_ldap.opening_length - 2);
    ck_assert_uint_eq(protocol_cql.opening_length, 9);
    ck_assert_uint_eq(protocol_amqp.opening_length, 8);
}
END_TEST

SUITE("protocol_messages", postgres, postgres_without_a_process, postgres_says_goodbye_to_a_session_alone,
      mysql, mysql_answers_each_plugin_as_it_wants, mysql_does_not_answer_for_ever, amqp, kafka, cql, ldap,
      mongodb, an_old_mongodb, openings)
