#include "common/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include "common/deadline.h"
#include "common/mem.h"

#include "common/banned.h"

enum { RESEND = 1000, TRIES = 3, SERVER_TEXT = ADDRESS_TEXT + 16 };

/* A descriptor of c-ares's. */
struct socket_watch {
    struct loop_watch watch;
    struct link *link;
    struct socket_watch *next;
};

/* One server of a lookup, with a channel of its own: c-ares puts servers that failed last and probes them rarely. */
struct link {
    struct dns_lookup *lookup;
    size_t server; /* in resolvconf */
    ares_channel_t *channel;
    struct socket_watch *watches;
};

/* One type of the present candidate. */
struct question {
    struct dns_lookup *lookup;
    bool done;
    size_t servers_asked;
    size_t servers_failed;
    int64_t last_asked;
    struct answer answer;
};

/* One question put to one server; lives as long as the lookup, for c-ares's callback. */
struct query {
    struct question *question;
    struct link *link;
};

struct dns_lookup {
    struct dns_resolver *resolver;
    struct dns_request request;
    char name[DNS_NAME];
    int64_t deadline;
    void (*on_result)(void *owner, const struct dns_result *result);
    void *owner;

    struct loop_timer timer;
    size_t candidate; /* the present one's index */
    bool existed;     /* a candidate said no data: the name exists there */
    struct dns_result result;
    struct question questions[DNS_TYPES];
    size_t link_count;
    struct link links[RESOLVCONF_SERVERS];
    struct query queries[DNS_TYPES][RESOLVCONF_SERVERS];
};

/* --- c-ares on the loop --- */

static void lookup_settle(struct dns_lookup *lookup);

static void socket_on_event(void *owner, uint32_t events)
{
    struct socket_watch *socket = owner;
    struct link *link = socket->link; /* processing may close the socket */
    ares_fd_events_t event = {.fd = socket->watch.fd};

    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        event.events |= ARES_FD_EVENT_READ;
    if (events & EPOLLOUT)
        event.events |= ARES_FD_EVENT_WRITE;
    ares_process_fds(link->channel, &event, 1, ARES_PROCESS_FLAG_NONE);
    lookup_settle(link->lookup);
}

static void socket_remove(struct loop *loop, struct socket_watch **at)
{
    struct socket_watch *gone = *at;

    loop_watch_remove(loop, &gone->watch);
    *at = gone->next;
    free(gone);
}

/* c-ares tells what it wants to know of a socket; nothing at all just before it closes it. */
static void link_on_socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
    struct link *link = data;
    struct loop *loop = link->lookup->resolver->loop;
    uint32_t events = (readable ? (uint32_t)EPOLLIN : 0) | (writable ? (uint32_t)EPOLLOUT : 0);
    struct socket_watch **at = &link->watches;

    while (*at && (*at)->watch.fd != fd)
        at = &(*at)->next;
    if (*at && events == 0) {
        socket_remove(loop, at);
    } else if (*at) {
        loop_watch_change(loop, &(*at)->watch, events);
    } else if (events != 0) {
        *at = xcalloc(1, sizeof **at);
        (*at)->watch = (struct loop_watch){.fd = fd, .on_event = socket_on_event, .owner = *at};
        (*at)->link = link;
        loop_watch_add(loop, &(*at)->watch, events);
    }
}

/* "10.0.0.1:53", "[::1]:53" */
static void format_server(const struct address *server, char text[SERVER_TEXT])
{
    char address[ADDRESS_TEXT];

    snprintf(text, SERVER_TEXT, address_family(server) == AF_INET6 ? "[%s]:%u" : "%s:%u",
             address_format(server, address), address_port(server));
}

/* Everything is said explicitly, so that neither c-ares's defaults nor the environment (RES_OPTIONS) count. */
static bool link_open(struct link *link)
{
    const struct dns_resolver *resolver = link->lookup->resolver;
    const struct resolvconf *conf = resolver->conf;
    char nothing[] = "/dev/null", dns_only[] = "b", server[SERVER_TEXT];
    int resend = conf->timeout > 0 ? conf->timeout * 1000 : RESEND;
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
        .timeout = resend,
        .maxtimeout = resend,
        .tries = conf->attempts > 0 ? conf->attempts : TRIES,
        .sock_state_cb = link_on_socket_state,
        .sock_state_cb_data = link,
        .udp_max_queries = 1,
        .qcache_max_ttl = 0,
        .resolvconf_path = nothing,
        .lookups = dns_only,
    };
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_MAXTIMEOUTMS | ARES_OPT_TRIES |
               ARES_OPT_SOCK_STATE_CB | ARES_OPT_UDP_MAX_QUERIES | ARES_OPT_QUERY_CACHE |
               ARES_OPT_RESOLVCONF | ARES_OPT_LOOKUPS | ARES_OPT_NOROTATE;

    if (resolver->tcp || conf->use_vc)
        options.flags |= ARES_FLAG_USEVC;
    format_server(&conf->servers[link->server], server);
    int status = ares_init_options(&link->channel, &options, mask);
    if (status == ARES_ENOMEM)
        mem_exhausted();
    if (status != ARES_SUCCESS)
        return false;
    return ares_set_servers_ports_csv(link->channel, server) == ARES_SUCCESS;
}

