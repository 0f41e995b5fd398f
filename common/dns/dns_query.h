/* One question to one DNS server, on the loop: over UDP, sent again while the server is silent, and over TCP when the answer
 * was cut short. c-ares writes and parses the messages. Its sockets are not used: they hide what was received, drop late
 * answers when a question is sent again, and fall back to servers that nobody named.
 *
 * Each question has its own socket: A and AAAA from one port lose packets in conntrack races. The socket stays open when the
 * question is sent again, so that a late answer counts. There is no EDNS: the resolvers of apps do not send it, and some
 * servers fail with it. */
#ifndef COMMON_DNS_DNS_QUERY_H
#define COMMON_DNS_DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/dns/answer.h"
#include "common/net/address.h"
#include "common/run/loop.h"

enum { DNS_QUESTION_BYTES = 2 + 12 + 256 + 4 /* length (TCP), header, name, type and class */ };

struct dns_query {
    /* Set by the caller, the rest all zero. */
    struct loop *loop;
    const struct address *server;
    struct dns_question question; /* without its id */
    bool tcp;                     /* over TCP at once */
    int64_t resend;               /* milliseconds until it is sent again */
    int sendings;                 /* how often it is sent at most; 0: no limit */
    /* Called when the query ends, if dns_query_start has returned before. It may free the query. */
    void (*on_end)(void *owner);
    void *owner;

    bool ended;                 /* `answer` is the result */
    struct answer answer;       /* its type is set by the caller */
    bool cut;                   /* the answer over UDP was cut short */
    enum answer_status strange; /* the status of a message that was ignored; ANSWER_NONE: none */
    struct loop_watch watch;
    struct loop_timer timer;
    bool is_open, over_tcp, connected;
    int sent_times;
    unsigned char bytes[DNS_QUESTION_BYTES]; /* the question; the first two are the length for TCP */
    size_t length, sent;
    struct buf reply; /* the answer over TCP */
};

/* Begins the query. It may have ended when this returns; then on_end is not called. */
void dns_query_start(struct dns_query *query);

/* Closes the sockets; the answer stays. */
void dns_query_stop(struct dns_query *query);

/* The answer so far. A query that has not ended has ANSWER_SILENT, or the status of what was received. The query keeps the
 * ownership of the records. */
struct answer dns_query_answer(const struct dns_query *query);

/* Closes the sockets and frees the answer. */
void dns_query_free(struct dns_query *query);

#endif
