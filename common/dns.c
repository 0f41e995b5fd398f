#include "common/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/dns_ask.h"
#include "common/mem.h"

#include "common/banned.h"

struct dns_lookup {
    struct dns_resolver *resolver;
    struct dns_request request;
    char name[DNS_NAME];
    int64_t deadline;
    void (*on_result)(void *owner, const struct dns_result *result);
    void *owner;

    struct loop_timer timer;
    struct dns_ask ask; /* for the present candidate */
    size_t candidate;   /* its index */
    bool existed;       /* a candidate said no data: the name exists there */
    bool remembered;    /* a candidate was passed over by memory */
    bool afresh;        /* none is */
    struct dns_result result;
};

static bool lookup_note_candidate(struct dns_lookup *lookup)
{
    struct dns_result *result = &lookup->result;
    size_t told = strlen(result->asked_names);

    if (!resolvconf_candidate(lookup->resolver->conf, lookup->name, lookup->request.search, lookup->candidate,
                              result->candidate))
        return false;
    result->asked++;
    snprintf(result->asked_names + told, sizeof result->asked_names - told, "%s%s", told ? ", " : "",
             result->candidate);
    return true;
}

static bool lookup_is_likely(const struct dns_lookup *lookup)
{
    return resolvconf_is_likely(lookup->resolver->conf, lookup->name, lookup->candidate,
                                lookup->result.candidate);
}

/* What is remembered of the present candidate. */
static enum answer_status lookup_memory(const struct dns_lookup *lookup)
{
    if (!lookup->request.memory || lookup->afresh || lookup_is_likely(lookup))
        return ANSWER_NONE;
    return dns_memory_find(lookup->request.memory, lookup->candidate, deadline_now());
}

/* The next candidate that has to be asked for; false when there is none left. */
static bool lookup_begin_candidate(struct dns_lookup *lookup)
{
    enum answer_status remembered;

    if (!lookup_note_candidate(lookup))
        return false;
    while ((remembered = lookup_memory(lookup)) != ANSWER_NONE) {
        lookup->remembered = true;
        lookup->existed = lookup->existed || remembered == ANSWER_NO_DATA;
        lookup->candidate++;
        if (!lookup_note_candidate(lookup))
            return false;
    }
    dns_ask_set_name(&lookup->ask, lookup->result.candidate);
    return true;
}

/* Records count only when all candidates before say now that they are not there: those that memory passed over are asked. */
static void lookup_begin_afresh(struct dns_lookup *lookup)
{
    lookup->afresh = true;
    lookup->existed = false;
    lookup->candidate = 0;
    lookup->result.asked = 0;
    lookup->result.asked_names[0] = '\0';
    lookup_begin_candidate(lookup);
}

/* The candidate that was asked for is not there. */
static void lookup_note_negative(struct dns_lookup *lookup, enum answer_status status, int64_t now)
{
    struct dns_result *result = &lookup->result;
    struct answer answer = dns_ask_answer(&lookup->ask, 0);

    lookup->existed = lookup->existed || status == ANSWER_NO_DATA;
    if (lookup->request.memory)
        dns_memory_note(lookup->request.memory, lookup->candidate, &answer, status, now);
    if (answer.has_negative_ttl && !result->has_negative_ttl && lookup_is_likely(lookup)) {
        result->has_negative_ttl = true;
        result->negative_ttl = answer.negative_ttl;
    }
}

static void lookup_free(struct dns_lookup *lookup)
{
    loop_timer_clear(lookup->resolver->loop, &lookup->timer);
    dns_ask_close(&lookup->ask);
    free(lookup);
}

static void lookup_finish(struct dns_lookup *lookup, enum answer_status status)
{
    struct dns_result *result = &lookup->result;

    if (status == ANSWER_RECORDS && lookup->request.memory)
        dns_memory_forget(lookup->request.memory); /* the next lookups find it at once */
    result->status = status;
    result->answer_count = lookup->request.type_count;
    for (size_t i = 0; i < result->answer_count; i++)
        result->answers[i] = dns_ask_answer(&lookup->ask, i);
    lookup->on_result(lookup->owner, result);
    lookup_free(lookup);
}

static void lookup_set_timer(struct dns_lookup *lookup, int64_t now)
{
    int64_t next = deadline_earlier(lookup->deadline, dns_ask_next(&lookup->ask, now));

    loop_timer_set(lookup->resolver->loop, &lookup->timer, next > now ? next : now + 1);
}

/* Acts on whatever has been recorded, as far as it can without waiting. It may free the lookup. */
static void lookup_settle(void *owner)
{
    struct dns_lookup *lookup = owner;
    int64_t now = deadline_now();

    if (lookup->resolver->conf->server_count == 0) { /* the hosts file had the name when the run began */
        lookup_finish(lookup, ANSWER_UNREACHABLE);
        return;
    }
    for (;;) {
        dns_ask_advance(&lookup->ask, now);
        if (!dns_ask_is_done(&lookup->ask, now))
            break;
        enum answer_status status = dns_ask_status(&lookup->ask);
        if (status == ANSWER_RECORDS && lookup->remembered && !lookup->afresh) {
            lookup_begin_afresh(lookup);
            continue;
        }
        if (!answer_is_negative(status)) {
            lookup_finish(lookup, status);
            return;
        }
        lookup_note_negative(lookup, status, now);
        lookup->candidate++;
        if (!lookup_begin_candidate(lookup)) {
            lookup_finish(lookup, lookup->existed ? ANSWER_NO_DATA : ANSWER_NXDOMAIN);
            return;
        }
    }
    if (now >= lookup->deadline)
        lookup_finish(lookup, dns_ask_status(&lookup->ask));
    else
        lookup_set_timer(lookup, now);
}

static void lookup_on_timer(void *owner)
{
    struct dns_lookup *lookup = owner;

    dns_ask_process(&lookup->ask);
    lookup_settle(lookup);
}

struct dns_lookup *dns_lookup_start(struct dns_resolver *resolver, const struct dns_request *request,
                                    int64_t deadline,
                                    void (*on_result)(void *owner, const struct dns_result *result),
                                    void *owner)
{
    struct dns_lookup *lookup = xcalloc(1, sizeof *lookup);

    lookup->resolver = resolver;
    lookup->request = *request;
    snprintf(lookup->name, sizeof lookup->name, "%s", request->name);
    lookup->deadline = deadline;
    lookup->on_result = on_result;
    lookup->owner = owner;
    lookup->timer = (struct loop_timer){.on_due = lookup_on_timer, .owner = lookup};
    dns_ask_open(&lookup->ask, resolver, &lookup->request, deadline, lookup_settle, lookup);
    if (request->memory)
        dns_memory_begin(request->memory, deadline_now());
    lookup_begin_candidate(lookup);
    loop_timer_set(resolver->loop, &lookup->timer, deadline_now());
    return lookup;
}

void dns_lookup_cancel(struct dns_lookup *lookup)
{
    lookup_free(lookup);
}
