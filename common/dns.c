#include "common/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/dns_channel.h"
#include "common/mem.h"

#include "common/banned.h"

/* One server of a lookup. */
struct link {
    struct dns_lookup *lookup;
    size_t server; /* in resolvconf */
    struct dns_channel channel;
};

/* One type of the present candidate. */
struct question {
    struct dns_lookup *lookup;
    bool done;
    size_t servers_asked;
    size_t servers_failed;
    int64_t last_asked;
    int64_t answered;
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
    question->answered = deadline_now();
    question->done = answer_is_settled(answer.status);
    question->servers_failed += !question->done;
}

static bool link_open(struct link *link)
{
    const struct dns_resolver *resolver = link->lookup->resolver;

    if (link->channel.ares)
        return true;
    return dns_channel_open(&link->channel, &resolver->conf->servers[link->server], resolver->conf,
                            deadline_left(link->lookup->deadline, deadline_now()), resolver->tcp);
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
    if (!link_open(link)) {
        query_on_answer(query, ARES_ECONNREFUSED, 0, NULL);
        return;
    }
    ares_query_dnsrec(link->channel.ares, present_candidate(lookup), ARES_CLASS_IN,
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
        if (lookup->links[i].channel.ares)
            ares_cancel(lookup->links[i].channel.ares);
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

/* When one type's records have waited long enough for the other type. */
static int64_t lookup_patience_ends(const struct dns_lookup *lookup)
{
    int64_t ends = DEADLINE_NEVER;

    for (size_t i = 0; i < lookup->request.type_count && lookup->request.patience > 0; i++)
        if (lookup->questions[i].answer.status == ANSWER_RECORDS)
            ends = deadline_earlier(ends,
                                    deadline_after(lookup->questions[i].answered, lookup->request.patience));
    return ends;
}

static bool lookup_candidate_is_done(const struct dns_lookup *lookup, int64_t now)
{
    if (now >= lookup_patience_ends(lookup))
        return true;
    for (size_t i = 0; i < lookup->request.type_count; i++)
        if (!lookup->questions[i].done)
            return false;
    return true;
}

/* The candidate's own verdict: records of either type, else what leaves it unknown, else negative. Where all types are
 * asked for, what leaves it unknown comes first. */
static enum answer_status lookup_candidate_status(const struct dns_lookup *lookup)
{
    enum answer_status status = ANSWER_NXDOMAIN;
    bool records = false;

    for (size_t i = 0; i < lookup->request.type_count; i++) {
        enum answer_status one = lookup->questions[i].answer.status;
        records = records || one == ANSWER_RECORDS;
        if (one == ANSWER_RECORDS)
            continue;
        if (one == ANSWER_NONE)
            one = ANSWER_SILENT;
        if (!answer_is_negative(one) || (one == ANSWER_NO_DATA && status == ANSWER_NXDOMAIN))
            status = one;
    }
    return records && (!lookup->request.all_types || answer_is_negative(status)) ? ANSWER_RECORDS : status;
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
        dns_channel_close(&lookup->links[i].channel);
    for (size_t i = 0; i < DNS_TYPES; i++)
        answer_free(&lookup->questions[i].answer);
    free(lookup);
}

/* The server that was asked first is the one to name. */
static void lookup_note_silence(const struct dns_lookup *lookup, struct answer *answer)
{
    answer->status = ANSWER_SILENT;
    answer->server = lookup->resolver->conf->servers[lookup->links[0].server];
}

static void lookup_finish(struct dns_lookup *lookup, enum answer_status status)
{
    struct dns_result *result = &lookup->result;

    result->status = status;
    result->answer_count = lookup->request.type_count;
    for (size_t i = 0; i < result->answer_count; i++) {
        result->answers[i] = lookup->questions[i].answer;
        if (result->answers[i].status == ANSWER_NONE && lookup->questions[i].servers_asked > 0)
            lookup_note_silence(lookup, &result->answers[i]);
    }
    lookup->on_result(lookup->owner, result);
    lookup_free(lookup);
}

static void lookup_set_timer(struct dns_lookup *lookup, int64_t now)
{
    int64_t next = deadline_earlier(lookup->deadline, lookup_patience_ends(lookup));

    for (size_t i = 0; i < lookup->link_count; i++)
        next = deadline_earlier(next, dns_channel_next_timeout(&lookup->links[i].channel, now));
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
static void lookup_settle(void *owner)
{
    struct dns_lookup *lookup = owner;
    int64_t now = deadline_now();

    if (lookup->link_count == 0) { /* the hosts file had the name when the run began */
        lookup_finish(lookup, ANSWER_UNREACHABLE);
        return;
    }
    for (;;) {
        lookup_ask(lookup, now);
        if (!lookup_candidate_is_done(lookup, now))
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
        dns_channel_process(&lookup->links[i].channel);
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
        lookup->links[i] = (struct link){
            .lookup = lookup,
            .server = (first + i) % lookup->link_count,
            .channel = {.loop = resolver->loop, .on_activity = lookup_settle, .owner = lookup},
        };
    lookup_begin_candidate(lookup);
    loop_timer_set(resolver->loop, &lookup->timer, deadline_now());
    return lookup;
}

void dns_lookup_cancel(struct dns_lookup *lookup)
{
    lookup_free(lookup);
}
