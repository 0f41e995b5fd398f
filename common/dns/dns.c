#include "common/dns/dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/dns/dns_ask.h"

#include "common/base/banned.h"

enum { SCOUT_PATIENCE = 500 /* milliseconds until the app's own question is asked instead */ };

enum lookup_mode {
    LOOKUP_PLAIN,    /* the app's own questions */
    LOOKUP_SCOUT,    /* does the name exist yet? see dns_memory.h */
    LOOKUP_FAREWELL, /* with `gone`: does it still exist? */
};

struct dns_lookup {
    struct dns_resolver *resolver;
    struct dns_request request;
    char name[HOSTNAME_SIZE];
    int64_t deadline;
    int64_t lost; /* the lost time of the loop that `deadline` accounts for */
    void (*on_result)(void *owner, const struct dns_result *result);
    void *owner;

    struct loop_timer timer;
    struct dns_ask ask; /* for the current candidate */
    enum lookup_mode mode;
    bool scouted;       /* it began with scouts, which did not settle it */
    int64_t scout_ends; /* a scout without an answer until then is ignored */
    size_t candidate;   /* index of the current candidate */
    bool existed;       /* a candidate answered "no data": the name exists there */
    bool remembered;    /* a candidate was skipped because of memory */
    bool afresh;        /* the memory is not used: lookup_begin_afresh */
    struct dns_result result;
};

/* --- candidates --- */

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

static enum resolvconf_chance lookup_chance(const struct dns_lookup *lookup)
{
    return resolvconf_chance(lookup->resolver->conf, lookup->name, lookup->candidate,
                             lookup->result.candidate);
}

/* The remembered answer for the current candidate. */
static enum answer_status lookup_memory(const struct dns_lookup *lookup)
{
    const struct dns_request *request = &lookup->request;

    if (!request->memory || request->gone || lookup->afresh || lookup_chance(lookup) == CHANCE_LIKELY)
        return ANSWER_NONE;
    return dns_memory_find(request->memory, lookup->candidate, deadline_now());
}

/* Sets the question for the current candidate. */
static void lookup_put_question(struct dns_lookup *lookup)
{
    struct dns_memory *memory = lookup->request.memory;
    int64_t now = deadline_now();

    if (lookup->mode == LOOKUP_PLAIN) {
        dns_ask_set_name(&lookup->ask, lookup->result.candidate);
        return;
    }
    enum dns_type wanted = lookup->mode == LOOKUP_FAREWELL ? memory->there_type : lookup->request.types[0];
    lookup->scout_ends = deadline_after(now, SCOUT_PATIENCE);
    dns_ask_set_scout(&lookup->ask, lookup->result.candidate,
                      dns_memory_scout(memory, lookup->candidate, wanted, now, time(NULL)), wanted);
}

/* Goes on to the next candidate that has to be asked for. False when there is none left. */
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
    lookup_put_question(lookup);
    return true;
}

/* Begins again with the first candidate and the app's own questions. Records count only when all candidates before them are now
 * denied: also those that were skipped because of memory, and those that a server denied while another one seemed to be
 * dead. */
static void lookup_begin_afresh(struct dns_lookup *lookup)
{
    lookup->scouted = lookup->scouted || lookup->mode != LOOKUP_PLAIN;
    lookup->mode = LOOKUP_PLAIN;
    lookup->afresh = true;
    lookup->existed = false;
    lookup->candidate = 0;
    lookup->result.asked = 0;
    lookup->result.asked_names[0] = '\0';
    lookup->result.has_negative_ttl = false;
    lookup_begin_candidate(lookup);
}

/* Notes that the current candidate does not exist, or has no such record. */
static void lookup_note_negative(struct dns_lookup *lookup, enum answer_status status, int64_t now)
{
    struct dns_result *result = &lookup->result;
    struct dns_memory *memory = lookup->request.memory;
    struct answer answer = dns_ask_answer(&lookup->ask, 0);
    enum resolvconf_chance chance = lookup_chance(lookup);

    lookup->existed = lookup->existed || status == ANSWER_NO_DATA;
    if (memory)
        dns_memory_note(memory, lookup->candidate, status, chance == CHANCE_RARE, now);
    if (answer.has_negative_ttl && !result->has_negative_ttl && chance == CHANCE_LIKELY) {
        result->has_negative_ttl = true;
        result->negative_ttl = answer.negative_ttl;
    }
}