static void link_close(struct link *link)
{
    if (link->channel)
        ares_destroy(link->channel);
    link->channel = NULL;
    while (link->watches)
        socket_remove(link->lookup->resolver->loop, &link->watches);
}

/* --- one question --- */

static const char *present_candidate(const struct dns_lookup *lookup)
{
    return lookup->result.candidate;
}

/* Only records what came; lookup_settle acts on it, outside of c-ares. */
static void query_on_answer(void *owner, ares_status_t status, size_t timeouts,
                            const ares_dns_record_t *message)
{
    struct query *query = owner;
    struct question *question = query->question;
    struct answer answer = {.type = question->answer.type};

    (void)timeouts;
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION || question->done)
        return;
    if (message)
        answer_read(&answer, message, present_candidate(question->lookup));
    else
        answer_read_status(&answer, status);
    answer.server = question->lookup->resolver->conf->servers[query->link->server];
    answer_free(&question->answer);
    question->answer = answer;
    question->done = answer_is_settled(answer.status);
    question->servers_failed += !question->done;
}

static void question_ask_next_server(struct question *question, int64_t now)
{
    struct dns_lookup *lookup = question->lookup;
    size_t index = (size_t)(question - lookup->questions);
    struct link *link = &lookup->links[question->servers_asked];
    struct query *query = &lookup->queries[index][question->servers_asked];

    question->servers_asked++;
    question->last_asked = now;
    *query = (struct query){.question = question, .link = link};
    if (!link->channel && !link_open(link)) {
        query_on_answer(query, ARES_ECONNREFUSED, 0, NULL);
        return;
    }
    ares_query_dnsrec(link->channel, present_candidate(lookup), ARES_CLASS_IN,
                      (ares_dns_rec_type_t)question->answer.type, query_on_answer, query, NULL);
}

static bool question_has_more_servers(const struct question *question)
{
    return question->servers_asked < question->lookup->link_count;
}

static bool question_is_silent(const struct question *question, int64_t now)
{
    return question->servers_asked > 0 && !question->done && now - question->last_asked >= DNS_STAGGER;
}

/* A server that failed hands over to the next at once, one that is silent shares with it. */
static void question_advance(struct question *question, int64_t now)
{
    while (!question->done && question->servers_asked > 0) {
        bool all_failed = question->servers_failed == question->servers_asked;
        if (all_failed && !question_has_more_servers(question))
            question->done = true;
        else if (question_has_more_servers(question) && (all_failed || question_is_silent(question, now)))
            question_ask_next_server(question, now);
        else
            return;
    }
}

/* --- the walk over the candidates --- */

static bool lookup_begin_candidate(struct dns_lookup *lookup)
{
    struct dns_result *result = &lookup->result;
    const struct dns_request *request = &lookup->request;
    size_t told = strlen(result->asked_names);

    if (!resolvconf_candidate(lookup->resolver->conf, lookup->name, request->search, lookup->candidate,
                              result->candidate))
        return false;
    result->asked++;
    snprintf(result->asked_names + told, sizeof result->asked_names - told, "%s%s", told ? ", " : "",
             result->candidate);
    for (size_t i = 0; i < lookup->link_count; i++)
        if (lookup->links[i].channel)
            ares_cancel(lookup->links[i].channel);
    for (size_t i = 0; i < request->type_count; i++) {
        answer_free(&lookup->questions[i].answer);
        lookup->questions[i] = (struct question){.lookup = lookup, .answer.type = request->types[i]};
    }
    return true;
}

/* The second type follows the first: NXDOMAIN is NXDOMAIN for both, and records may be enough. It does not wait for
 * a silent one. */
static void lookup_ask(struct dns_lookup *lookup, int64_t now)
{
    struct question *first = &lookup->questions[0], *second = &lookup->questions[1];

    if (first->servers_asked == 0)
        question_ask_next_server(first, now);
    question_advance(first, now);
    if (lookup->request.type_count == 1 || second->done)
        return;
    if (first->done && (first->answer.status == ANSWER_NXDOMAIN ||
                        (first->answer.status == ANSWER_RECORDS && lookup->request.first_is_enough))) {
        second->done = true;
        if (first->answer.status == ANSWER_NXDOMAIN)
            second->answer.status = ANSWER_NXDOMAIN;
        return;
    }
    if (second->servers_asked == 0 && (first->done || question_is_silent(first, now)))
        question_ask_next_server(second, now);
    question_advance(second, now);
}

