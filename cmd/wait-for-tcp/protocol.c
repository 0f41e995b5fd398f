#include "cmd/wait-for-tcp/protocol.h"

#include "common/base/banned.h"

const char *const protocol_names[] = {
    "none", "postgres",  "mysql", "redis", "mongodb", "amqp", "kafka", "memcached",
    "nats", "zookeeper", "ldap",  "smtp",  "imap",    "cql",  NULL,
};

const struct protocol *protocol_chosen(int choice)
{
    /* In the order of the names. */
    static const struct protocol *const protocols[] = {
        NULL,           &protocol_postgres, &protocol_mysql,     &protocol_redis, &protocol_mongodb,
        &protocol_amqp, &protocol_kafka,    &protocol_memcached, &protocol_nats,  &protocol_zookeeper,
        &protocol_ldap, &protocol_smtp,     &protocol_imap,      &protocol_cql,
    };
    _Static_assert(sizeof protocols / sizeof protocols[0] + 1 ==
                       sizeof protocol_names / sizeof protocol_names[0],
                   "a name for each protocol");

    return protocols[choice];
}
