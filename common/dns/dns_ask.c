#include "common/dns/dns_ask.h"

#include <stdlib.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"

#include "common/base/banned.h"

enum { RESEND = 1000 /* milliseconds until a question is sent again, unless resolv.conf sets a timeout */ };

/* --- the state of a server --- */

static size_t server_index(const struct dns_ask *ask, size_t turn)
{
    size_t index = ask->first_server + turn, count = ask->resolver->conf->server_count;

    return index < count ? index : index - count;
}

static void server_note_asked(struct dns_ask *ask, size_t turn, int64_t now)
{
    struct dns_server_state *state = &ask->resolver->states[server_index(ask, turn)];

    if (state->failing_since == 0 || now - state->failing_since >= DNS_DEAD_AFTER + DNS_DEAD_FOR)
        state->failing_since = now;
}

static void server_note_answer(struct dns_ask *ask, size_t turn, enum answer_status status)
{
    size_t index = server_index(ask, turn);

    if (!answer_is_settled(status))
        return;
    ask->resolver->states[index].failing_since = 0;
    ask->misled = ask->misled || ask->seen[index] == SERVER_PASSED_OVER;
    ask->seen[index] = SERVER_ALIVE;
}

/* When the server counts as dead, unless it settles a question before; DEADLINE_NEVER: it is alive. A server does not count as
 * dead for long (DNS_DEAD_FOR). */
static int64_t server_dies(const struct dns_ask *ask, size_t turn)
{
    size_t index = server_index(ask, turn);
    int64_t since = ask->resolver->states[index].failing_since;

    return since == 0 || ask->seen[index] == SERVER_ALIVE ? DEADLINE_NEVER
                                                          : deadline_after(since, DNS_DEAD_AFTER);
}

/* --- one type --- */

static void inquiry_drop(struct dns_inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->servers_asked; i++) {
        dns_query_free(inquiry->queries[i]);
        free(inquiry->queries[i]);
    }
    *inquiry = (struct dns_inquiry){0};
}

static void ask_on_query_end(void *owner)
{
    struct dns_ask *ask = owner;

    ask->on_activity(ask->owner);
}

static void inquiry_ask_next_server(struct dns_ask *ask, struct dns_inquiry *inquiry, int64_t now)
{
    const struct resolvconf *conf = ask->resolver->conf;
    size_t turn = inquiry->servers_asked++;
    struct dns_query *query = xcalloc(1, sizeof *query);

    *query = (struct dns_query){
        .loop = ask->resolver->loop,
        .server = &conf->servers[server_index(ask, turn)],
        .question = inquiry->question,
        .tcp = ask->resolver->tcp || conf->use_vc,
        .resend = conf->timeout > 0 ? conf->timeout * 1000 : RESEND,
        .sendings = conf->attempts,
        .on_end = ask_on_query_end,
        .owner = ask,
        .answer.type = inquiry->wanted,
    };
    inquiry->queries[turn] = query;
    inquiry->last_asked = now;
    server_note_asked(ask, turn, now);
    dns_query_start(query);
}

/* Whether a negative answer counts. All servers before must have given the same answer, or count as dead: libc asks them first,
 * and they may know the name. For "gone" no server may be silent or failing. */
static bool negative_counts(const struct dns_ask *ask, const struct dns_inquiry *inquiry, size_t turn,
                            int64_t now)
{
    bool all = ask->request->gone;

    if (inquiry->question.unchecked && inquiry->queries[turn]->answer.status == ANSWER_NO_DATA)
        return true; /* for a scout: the name exists */
    for (size_t i = 0; i < (all ? inquiry->servers_asked : turn); i++) {
        const struct dns_query *query = inquiry->queries[i];
        bool same = query->ended && answer_is_negative(query->answer.status);
        if (!same && (all || now < server_dies(ask, i)))
            return false;
    }
    return true;
}

/* Notes which servers a negative answer passes over: those before it that have not given the same answer. */
static void inquiry_pass_over(struct dns_ask *ask, const struct dns_inquiry *inquiry)
{
    for (size_t i = 0; inquiry->queries[i] != inquiry->chosen; i++)
        if (!inquiry->queries[i]->ended || !answer_is_negative(inquiry->queries[i]->answer.status))
            ask->seen[server_index(ask, i)] = SERVER_PASSED_OVER;
}