/* --- the end --- */

static void lookup_free(struct dns_lookup *lookup)
{
    loop_timer_clear(lookup->resolver->loop, &lookup->timer);
    dns_ask_close(&lookup->ask);
    free(lookup);
}

/* Remembers the records. A scout may have found only the name: then what is remembered of its records stays. */
static void lookup_teach_records(struct dns_lookup *lookup)
{
    for (size_t i = 0; i < lookup->ask.inquiry_count; i++) {
        struct answer answer = dns_ask_answer(&lookup->ask, i);
        if (answer.status != ANSWER_RECORDS)
            continue;
        dns_memory_note_there(lookup->request.memory, lookup->candidate, answer.type, answer.ttl,
                              deadline_now());
        return;
    }
}

/* Remembers what the next lookups of this name have to know. */
static void lookup_teach(struct dns_lookup *lookup, enum answer_status status)
{
    struct dns_memory *memory = lookup->request.memory;

    if (!memory)
        return;
    if (status == ANSWER_RECORDS)
        dns_memory_forget(memory); /* so that the next lookups find it at once */
    bool agreed = (status == ANSWER_RECORDS) != lookup->request.gone;
    if (lookup->scouted && answer_is_settled(status) && !agreed)
        memory->plain = true;
    memory->unclear = lookup->scouted && !answer_is_settled(status);
    memory->there = status == ANSWER_RECORDS;
    if (memory->there)
        lookup_teach_records(lookup);
    lookup->result.cached = lookup->request.gone && memory->plain;
}

static void lookup_finish(struct dns_lookup *lookup, enum answer_status status)
{
    struct dns_result *result = &lookup->result;

    lookup_teach(lookup, status);
    result->no_cluster = lookup->request.search &&
                         resolvconf_lacks_cluster(lookup->resolver->conf, lookup->name);
    result->status = status;
    result->answer_count = lookup->request.type_count;
    for (size_t i = 0; i < result->answer_count; i++)
        result->answers[i] = dns_ask_answer(&lookup->ask, lookup->mode == LOOKUP_PLAIN ? i : 0);
    lookup->on_result(lookup->owner, result);
    lookup_free(lookup);
}

static void lookup_set_timer(struct dns_lookup *lookup, int64_t now)
{
    int64_t next = deadline_earlier(lookup->deadline, dns_ask_next(&lookup->ask, now));

    if (lookup->mode != LOOKUP_PLAIN)
        next = deadline_earlier(next, lookup->scout_ends);
    loop_timer_set(lookup->resolver->loop, &lookup->timer, next > now ? next : now + 1);
}

/* --- the walk --- */

/* In glibc and musl an alias that exists ends the search, even if it leads to nothing. */
static bool lookup_ends_search(const struct dns_lookup *lookup)
{
    if (lookup->request.gone)
        return false;
    for (size_t i = 0; i < lookup->request.type_count; i++) {
        struct answer answer = dns_ask_answer(&lookup->ask, i);
        if (answer.alias && answer.status == ANSWER_NO_DATA)
            return true;
    }
    return false;
}

/* The current candidate is denied: goes on to the next one. True: it was the last, and the lookup has ended. */
static bool lookup_pass_candidate(struct dns_lookup *lookup, enum answer_status status, int64_t now)
{
    lookup_note_negative(lookup, status, now);
    lookup->candidate++;
    if (lookup_begin_candidate(lookup))
        return false;
    lookup_finish(lookup, lookup->existed ? ANSWER_NO_DATA : ANSWER_NXDOMAIN);
    return true;
}

/* Handles the answer to the app's own question. True: the lookup has ended. */
static bool lookup_take_plain(struct dns_lookup *lookup, enum answer_status status, int64_t now)
{
    if (status == ANSWER_RECORDS && lookup->remembered && !lookup->afresh) {
        lookup_begin_afresh(lookup);
        return false;
    }
    if (!answer_is_negative(status) || lookup_ends_search(lookup)) {
        lookup_finish(lookup, status);
        return true;
    }
    return lookup_pass_candidate(lookup, status, now);
}

