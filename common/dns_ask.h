/* One name put to the servers of a lookup, in one type or two: who is asked when, and what came back. The lookup sets it to its
 * next candidate, advances it, and asks it when it wants to be advanced again. */
#ifndef COMMON_DNS_ASK_H
#define COMMON_DNS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/answer.h"
#include "common/dns.h"
#include "common/dns_channel.h"

/* One server of a lookup. */
struct dns_link {
    size_t server; /* in resolvconf */
    struct dns_channel channel;
};

/* One type of the present name. */
struct dns_question {
    struct dns_ask *ask;
    bool done;
    size_t servers_asked;
    size_t servers_failed;
    int64_t last_asked;
    int64_t answered;
    struct answer answer;
};

/* One question put to one server; lives as long as the lookup, for c-ares's callback. */
struct dns_query {
    struct dns_question *question;
    struct dns_link *link;
};

struct dns_ask {
    const struct dns_resolver *resolver;
    const struct dns_request *request;
    int64_t deadline;
    const char *name; /* the present one */
    struct dns_question questions[DNS_TYPES];
    size_t link_count;
    struct dns_link links[RESOLVCONF_SERVERS];
    struct dns_query queries[DNS_TYPES][RESOLVCONF_SERVERS];
};

/* Zeroed before. `on_activity` is called when a server has been heard of; the ask may be closed in there. */
void dns_ask_open(struct dns_ask *ask, struct dns_resolver *resolver, const struct dns_request *request,
                  int64_t deadline, void (*on_activity)(void *owner), void *owner);
void dns_ask_close(struct dns_ask *ask);

/* Drops what is under way and known. `name` stays the caller's, until the next one is set. */
void dns_ask_set_name(struct dns_ask *ask, const char *name);

/* Asks whom it is time to ask. */
void dns_ask_advance(struct dns_ask *ask, int64_t now);

/* Lets c-ares look at its time-outs. */
void dns_ask_process(struct dns_ask *ask);

/* When it wants to be advanced and processed again, if nothing is heard before. */
int64_t dns_ask_next(const struct dns_ask *ask, int64_t now);

bool dns_ask_is_done(const struct dns_ask *ask, int64_t now);

/* The name's own verdict, done or not: records of either type, else what leaves it unknown, else negative. Where all types are
 * asked for, what leaves it unknown comes first. */
enum answer_status dns_ask_status(const struct dns_ask *ask);

/* The answer to the request's i-th type; ANSWER_SILENT from the server that was asked first, when none has come. Its records stay
 * the ask's. */
struct answer dns_ask_answer(const struct dns_ask *ask, size_t i);

#endif