static bool lookup_candidate_is_done(const struct dns_lookup *lookup)
{
    for (size_t i = 0; i < lookup->request.type_count; i++)
        if (!lookup->questions[i].done)
            return false;
    return true;
}

/* The candidate's own verdict: records of either type, else what leaves it unknown, else negative. */
static enum answer_status lookup_candidate_status(const struct dns_lookup *lookup)
{
    enum answer_status status = ANSWER_NXDOMAIN;

    for (size_t i = 0; i < lookup->request.type_count; i++) {
        enum answer_status one = lookup->questions[i].answer.status;
        if (one == ANSWER_RECORDS)
            return ANSWER_RECORDS;
        if (one == ANSWER_NONE)
            one = ANSWER_SILENT;
        if (!answer_is_negative(one) || (one == ANSWER_NO_DATA && status == ANSWER_NXDOMAIN))
            status = one;
    }
    return status;
}

static void lookup_note_negative_ttl(struct dns_lookup *lookup)
{
    const struct answer *answer = &lookup->questions[0].answer;

    if (lookup->candidate != 0 || !answer->has_negative_ttl)
        return;
    lookup->result.has_negative_ttl = true;
    lookup->result.negative_ttl = answer->negative_ttl;
}

static void lookup_free(struct dns_lookup *lookup)
{
    loop_timer_clear(lookup->resolver->loop, &lookup->timer);
    for (size_t i = 0; i < lookup->link_count; i++)
        link_close(&lookup->links[i]);
    for (size_t i = 0; i < DNS_TYPES; i++)
        answer_free(&lookup->questions[i].answer);
    free(lookup);
}

static void lookup_finish(struct dns_lookup *lookup, enum answer_status status)
{
    struct dns_result *result = &lookup->result;

    result->status = status;
    result->answer_count = lookup->request.type_count;
    for (size_t i = 0; i < result->answer_count; i++)
        result->answers[i] = lookup->questions[i].answer;
    lookup->on_result(lookup->owner, result);
    lookup_free(lookup);
}

