/* Asks the servers for one name, in one type or two: which server is asked when, and which answer counts. The lookup sets the
 * name of its next candidate, and calls dns_ask_advance when dns_ask_next says. */
#ifndef COMMON_DNS_DNS_ASK_H
#define COMMON_DNS_DNS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/dns/answer.h"
#include "common/dns/dns.h"
#include "common/dns/dns_query.h"

/* The state of a server within a lookup, for all its candidates. */
enum dns_server_seen {
    SERVER_UNKNOWN,
    SERVER_PASSED_OVER, /* it counted as dead, so that the denial of a later server counted */
    SERVER_ALIVE,       /* it has settled a question: from now on its answer is waited for */
};

/* One type of the current name. */
struct dns_inquiry {
    struct dns_question question;
    enum dns_type wanted; /* the type as which the answer is judged */
    bool done;
    size_t servers_asked;
    int64_t last_asked;
    int64_t answered;
    struct dns_query *queries[RESOLVCONF_SERVERS]; /* in the order of asking */
    struct dns_query *chosen;                      /* whose answer counts; NULL: none yet */
    enum answer_status implied; /* the status, if no question is needed; else ANSWER_NONE */
};

struct dns_ask {
    struct dns_resolver *resolver;
    const struct dns_request *request;
    int64_t deadline;
    void (*on_activity)(void *owner);
    void *owner;
    size_t first_server; /* index into the servers of resolv.conf */
    enum dns_server_seen seen[RESOLVCONF_SERVERS];
    bool misled; /* a server that was passed over is alive; see dns_ask_was_misled */
    size_t inquiry_count;
    struct dns_inquiry inquiries[DNS_TYPES];
};

/* `ask` is all zero. `on_activity` is called when a question has ended; it may close the ask. */
void dns_ask_open(struct dns_ask *ask, struct dns_resolver *resolver, const struct dns_request *request,
                  int64_t deadline, void (*on_activity)(void *owner), void *owner);
void dns_ask_close(struct dns_ask *ask);

/* Drops the questions and answers of the last name. `name` must stay valid until the next one is set. */
void dns_ask_set_name(struct dns_ask *ask, const char *name);

/* The same for a scout (dns_memory.h), with the CD bit; its answer is judged as one for `wanted`. */
void dns_ask_set_scout(struct dns_ask *ask, const char *name, unsigned type, enum dns_type wanted);

/* Whether the scout asks for the wanted type: then "no data" means that the name exists without such records. */
bool dns_ask_scouts_wanted(const struct dns_ask *ask);

/* Asks the servers that are due, and judges the answers so far. */
void dns_ask_advance(struct dns_ask *ask, int64_t now);

/* True once for each server that counted as dead and then settled a question: it may know names that a later server has denied,
 * so the lookup has to begin again. The server is not passed over any more. */
bool dns_ask_was_misled(struct dns_ask *ask);

/* When to call dns_ask_advance again, unless on_activity is called before. */
int64_t dns_ask_next(const struct dns_ask *ask, int64_t now);

bool dns_ask_is_done(const struct dns_ask *ask, int64_t now);

/* The status of the name so far: records of either type, else the status that leaves it unknown, else negative. With all_types,
 * the status that leaves it unknown comes first. */
enum answer_status dns_ask_status(const struct dns_ask *ask);

/* The answer for the i-th type; ANSWER_SILENT, with the first server, when none has come. The ask keeps the ownership of its
 * records. */
struct answer dns_ask_answer(const struct dns_ask *ask, size_t i);

#endif
