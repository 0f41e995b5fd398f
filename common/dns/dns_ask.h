/* One name put to the servers of a lookup, in one type or two: who is asked when, and which answer counts. The lookup sets it to
 * its next candidate, advances it, and asks it when it wants to be advanced again. */
#ifndef COMMON_DNS_DNS_ASK_H
#define COMMON_DNS_DNS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dns/answer.h"
#include "common/dns/dns.h"
#include "common/dns/dns_query.h"

/* What a lookup has seen of a server, whichever of its names it was asked for. */
enum dns_server_seen {
    SERVER_UNKNOWN,
    SERVER_PASSED_OVER, /* it was taken for dead, and a later server's denial counted */
    SERVER_ALIVE,       /* it has settled something: it is waited for from now on */
};

/* One type of the present name. */
struct dns_inquiry {
    struct dns_question question;
    enum dns_type wanted; /* what its answer is read as */
    bool done;
    size_t servers_asked;
    int64_t last_asked;
    int64_t answered;
    struct dns_query *queries[RESOLVCONF_SERVERS]; /* in the order of asking */
    struct dns_query *chosen;                      /* whose answer counts; NULL: none has one */
    enum answer_status implied;                    /* settled without a question; ANSWER_NONE: it is not */
};

struct dns_ask {
    struct dns_resolver *resolver;
    const struct dns_request *request;
    int64_t deadline;
    void (*on_activity)(void *owner);
    void *owner;
    size_t first_server; /* of resolvconf's */
    enum dns_server_seen seen[RESOLVCONF_SERVERS];
    bool misled; /* a server that was passed over is alive: see dns_ask_was_misled */
    size_t inquiry_count;
    struct dns_inquiry inquiries[DNS_TYPES];
};

/* Zeroed before. `on_activity` is called when a server has been heard of; the ask may be closed in there. */
void dns_ask_open(struct dns_ask *ask, struct dns_resolver *resolver, const struct dns_request *request,
                  int64_t deadline, void (*on_activity)(void *owner), void *owner);
void dns_ask_close(struct dns_ask *ask);

/* Drops what is under way and known. `name` stays the caller's, until the next one is set. */
void dns_ask_set_name(struct dns_ask *ask, const char *name);

/* The same for a scout (dns_memory.h), with the CD bit; `wanted` is what its answer is read as. */
void dns_ask_set_scout(struct dns_ask *ask, const char *name, unsigned type, enum dns_type wanted);

/* Whether the scout asks for what is wanted: then no data says that this is not there, not only that the name is. */
bool dns_ask_scouts_wanted(const struct dns_ask *ask);

/* Asks whom it is time to ask. */
void dns_ask_advance(struct dns_ask *ask, int64_t now);

/* True once for each server that was taken for dead and then settled something: it may know the names that a later server has
 * denied, so the lookup has to begin again. The server is not passed over any more. */
bool dns_ask_was_misled(struct dns_ask *ask);

/* When it wants to be advanced again, if nothing is heard before. */
int64_t dns_ask_next(const struct dns_ask *ask, int64_t now);

bool dns_ask_is_done(const struct dns_ask *ask, int64_t now);

/* The name's own verdict, done or not: records of either type, else what leaves it unknown, else negative. Where all types are
 * asked for, what leaves it unknown comes first. */
enum answer_status dns_ask_status(const struct dns_ask *ask);

/* The answer to the i-th type; ANSWER_SILENT from the server that was asked first, when none has come. Its records stay the
 * ask's. */
struct answer dns_ask_answer(const struct dns_ask *ask, size_t i);

#endif
