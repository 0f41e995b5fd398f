/* The protocols of --protocol. */
#ifndef WAIT_FOR_TCP_PROTOCOL_H
#define WAIT_FOR_TCP_PROTOCOL_H

#include "cmd/wait-for-tcp/talk.h"

/* The choices of --protocol, NULL-terminated; the first one is "none". */
extern const char *const protocol_names[];
#define PROTOCOL_NAMES "postgres|mysql|redis|mongodb|amqp|kafka|memcached|nats|zookeeper|ldap|smtp|imap|cql"

/* The protocol of a choice; NULL for "none". */
const struct protocol *protocol_chosen(int choice);

extern const struct protocol protocol_postgres, protocol_mysql, protocol_redis, protocol_mongodb,
    protocol_amqp, protocol_kafka, protocol_memcached, protocol_nats, protocol_zookeeper, protocol_ldap,
    protocol_smtp, protocol_imap, protocol_cql;

/* What is sent to Redis with a password: AUTH, of `user` unless that is NULL, and PING. False: too long. */
bool protocol_redis_opening(struct buf *opening, const char *user, const struct buf *password);

#endif
