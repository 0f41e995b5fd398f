#include "common/dns/dns_query.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/net/connect.h"

#include "common/base/banned.h"

enum {
    LENGTH = 2,            /* bytes of the length before a message over TCP (RFC 1035, 4.2.2) */
    UDP_MAX = 4096,        /* without EDNS an answer has at most 512 bytes; longer ones are accepted */
    MESSAGE_MAX = 0xFFFF,  /* over TCP */
    FLAG_UNCHECKED = 0x10, /* CD, in the second byte of the flags (RFC 4035, 3.2.2) */
};

/* --- the question as bytes --- */

static uint16_t random_id(void)
{
    uint16_t id = 0;

    if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
        id = (uint16_t)((uintptr_t)&id >> 4); /* never happens: the kernel returns so few bytes at once */
    return id;
}

/* False when the name is invalid, or another one would be asked for: c-ares reads a backslash, which a search list may hold, as the
 * beginning of an escape. */
static bool query_write(struct dns_query *query)
{
    ares_dns_record_t *message = NULL;
    unsigned char *bytes = NULL;
    size_t length = 0;

    if (strchr(query->question.name, '\\'))
        return false;
    query->question.id = random_id();
    ares_status_t status = ares_dns_record_create(&message, query->question.id, ARES_FLAG_RD,
                                                  ARES_OPCODE_QUERY, ARES_RCODE_NOERROR);
    if (status == ARES_SUCCESS)
        status = ares_dns_record_query_add(message, query->question.name,
                                           (ares_dns_rec_type_t)query->question.type, ARES_CLASS_IN);
    if (status == ARES_SUCCESS)
        status = ares_dns_write(message, &bytes, &length);
    if (status == ARES_ENOMEM)
        mem_exhausted();
    bool written = status == ARES_SUCCESS && length <= sizeof query->bytes - LENGTH;
    if (written) {
        query->bytes[0] = (unsigned char)(length >> 8);
        query->bytes[1] = (unsigned char)length;
        memcpy(query->bytes + LENGTH, bytes, length);
        query->bytes[LENGTH + 3] |= query->question.unchecked ? FLAG_UNCHECKED : 0;
        query->length = length;
    }
    ares_free_string(bytes);
    ares_dns_record_destroy(message);
    return written;
}

/* --- the socket --- */

static void query_close(struct dns_query *query)
{
    loop_timer_clear(query->loop, &query->timer);
    if (!query->is_open)
        return;
    loop_watch_remove(query->loop, &query->watch);
    close(query->watch.fd);
    query->is_open = false;
}

static void query_note_end(struct dns_query *query, enum answer_status status)
{
    query_close(query);
    query->answer.status = status;
    query->ended = true;
}

static void query_end(struct dns_query *query, enum answer_status status)
{
    query_note_end(query, status);
    query->on_end(query->owner);
}

static bool query_watch(struct dns_query *query, int descriptor, uint32_t events)
{
    query->watch.fd = descriptor;
    query->is_open = loop_watch_add(query->loop, &query->watch, events);
    if (!query->is_open)
        close(descriptor);
    return query->is_open;
}

/* --- UDP --- */

static void query_set_timer(struct dns_query *query)
{
    if (query->sendings == 0 || query->sent_times < query->sendings)
        loop_timer_set(query->loop, &query->timer, deadline_after(deadline_now(), query->resend));
}

/* False when the kernel reports that the server cannot be reached. A full buffer is ignored: the next attempt to send may
 * succeed. */
static bool query_send(struct dns_query *query)
{
    ssize_t sent = send(query->watch.fd, query->bytes + LENGTH, query->length, MSG_NOSIGNAL);

    query->sent_times++;
    query_set_timer(query);
    return sent >= 0 || errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
}