/* Whether the server has answered, but not settled the question. */
static bool lookup_is_unclear(enum answer_status status)
{
    return !answer_is_settled(status) && status != ANSWER_SILENT && status != ANSWER_NONE;
}

/* Whether the name still exists; if the scout asked for the records' own type, whether the records do. */
static bool lookup_is_still_there(const struct dns_lookup *lookup, enum answer_status status)
{
    return status == ANSWER_RECORDS || (status == ANSWER_NO_DATA && !dns_ask_scouts_wanted(&lookup->ask));
}

/* Handles the answer to a scout. If the name may exist, the app's own questions are asked next. True: the lookup has ended. */
static bool lookup_take_scout(struct dns_lookup *lookup, enum answer_status status, int64_t now)
{
    if (lookup->mode == LOOKUP_FAREWELL) {
        if (lookup_is_still_there(lookup, status)) {
            lookup->result.exists = true;
            lookup->mode = LOOKUP_PLAIN;
            lookup_finish(lookup, ANSWER_RECORDS);
            return true;
        }
        /* These records are gone. If records of the other type exist, they are not due to a cache. */
        lookup_begin_afresh(lookup);
        lookup->scouted = status != ANSWER_NO_DATA;
        return false;
    } else if (status == ANSWER_NXDOMAIN) {
        return lookup_pass_candidate(lookup, status, now);
    } else if (status == ANSWER_UNREACHABLE ||
               (lookup_is_unclear(status) && lookup->request.memory->unclear)) {
        lookup_finish(lookup, status); /* the app's own question had no clear answer in the last lookup */
        return true;
    }
    lookup_begin_afresh(lookup);
    return false;
}

/* True: the lookup has ended. */
static bool lookup_step(struct dns_lookup *lookup, int64_t now)
{
    enum answer_status status = dns_ask_status(&lookup->ask);

    return lookup->mode == LOOKUP_PLAIN ? lookup_take_plain(lookup, status, now)
                                        : lookup_take_scout(lookup, status, now);
}

static bool lookup_may_step(const struct dns_lookup *lookup, int64_t now)
{
    return dns_ask_is_done(&lookup->ask, now) || (lookup->mode != LOOKUP_PLAIN && now >= lookup->scout_ends);
}

/* Goes on with the answers so far, until it has to wait. It may free the lookup. */
static void lookup_settle(void *owner)
{
    struct dns_lookup *lookup = owner;
    int64_t now = deadline_now();

    lookup->deadline = loop_extend(lookup->resolver->loop, lookup->deadline, &lookup->lost);
    /* A run without a server begins if the hosts file has the name, which may be removed from it later. */
    if (lookup->resolver->conf->server_count == 0) {
        lookup_finish(lookup, ANSWER_UNREACHABLE);
        return;
    }
    for (;;) {
        dns_ask_advance(&lookup->ask, now);
        if (dns_ask_was_misled(&lookup->ask)) {
            lookup_begin_afresh(lookup);
            continue;
        }
        if (!lookup_may_step(lookup, now))
            break;
        if (lookup_step(lookup, now))
            return;
    }
    if (now >= lookup->deadline)
        lookup_finish(lookup, dns_ask_status(&lookup->ask));
    else
        lookup_set_timer(lookup, now);
}

/* --- the beginning --- */

static enum lookup_mode lookup_first_mode(const struct dns_request *request)
{
    const struct dns_memory *memory = request->memory;

    if (!memory || memory->plain || !request->scouts)
        return LOOKUP_PLAIN;
    if (request->gone)
        return memory->there ? LOOKUP_FAREWELL : LOOKUP_PLAIN;
    return memory->there ? LOOKUP_PLAIN : LOOKUP_SCOUT;
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
    lookup->lost = loop_lost(resolver->loop);
    lookup->on_result = on_result;
    lookup->owner = owner;
    lookup->timer = (struct loop_timer){.on_due = lookup_settle, .owner = lookup};
    lookup->mode = lookup_first_mode(request);
    bool begins_there = request->memory && lookup->mode == LOOKUP_FAREWELL;
    lookup->candidate = begins_there ? request->memory->there_at : 0;
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
