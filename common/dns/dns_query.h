/* One question put to one DNS server, on the loop: over UDP, sent again while it is silent, and over TCP where the answer was cut
 * short. Messages are written and read by c-ares; the sockets are ours, because its own hide what came, drop late answers with
 * each resending, and fall back to servers that nobody named.
 *
 * A question has a socket of its own: A and AAAA from one port lose packets in conntrack races. The socket stays while the question
 * is sent again, so that an answer counts whenever it comes. No EDNS: what apps' resolvers do not send, servers may not stand. */
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
    /* Set by the asker, the rest zeroed. */
    struct loop *loop;
    const struct address *server;
    struct dns_question question; /* but for its id */
    bool tcp;                     /* over TCP at once */
    int64_t resend;               /* milliseconds between two sendings */
    int sendings;                 /* at most; 0: as long as it lives */
    void (*on_end)(void *owner);  /* it has ended, later than its start; it may be released in there */
    void *owner;

    bool ended;                 /* `answer` is what came of it */
    struct answer answer;       /* its type is set by the asker */
    bool cut;                   /* an answer came over UDP, and was cut short */
    enum answer_status strange; /* what came, and was passed over; ANSWER_NONE: nothing */
    struct loop_watch watch;
    struct loop_timer timer;
    bool is_open, over_tcp, connected;
    int sent_times;
    unsigned char bytes[DNS_QUESTION_BYTES]; /* of the question; the first two are for TCP */
    size_t length, sent;
    struct buf reply; /* over TCP */
};

/* Begins. It may have ended when this returns; on_end is not called then. */
void dns_query_start(struct dns_query *query);

/* Closes it; its answer stays. */
void dns_query_stop(struct dns_query *query);

/* What came of it so far: when it has not ended, ANSWER_SILENT, or what else is known. Its records stay the query's. */
struct answer dns_query_answer(const struct dns_query *query);

/* Stops it and releases its answer. */
void dns_query_free(struct dns_query *query);

#endif