/* The answer that settles the question; NULL when there is none yet. */
static struct dns_query *inquiry_find_settled(const struct dns_ask *ask, const struct dns_inquiry *inquiry,
                                              int64_t now)
{
    for (size_t i = 0; i < inquiry->servers_asked; i++)
        if (inquiry->queries[i]->ended && inquiry->queries[i]->answer.status == ANSWER_RECORDS)
            return inquiry->queries[i];
    for (size_t i = 0; i < inquiry->servers_asked; i++) {
        struct dns_query *query = inquiry->queries[i];
        if (query->ended && answer_is_negative(query->answer.status) && negative_counts(ask, inquiry, i, now))
            return query;
    }
    return NULL;
}

static bool inquiry_has_more_servers(const struct dns_ask *ask, const struct dns_inquiry *inquiry)
{
    return inquiry->servers_asked < ask->resolver->conf->server_count;
}

static bool inquiry_is_pending(const struct dns_inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->servers_asked; i++)
        if (!inquiry->queries[i]->ended)
            return true;
    return false;
}

/* When all servers have answered without settling the question: the first one that failed. */
static struct dns_query *inquiry_find_failed(const struct dns_inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->servers_asked; i++)
        if (!answer_is_settled(inquiry->queries[i]->answer.status))
            return inquiry->queries[i];
    return inquiry->queries[0];
}

static void inquiry_end(struct dns_ask *ask, struct dns_inquiry *inquiry, struct dns_query *chosen,
                        int64_t now)
{
    inquiry->chosen = chosen;
    inquiry->answered = now;
    inquiry->done = true;
    if (answer_is_negative(chosen->answer.status))
        inquiry_pass_over(ask, inquiry);
    for (size_t i = 0; i < inquiry->servers_asked; i++)
        dns_query_stop(inquiry->queries[i]);
}

static bool inquiry_is_silent(const struct dns_inquiry *inquiry, int64_t now)
{
    return inquiry->servers_asked > 0 && !inquiry->done && now - inquiry->last_asked >= DNS_STAGGER;
}

/* After a server has failed, the next one is asked at once, as res_send does. While a server is silent, the next one is asked,
 * too. */
static void inquiry_advance(struct dns_ask *ask, struct dns_inquiry *inquiry, int64_t now)
{
    while (!inquiry->done && inquiry->servers_asked > 0) {
        for (size_t i = 0; i < inquiry->servers_asked; i++)
            if (inquiry->queries[i]->ended)
                server_note_answer(ask, i, inquiry->queries[i]->answer.status);
        struct dns_query *settled = inquiry_find_settled(ask, inquiry, now);
        bool pending = inquiry_is_pending(inquiry), more = inquiry_has_more_servers(ask, inquiry);
        if (settled || (!pending && !more))
            inquiry_end(ask, inquiry, settled ? settled : inquiry_find_failed(inquiry), now);
        else if (more && (!pending || inquiry_is_silent(inquiry, now)))
            inquiry_ask_next_server(ask, inquiry, now);
        else
            return;
    }
}

static enum answer_status inquiry_status(const struct dns_inquiry *inquiry)
{
    if (inquiry->implied != ANSWER_NONE)
        return inquiry->implied;
    if (inquiry->chosen)
        return inquiry->chosen->answer.status;
    return inquiry->servers_asked > 0 ? dns_query_answer(inquiry->queries[0]).status : ANSWER_NONE;
}

/* --- both types --- */

void dns_ask_open(struct dns_ask *ask, struct dns_resolver *resolver, const struct dns_request *request,
                  int64_t deadline, void (*on_activity)(void *owner), void *owner)
{
    ask->resolver = resolver;
    ask->request = request;
    ask->deadline = deadline;
    ask->on_activity = on_activity;
    ask->owner = owner;
    if (resolver->conf->rotate && resolver->conf->server_count > 0)
        ask->first_server = resolver->turn++ % resolver->conf->server_count;
}

void dns_ask_close(struct dns_ask *ask)
{
    for (size_t i = 0; i < DNS_TYPES; i++)
        inquiry_drop(&ask->inquiries[i]);
}

void dns_ask_set_name(struct dns_ask *ask, const char *name)
{
    const struct dns_request *request = ask->request;

    dns_ask_close(ask);
    ask->inquiry_count = request->type_count;
    for (size_t i = 0; i < ask->inquiry_count; i++) {
        ask->inquiries[i].question = (struct dns_question){.name = name, .type = request->types[i]};
        ask->inquiries[i].wanted = request->types[i];
    }
}