static bool query_open_udp(struct dns_query *query)
{
    const struct sockaddr *to = &query->server->socket.any;
    int descriptor = socket(to->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (descriptor < 0)
        return false;
    if (connect(descriptor, to, address_length(query->server)) != 0) {
        close(descriptor);
        return false;
    }
    return query_watch(query, descriptor, EPOLLIN) && query_send(query);
}

/* --- TCP --- */

static bool query_open_tcp(struct dns_query *query)
{
    int error;
    int descriptor = connect_start(&query->server->socket.any, address_length(query->server), &error);

    query->over_tcp = true;
    query->connected = false;
    query->sent = 0;
    if (query->reply.data)
        buf_clear(&query->reply);
    else
        buf_init(&query->reply, LENGTH + MESSAGE_MAX);
    return descriptor >= 0 && query_watch(query, descriptor, EPOLLOUT);
}

/* The connection has failed or ended: no answer can come over it. */
static void query_end_tcp(struct dns_query *query)
{
    enum answer_status status = query->reply.length > 0 ? ANSWER_GARBLED : ANSWER_UNREACHABLE;

    query_end(query, query->cut ? ANSWER_TRUNCATED : status);
}

static void query_take_tcp(struct dns_query *query)
{
    const unsigned char *bytes = (const unsigned char *)query->reply.data;

    if (query->reply.length < LENGTH)
        return;
    size_t length = (size_t)bytes[0] << 8 | bytes[1];
    if (query->reply.length < LENGTH + length)
        return;
    if (!answer_take(&query->answer, bytes + LENGTH, length, &query->question))
        query->answer.status = ANSWER_GARBLED;
    query_end(query, query->answer.status);
}

/* Reads once per event: a server that sends without end must not block the loop. */
static void query_receive_tcp(struct dns_query *query)
{
    unsigned char chunk[UDP_MAX];
    size_t room = query->reply.max - query->reply.length; /* never 0: a complete message ends the query */
    ssize_t got = recv(query->watch.fd, chunk, room < sizeof chunk ? room : sizeof chunk, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        query_end_tcp(query);
        return;
    }
    buf_add(&query->reply, chunk, (size_t)got);
    query_take_tcp(query);
}

static void query_send_tcp(struct dns_query *query)
{
    size_t left = LENGTH + query->length - query->sent;
    ssize_t sent = send(query->watch.fd, query->bytes + query->sent, left, MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent < 0) {
        query_end_tcp(query);
        return;
    }
    query->sent += (size_t)sent;
    if ((size_t)sent == left)
        loop_watch_change(query->loop, &query->watch, EPOLLIN);
}

static void query_on_tcp(struct dns_query *query, uint32_t events)
{
    if (!query->connected && connect_result(query->watch.fd) != 0) {
        query_end_tcp(query);
        return;
    }
    query->connected = true;
    if (events & EPOLLOUT)
        query_send_tcp(query);
    else
        query_receive_tcp(query);
}

/* --- answers --- */

static void query_turn_to_tcp(struct dns_query *query)
{
    query->cut = true;
    query_close(query);
    if (!query_open_tcp(query))
        query_end(query, ANSWER_TRUNCATED);
}

/* A connected socket receives only from its server, and gets the errors of the kernel (port unreachable). */
static void query_on_udp(struct dns_query *query)
{
    unsigned char bytes[UDP_MAX];
    ssize_t got = recv(query->watch.fd, bytes, sizeof bytes, MSG_TRUNC);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got < 0)
        query_end(query, ANSWER_UNREACHABLE);
    else if ((size_t)got > sizeof bytes)
        query_turn_to_tcp(query);
    else if (!answer_take(&query->answer, bytes, (size_t)got, &query->question))
        query->strange = query->answer.status;
    else if (query->answer.status == ANSWER_TRUNCATED)
        query_turn_to_tcp(query);
    else
        query_end(query, query->answer.status);
}

static void query_on_event(void *owner, uint32_t events)
{
    struct dns_query *query = owner;

    if (query->over_tcp)
        query_on_tcp(query, events);
    else
        query_on_udp(query);
}

static void query_on_timer(void *owner)
{
    struct dns_query *query = owner;

    if (!query_send(query))
        query_end(query, ANSWER_UNREACHABLE);
}

/* --- the interface --- */

void dns_query_start(struct dns_query *query)
{
    query->watch = (struct loop_watch){.on_event = query_on_event, .owner = query};
    query->timer = (struct loop_timer){.on_due = query_on_timer, .owner = query};
    if (!query_write(query))
        query_note_end(query, ANSWER_GARBLED);
    else if (query->tcp ? !query_open_tcp(query) : !query_open_udp(query))
        query_note_end(query, ANSWER_UNREACHABLE);
}

void dns_query_stop(struct dns_query *query)
{
    query_close(query);
    buf_free(&query->reply);
}

struct answer dns_query_answer(const struct dns_query *query)
{
    struct answer answer = query->answer;

    if (!query->ended)
        answer.status = query->cut ? ANSWER_TRUNCATED : query->strange ? ANSWER_GARBLED : ANSWER_SILENT;
    answer.server = *query->server;
    return answer;
}

void dns_query_free(struct dns_query *query)
{
    dns_query_stop(query);
    answer_free(&query->answer);
}
