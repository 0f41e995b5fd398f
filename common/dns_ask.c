#include "common/dns_ask.h"

#include "common/deadline.h"

#include "common/banned.h"

/* --- one question --- */

/* Only records what came; the lookup acts on it, outside of c-ares. */
static void query_on_answer(void *owner, ares_status_t status, size_t timeouts,
                            const ares_dns_record_t *message)
{
    struct dns_query *query = owner;
    struct dns_question *question = query->question;
    struct answer answer = {.type = question->answer.type};

    (void)timeouts;
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION || question->done)
        return;
    if (message)
        answer_read(&answer, message, question->ask->name);
    else
        answer_read_status(&answer, status);
    answer.server = question->ask->resolver->conf->servers[query->link->server];
    answer_free(&question->answer);
    question->answer = answer;
    question->answered = deadline_now();
    question->done = answer_is_settled(answer.status);
    question->servers_failed += !question->done;
}

static bool link_open(const struct dns_ask *ask, struct dns_link *link)
{
    const struct dns_resolver *resolver = ask->resolver;

    if (link->channel.ares)
        return true;
    return dns_channel_open(&link->channel, &resolver->conf->servers[link->server], resolver->conf,
                            deadline_left(ask->deadline, deadline_now()), resolver->tcp);
}

static void question_ask_next_server(struct dns_question *question, int64_t now)
{
    struct dns_ask *ask = question->ask;
    size_t index = (size_t)(question - ask->questions);
    struct dns_link *link = &ask->links[question->servers_asked];
    struct dns_query *query = &ask->queries[index][question->servers_asked];

    question->servers_asked++;
    question->last_asked = now;
    *query = (struct dns_query){.question = question, .link = link};
    if (!link_open(ask, link)) {
        query_on_answer(query, ARES_ECONNREFUSED, 0, NULL);
        return;
    }
    ares_query_dnsrec(link->channel.ares, ask->name, ARES_CLASS_IN,
                      (ares_dns_rec_type_t)question->answer.type, query_on_answer, query, NULL);
}

static bool question_has_more_servers(const struct dns_question *question)
{
    return question->servers_asked < question->ask->link_count;
}

static bool question_is_silent(const struct dns_question *question, int64_t now)
{
    return question->servers_asked > 0 && !question->done && now - question->last_asked >= DNS_STAGGER;
}

/* A server that failed hands over to the next at once, one that is silent shares with it. */
static void question_advance(struct dns_question *question, int64_t now)
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

/* --- both --- */

void dns_ask_open(struct dns_ask *ask, struct dns_resolver *resolver, const struct dns_request *request,
                  int64_t deadline, void (*on_activity)(void *owner), void *owner)
{
    size_t first = resolver->conf->rotate ? resolver->turn++ : 0;

    ask->resolver = resolver;
    ask->request = request;
    ask->deadline = deadline;
    ask->link_count = resolver->conf->server_count;
    for (size_t i = 0; i < ask->link_count; i++)
        ask->links[i] = (struct dns_link){
            .server = (first + i) % ask->link_count,
            .channel = {.loop = resolver->loop, .on_activity = on_activity, .owner = owner},
        };
}

void dns_ask_close(struct dns_ask *ask)
{
    for (size_t i = 0; i < ask->link_count; i++)
        dns_channel_close(&ask->links[i].channel);
    for (size_t i = 0; i < DNS_TYPES; i++)
        answer_free(&ask->questions[i].answer);
}

void dns_ask_set_name(struct dns_ask *ask, const char *name)
{
    const struct dns_request *request = ask->request;

    for (size_t i = 0; i < ask->link_count; i++)
        if (ask->links[i].channel.ares)
            ares_cancel(ask->links[i].channel.ares);
    for (size_t i = 0; i < request->type_count; i++) {
        answer_free(&ask->questions[i].answer);
        ask->questions[i] = (struct dns_question){.ask = ask, .answer.type = request->types[i]};
    }
    ask->name = name;
}

/* The second type follows the first: NXDOMAIN is NXDOMAIN for both, and records may be enough. It does not wait for
 * a silent one. */
void dns_ask_advance(struct dns_ask *ask, int64_t now)
{
    struct dns_question *first = &ask->questions[0], *second = &ask->questions[1];

    if (first->servers_asked == 0)
        question_ask_next_server(first, now);
    question_advance(first, now);
    if (ask->request->type_count == 1 || second->done)
        return;
    if (first->done && (first->answer.status == ANSWER_NXDOMAIN ||
                        (first->answer.status == ANSWER_RECORDS && ask->request->first_is_enough))) {
        second->done = true;
        if (first->answer.status == ANSWER_NXDOMAIN)
            second->answer.status = ANSWER_NXDOMAIN;
        return;
    }
    if (second->servers_asked == 0 && (first->done || question_is_silent(first, now)))
        question_ask_next_server(second, now);
    question_advance(second, now);
}

/* When one type's records have waited long enough for the other type. */
static int64_t patience_ends(const struct dns_ask *ask)
{
    int64_t ends = DEADLINE_NEVER;

    for (size_t i = 0; i < ask->request->type_count && ask->request->patience > 0; i++)
        if (ask->questions[i].answer.status == ANSWER_RECORDS)
            ends = deadline_earlier(ends, deadline_after(ask->questions[i].answered, ask->request->patience));
    return ends;
}

bool dns_ask_is_done(const struct dns_ask *ask, int64_t now)
{
    if (now >= patience_ends(ask))
        return true;
    for (size_t i = 0; i < ask->request->type_count; i++)
        if (!ask->questions[i].done)
            return false;
    return true;
}

enum answer_status dns_ask_status(const struct dns_ask *ask)
{
    enum answer_status status = ANSWER_NXDOMAIN;
    bool records = false;

    for (size_t i = 0; i < ask->request->type_count; i++) {
        enum answer_status one = ask->questions[i].answer.status;
        records = records || one == ANSWER_RECORDS;
        if (one == ANSWER_RECORDS)
            continue;
        if (one == ANSWER_NONE)
            one = ANSWER_SILENT;
        if (!answer_is_negative(one) || (one == ANSWER_NO_DATA && status == ANSWER_NXDOMAIN))
            status = one;
    }
    return records && (!ask->request->all_types || answer_is_negative(status)) ? ANSWER_RECORDS : status;
}

void dns_ask_process(struct dns_ask *ask)
{
    for (size_t i = 0; i < ask->link_count; i++)
        dns_channel_process(&ask->links[i].channel);
}

int64_t dns_ask_next(const struct dns_ask *ask, int64_t now)
{
    int64_t next = patience_ends(ask);

    for (size_t i = 0; i < ask->link_count; i++)
        next = deadline_earlier(next, dns_channel_next_timeout(&ask->links[i].channel, now));
    for (size_t i = 0; i < ask->request->type_count; i++) {
        const struct dns_question *question = &ask->questions[i];
        bool more = question_has_more_servers(question) ||
                    (i == 0 && ask->request->type_count > 1 && ask->questions[1].servers_asked == 0);
        if (question->servers_asked > 0 && !question->done && more)
            next = deadline_earlier(next, deadline_after(question->last_asked, DNS_STAGGER));
    }
    return next;
}

struct answer dns_ask_answer(const struct dns_ask *ask, size_t i)
{
    struct answer answer = ask->questions[i].answer;

    if (answer.status == ANSWER_NONE && ask->questions[i].servers_asked > 0) {
        answer.status = ANSWER_SILENT;
        answer.server = ask->resolver->conf->servers[ask->links[0].server];
    }
    return answer;
}