void dns_ask_set_scout(struct dns_ask *ask, const char *name, unsigned type, enum dns_type wanted)
{
    dns_ask_close(ask);
    ask->inquiry_count = 1;
    ask->inquiries[0].question = (struct dns_question){.name = name, .type = type, .unchecked = true};
    ask->inquiries[0].wanted = wanted;
}

bool dns_ask_scouts_wanted(const struct dns_ask *ask)
{
    return ask->inquiries[0].question.type == (unsigned)ask->inquiries[0].wanted;
}

/* The second type is asked for after the first: NXDOMAIN counts for both, and records of one type may be enough. It does not
 * wait for a silent first type. */
void dns_ask_advance(struct dns_ask *ask, int64_t now)
{
    struct dns_inquiry *first = &ask->inquiries[0], *second = &ask->inquiries[1];

    if (first->servers_asked == 0)
        inquiry_ask_next_server(ask, first, now);
    inquiry_advance(ask, first, now);
    if (ask->inquiry_count == 1 || second->done)
        return;
    enum answer_status status = inquiry_status(first);
    if (first->done &&
        (status == ANSWER_NXDOMAIN || (status == ANSWER_RECORDS && ask->request->first_is_enough))) {
        second->done = true;
        second->implied = status == ANSWER_NXDOMAIN ? ANSWER_NXDOMAIN : ANSWER_NONE;
        return;
    }
    if (second->servers_asked == 0 && (first->done || inquiry_is_silent(first, now)))
        inquiry_ask_next_server(ask, second, now);
    inquiry_advance(ask, second, now);
}

/* When the records of one type have waited long enough for the other type. */
static int64_t patience_ends(const struct dns_ask *ask)
{
    int64_t ends = DEADLINE_NEVER;

    for (size_t i = 0; i < ask->inquiry_count && ask->request->patience > 0; i++)
        if (ask->inquiries[i].done && inquiry_status(&ask->inquiries[i]) == ANSWER_RECORDS)
            ends = deadline_earlier(ends, deadline_after(ask->inquiries[i].answered, ask->request->patience));
    return ends;
}

bool dns_ask_was_misled(struct dns_ask *ask)
{
    bool misled = ask->misled;

    ask->misled = false;
    return misled;
}

bool dns_ask_is_done(const struct dns_ask *ask, int64_t now)
{
    if (now >= patience_ends(ask))
        return true;
    for (size_t i = 0; i < ask->inquiry_count; i++)
        if (!ask->inquiries[i].done)
            return false;
    return true;
}

enum answer_status dns_ask_status(const struct dns_ask *ask)
{
    enum answer_status status = ANSWER_NXDOMAIN;
    bool records = false;

    for (size_t i = 0; i < ask->inquiry_count; i++) {
        enum answer_status one = inquiry_status(&ask->inquiries[i]);
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

/* When the next of the asked servers counts as dead, so that negative answers of later servers count. */
static int64_t next_death(const struct dns_ask *ask, const struct dns_inquiry *inquiry, int64_t now)
{
    int64_t next = DEADLINE_NEVER;

    for (size_t i = 0; i + 1 < inquiry->servers_asked; i++) {
        int64_t dies = server_dies(ask, i);
        if (now < dies)
            next = deadline_earlier(next, dies);
    }
    return next;
}

int64_t dns_ask_next(const struct dns_ask *ask, int64_t now)
{
    int64_t next = patience_ends(ask);

    for (size_t i = 0; i < ask->inquiry_count; i++) {
        const struct dns_inquiry *inquiry = &ask->inquiries[i];
        bool more = inquiry_has_more_servers(ask, inquiry) ||
                    (i == 0 && ask->inquiry_count > 1 && ask->inquiries[1].servers_asked == 0);
        if (inquiry->servers_asked == 0 || inquiry->done)
            continue;
        next = deadline_earlier(next, next_death(ask, inquiry, now));
        if (more)
            next = deadline_earlier(next, deadline_after(inquiry->last_asked, DNS_STAGGER));
    }
    return next;
}

struct answer dns_ask_answer(const struct dns_ask *ask, size_t i)
{
    const struct dns_inquiry *inquiry = &ask->inquiries[i];
    struct answer answer = {.type = ask->request->types[i], .status = inquiry->implied};

    if (inquiry->chosen)
        return dns_query_answer(inquiry->chosen);
    return inquiry->servers_asked > 0 ? dns_query_answer(inquiry->queries[0]) : answer;
}
