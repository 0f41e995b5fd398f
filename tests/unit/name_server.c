#include "tests/unit/name_server.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/dns/dns_memory.h"
#include "tests/unit/message.h"

static const struct name_server_row *find_row(const struct name_server *server, const char *name,
                                              enum dns_type type)
{
    const struct name_server_row *row = server->rows;

    while ((row->name && strcasecmp(row->name, name) != 0) || (row->type != 0 && row->type != type))
        row++;
    return row;
}

static void reply(const struct name_server *server, const struct name_server_row *row, const char *name,
                  enum dns_type type, uint16_t id, const struct sockaddr *to, socklen_t to_length)
{
    ares_dns_record_t *message = message_new(name, type, row->rcode == NAME_SERVER_LATE ? 0 : row->rcode);
    unsigned char *bytes = NULL;
    size_t length = 0;

    ares_dns_record_set_id(message, id);
    if (row->value)
        message_add(message, name, type, row->value);
    else if (row->rcode == 0 || row->rcode == 3)
        message_add_soa(message, "test", NAME_SERVER_SOA_TTL);
    ck_assert_int_eq(ares_dns_write(message, &bytes, &length), ARES_SUCCESS);
    ares_dns_record_destroy(message);
    ck_assert_int_eq(sendto(server->watch.fd, bytes, length, 0, to, to_length), (ssize_t)length);
    ares_free_string(bytes);
}

static void on_query(void *owner, uint32_t events)
{
    struct name_server *server = owner;
    unsigned char bytes[4096];
    struct sockaddr_storage from;
    socklen_t from_length = sizeof from;
    ares_dns_record_t *query = NULL;
    const char *name = NULL;
    ares_dns_rec_type_t type;

    (void)events;
    ssize_t got = recvfrom(server->watch.fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &from_length);
    ck_assert_int_gt(got, 0);
    ck_assert_int_eq(ares_dns_parse(bytes, (size_t)got, 0, &query), ARES_SUCCESS);
    ares_dns_record_query_get(query, 0, &name, &type, NULL);
    size_t told = strlen(server->asked);
    bool unchecked = bytes[3] & 0x10;
    snprintf(server->asked + told, sizeof server->asked - told, "%s/%s%s ", name,
             (int)type >= DNS_SCOUT_FIRST ? "scout" : dns_type_name((enum dns_type)type),
             unchecked ? "+cd" : "");
    const struct name_server_row *row = find_row(server, name, (enum dns_type)type);
    if (row->rcode == NAME_SERVER_GARBAGE)
        sendto(server->watch.fd, "nonsense", 8, 0, (struct sockaddr *)&from, from_length);
    else if (row->rcode != NAME_SERVER_SILENT && (row->rcode != NAME_SERVER_LATE || server->questions > 0))
        reply(server, row, name, (enum dns_type)type, ares_dns_record_get_id(query), (struct sockaddr *)&from,
              from_length);
    server->questions++;
    ares_dns_record_destroy(query);
}

/* A bound socket on a port of the kernel's choice. */
static int bind_somewhere(struct address *address)
{
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof *address;

    ck_assert(address_parse("127.0.0.1", 0, address));
    ck_assert_int_eq(bind(descriptor, &address->socket.any, address_length(address)), 0);
    ck_assert_int_eq(getsockname(descriptor, &address->socket.any, &length), 0);
    return descriptor;
}

void name_server_open(struct name_server *server, struct loop *loop, const struct name_server_row *rows)
{
    memset(server, 0, sizeof *server);
    server->rows = rows;
    server->loop = loop;
    server->watch = (struct loop_watch){.on_event = on_query, .owner = server};
    server->watch.fd = bind_somewhere(&server->address);
    ck_assert(loop_watch_add(loop, &server->watch, EPOLLIN));
}

void name_server_close(struct name_server *server)
{
    loop_watch_remove(server->loop, &server->watch);
    close(server->watch.fd);
}

struct address name_server_nowhere(void)
{
    struct address address;

    close(bind_somewhere(&address));
    return address;
}