static int64_t link_next_timeout(const struct link *link, int64_t now)
{
    struct timeval left;

    if (!link->channel || !ares_timeout(link->channel, NULL, &left))
        return DEADLINE_NEVER;
    return deadline_after(now, (int64_t)left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
}

static void lookup_set_timer(struct dns_lookup *lookup, int64_t now)
{
    int64_t next = lookup->deadline;

    for (size_t i = 0; i < lookup->link_count; i++)
        next = deadline_earlier(next, link_next_timeout(&lookup->links[i], now));
    for (size_t i = 0; i < lookup->request.type_count; i++) {
        const struct question *question = &lookup->questions[i];
        bool more = question_has_more_servers(question) ||
                    (i == 0 && lookup->request.type_count > 1 && lookup->questions[1].servers_asked == 0);
        if (question->servers_asked > 0 && !question->done && more)
            next = deadline_earlier(next, deadline_after(question->last_asked, DNS_STAGGER));
    }
    loop_timer_set(lookup->resolver->loop, &lookup->timer, next > now ? next : now + 1);
}

/* Acts on whatever has been recorded, as far as it can without waiting. It may free the lookup. */
static void lookup_settle(struct dns_lookup *lookup)
{
    int64_t now = deadline_now();

    for (;;) {
        lookup_ask(lookup, now);
        if (!lookup_candidate_is_done(lookup))
            break;
        enum answer_status status = lookup_candidate_status(lookup);
        if (!answer_is_negative(status)) {
            lookup_finish(lookup, status);
            return;
        }
        lookup_note_negative_ttl(lookup);
        lookup->existed = lookup->existed || status == ANSWER_NO_DATA;
        lookup->candidate++;
        if (!lookup_begin_candidate(lookup)) {
            lookup_finish(lookup, lookup->existed ? ANSWER_NO_DATA : ANSWER_NXDOMAIN);
            return;
        }
    }
    if (now >= lookup->deadline)
        lookup_finish(lookup, lookup_candidate_status(lookup));
    else
        lookup_set_timer(lookup, now);
}

static void lookup_on_timer(void *owner)
{
    struct dns_lookup *lookup = owner;

    for (size_t i = 0; i < lookup->link_count; i++)
        if (lookup->links[i].channel)
            ares_process_fds(lookup->links[i].channel, NULL, 0, ARES_PROCESS_FLAG_NONE);
    lookup_settle(lookup);
}

struct dns_lookup *dns_lookup_start(struct dns_resolver *resolver, const struct dns_request *request,
                                    int64_t deadline,
                                    void (*on_result)(void *owner, const struct dns_result *result),
                                    void *owner)
{
    struct dns_lookup *lookup = xcalloc(1, sizeof *lookup);
    size_t first = resolver->conf->rotate ? resolver->turn++ : 0;

    lookup->resolver = resolver;
    lookup->request = *request;
    snprintf(lookup->name, sizeof lookup->name, "%s", request->name);
    lookup->deadline = deadline;
    lookup->on_result = on_result;
    lookup->owner = owner;
    lookup->timer = (struct loop_timer){.on_due = lookup_on_timer, .owner = lookup};
    lookup->link_count = resolver->conf->server_count;
    for (size_t i = 0; i < lookup->link_count; i++)
        lookup->links[i] = (struct link){.lookup = lookup, .server = (first + i) % lookup->link_count};
    lookup_begin_candidate(lookup);
    loop_timer_set(resolver->loop, &lookup->timer, deadline_now());
    return lookup;
}

void dns_lookup_cancel(struct dns_lookup *lookup)
{
    lookup_free(lookup);
}

/* --- wording --- */

static bool is_cached(const struct dns_result *result, const struct dns_negative *before, int64_t now)
{
    if (!before->known || !result->has_negative_ttl || result->negative_ttl >= before->ttl)
        return false;
    int64_t fallen = (int64_t)before->ttl - result->negative_ttl;
    int64_t passed = (now - before->at) / 1000;
    return fallen >= passed - 1 && fallen <= passed + 1;
}

static void reason_negative(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                            struct reason *why)
{
    bool cached = is_cached(result, negative, now);
    bool known = result->has_negative_ttl;

    reason_set(why, CODE_FAILED, "%s%s",
               result->status == ANSWER_NXDOMAIN ? "no such name (NXDOMAIN)"
                                                 : "the name exists, but has no such record",
               cached ? "; negative answer, cached by the server" : "");
    if (cached)
        reason_detail(why, " for %u s more", result->negative_ttl);
    reason_hint(why, "does the Service or record exist, in this namespace? asked for %s",
                result->asked_names);
    /* The first sight is kept while the TTL falls, so that a countdown is told from rounding. */
    if (!known || !negative->known || result->negative_ttl >= negative->ttl)
        *negative = (struct dns_negative){.known = known, .ttl = result->negative_ttl, .at = now};
}

static const char *unknown_text(enum answer_status status)
{
    switch ((int)status) {
    case ANSWER_SERVFAIL:
        return "DNS server failure (SERVFAIL)";
    case ANSWER_REFUSED:
        return "the DNS server refuses to answer (REFUSED)";
    case ANSWER_GARBLED:
        return "the DNS server's answer makes no sense";
    case ANSWER_UNREACHABLE:
        return "the DNS server cannot be reached";
    default:
        return "no answer from DNS";
    }
}

/* The answer that stopped the walk. */
static const struct answer *unknown_answer(const struct dns_result *result)
{
    for (size_t i = 0; i < result->answer_count; i++)
        if (result->answers[i].status == result->status)
            return &result->answers[i];
    return &result->answers[0];
}

static void reason_unknown(const struct dns_result *result, struct reason *why)
{
    const struct answer *answer = unknown_answer(result);
    char server[ADDRESS_TEXT];

    if (result->status == ANSWER_RCODE)
        reason_set(why, CODE_FAILED, "the DNS server answers %s for %s",
                   ares_dns_rcode_tostr((ares_dns_rcode_t)answer->rcode), result->candidate);
    else
        reason_set(why, CODE_FAILED, "%s for %s", unknown_text(result->status), result->candidate);
    if (address_family(&answer->server) != 0)
        reason_detail(why, " from %s", address_format(&answer->server, server));
    if (result->status == ANSWER_SILENT || result->status == ANSWER_UNREACHABLE)
        reason_hint(why,
                    "%s is not answered: is the cluster's DNS up, and does a NetworkPolicy allow port 53?",
                    result->candidate);
    else
        reason_hint(why, "%s is not answered: later search domains do not count until it is",
                    result->candidate);
}

void dns_reason(const struct dns_result *result, struct dns_negative *negative, int64_t now,
                struct reason *why)
{
    if (answer_is_negative(result->status)) {
        reason_negative(result, negative, now, why);
        return;
    }
    negative->known = false;
    reason_unknown(result, why);
}
