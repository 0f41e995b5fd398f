#include "common/http/exchange.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/deadline.h"
#include "common/base/mem.h"
#include "common/http/easy.h"
#include "common/http/headers.h"
#include "common/http/receive.h"
#include "common/tls/judge_words.h"

#include "common/base/banned.h"

enum { RESOLVE_LINE = 64 * 1024, ADDRESSES_MOST = 64 /* for one connection */ };

static void exchange_release(struct exchange *exchange)
{
    if (exchange->easy && exchange->running)
        multi_remove(exchange->plan->multi, exchange->easy);
    exchange->running = false;
    if (exchange->easy)
        curl_easy_cleanup(exchange->easy);
    exchange->easy = NULL;
    if (exchange->tls)
        exchange->plan->forget_tls(exchange);
    curl_slist_free_all(exchange->resolve);
    curl_slist_free_all(exchange->headers);
    exchange->resolve = NULL;
    exchange->headers = NULL;
    headers_wipe(exchange->proxy_auth);
    exchange->proxy_auth = NULL;
    loop_timer_clear(exchange->plan->loop, &exchange->stall);
    loop_timer_clear(exchange->plan->loop, &exchange->limit);
    coding_end(&exchange->coding);
    lookup_cancel(&exchange->lookup);
}

void exchange_clear(struct exchange *exchange)
{
    if (!exchange->plan)
        return;
    exchange_release(exchange);
    http_proxy_free(&exchange->proxy);
    free(exchange->reply.location);
    exchange->reply.location = NULL;
}

static void exchange_fail(struct exchange *exchange, enum outcome outcome, const struct reason *why)
{
    exchange->failed = true;
    exchange->outcome = outcome;
    exchange->why = *why;
    exchange_release(exchange);
    exchange->on_end(exchange->owner);
}

/* --- its end --- */

static void exchange_give_up(struct exchange *exchange)
{
    multi_remove(exchange->plan->multi, exchange->easy);
    exchange->running = false;
    exchange->transfer.on_done(exchange, CURLE_OPERATION_TIMEDOUT);
}

/* libcurl does not know the deadline: otherwise either of two timers could end the last attempt, with different messages. */
static void on_limit(void *owner)
{
    struct exchange *exchange = owner;

    exchange->reply.late = true;
    exchange_give_up(exchange);
}

/* While another pair was unpacked or parsed, nothing was read from this connection. So it is read once more before it counts as
 * stalled. */
static void on_stall(void *owner)
{
    struct exchange *exchange = owner;
    int64_t now = deadline_now();
    int64_t due = deadline_after(exchange->last_activity, exchange->plan->stall_timeout);

    bool look_again = now >= due && exchange->looked < due;
    if (look_again)
        exchange->looked = now;
    if (now < due || look_again) {
        loop_timer_set(exchange->plan->loop, &exchange->stall, look_again ? now + 1 : due);
        return;
    }
    exchange->reply.stalled = true;
    exchange_give_up(exchange);
}

static void on_done(void *owner, CURLcode code)
{
    struct exchange *exchange = owner;

    if (code == CURLE_OUT_OF_MEMORY)
        mem_exhausted();
    exchange->running = false;
    exchange->reply.code = code;
    receive_gather(exchange);
    if (exchange->tls)
        exchange->plan->judge_tls(exchange);
    exchange_release(exchange);
    exchange->on_end(exchange->owner);
}

/* --- its beginning --- */

static void exchange_connect(struct exchange *exchange)
{
    const struct exchange_plan *plan = exchange->plan;
    struct reason why;

    exchange->easy = curl_easy_init();
    if (!exchange->easy)
        mem_exhausted();
    easy_set(exchange);
    receive_set(exchange);
    loop_timer_set(plan->loop, &exchange->limit, exchange->request.deadline);
    if (plan->stall_timeout > 0)
        loop_timer_set(plan->loop, &exchange->stall,
                       deadline_after(exchange->last_activity, plan->stall_timeout));
    if (exchange->request.url->scheme == URL_HTTPS && plan->prepare_tls &&
        !plan->prepare_tls(exchange, &why)) {
        exchange_fail(exchange, ATTEMPT_FAIL, &why);
        return;
    }
    exchange->transfer = (struct multi_transfer){.on_done = on_done, .owner = exchange};
    exchange->running = true;
    multi_add(plan->multi, exchange->easy, &exchange->transfer);
}

/* CURLOPT_RESOLVE's value: "HOST:PORT:ADDRESS,[ADDRESS]". The caller frees it. */
static struct curl_slist *resolve_list(const struct url *url, const struct address *addresses, size_t count)
{
    struct buf line;

    buf_init(&line, RESOLVE_LINE);
    buf_add_format(&line, "%s:%u:", url->host, (unsigned)url->port);
    for (size_t i = 0; i < count && i < ADDRESSES_MOST; i++) {
        char text[ADDRESS_TEXT];
        bool v6 = address_family(&addresses[i]) == AF_INET6;
        buf_add_format(&line, "%s%s%s%s", i > 0 ? "," : "", v6 ? "[" : "",
                       address_format(&addresses[i], text), v6 ? "]" : "");
    }
    struct curl_slist *list = curl_slist_append(NULL, line.data);
    buf_free(&line);
    if (!list)
        mem_exhausted();
    return list;
}

/* The connection's other end: a proxy, or the server. */
static const struct url *next_hop(const struct exchange *exchange)
{
    return exchange->proxy.used ? &exchange->proxy.url : exchange->request.url;
}

/* If a proxy resolves the name, its addresses are not known here. */
static bool may_go_there(const struct exchange *exchange, const struct address *addresses, size_t count,
                         struct reason *why)
{
    const struct exchange_request *request = &exchange->request;

    return exchange->proxy.used ? reach_allows_host(request->reach, request->url->host, why)
                                : reach_allows(request->reach, addresses, count, why);
}

static void on_addresses(void *owner, struct address *addresses, size_t count, const struct reason *why)
{
    struct exchange *exchange = owner;
    struct address literal;
    struct reason wrapped;

    if (count == 0) {
        wrapped = *why;
        if (exchange->proxy.used)
            reason_wrap(&wrapped, "the proxy %.100s (from %s)", exchange->proxy.url.shown,
                        exchange->proxy.source);
        exchange_fail(exchange, ATTEMPT_RETRY, &wrapped);
        return;
    }
    if (!may_go_there(exchange, addresses, count, &wrapped)) {
        exchange_fail(exchange, ATTEMPT_FAIL, &wrapped);
        return;
    }
    race_begin(&exchange->race, addresses, count);
    race_start(&exchange->race,
               deadline_now()); /* how many addresses libcurl tries is not known, but it is at least one */
    race_end(&exchange->race);
    if (!address_parse(next_hop(exchange)->host, 0, &literal))
        exchange->resolve = resolve_list(next_hop(exchange), addresses, count);
    exchange_connect(exchange);
}

/* The file replaces the password of a variable. */
static bool read_proxy_auth(struct exchange *exchange, struct reason *why)
{
    const char *file = exchange->plan->proxy_auth_file;

    exchange->had_proxy_auth = exchange->proxy.used && (file || exchange->proxy.auth);
    if (!exchange->had_proxy_auth)
        return true;
    if (!file) {
        exchange->proxy_auth = xstrdup(exchange->proxy.auth);
        return true;
    }
    exchange->proxy_auth = headers_read_secret(file, why);
    if (exchange->proxy_auth && !strchr(exchange->proxy_auth, ':')) {
        headers_wipe(exchange->proxy_auth);
        exchange->proxy_auth = NULL;
        reason_set(why, CODE_USAGE, "%.200s: expected user:password", file);
    }
    return exchange->proxy_auth != NULL;
}

void exchange_start(struct exchange *exchange, const struct exchange_request *request)
{
    const struct exchange_plan *plan = exchange->plan;
    struct reason why;

    memset(&exchange->reply, 0, sizeof exchange->reply);
    exchange->request = *request;
    exchange->reply.from = request->from;
    exchange->failed = false;
    exchange->taken = 0;
    exchange->unpacked = 0;
    exchange->drained = 0;
    exchange->refused = 0;
    exchange->in_header = false;
    exchange->headed = false;
    exchange->hidden = NULL;
    exchange->enough = false;
    exchange->tls = NULL;
    exchange->moved = 0;
    exchange->last_activity = deadline_now();
    exchange->stall = (struct loop_timer){.on_due = on_stall, .owner = exchange};
    exchange->limit = (struct loop_timer){.on_due = on_limit, .owner = exchange};
    exchange->lookup.plan = &plan->lookup;
    exchange->lookup.on_end = on_addresses;
    exchange->lookup.owner = exchange;
    exchange->transfer = (struct multi_transfer){.on_done = on_done, .owner = exchange};
    if (request->url->socket) {
        http_proxy_none(&exchange->proxy);
        exchange_connect(exchange);
        return;
    }
    if (!http_proxy_choose(request->url, plan->tool, request->direct ? "" : plan->proxy, plan->environment,
                           &exchange->proxy, &why) ||
        !read_proxy_auth(exchange, &why)) {
        exchange_fail(exchange, ATTEMPT_FAIL, &why);
        return;
    }
    lookup_start(&exchange->lookup, next_hop(exchange)->host, next_hop(exchange)->port,
                 race_patience(&exchange->race), request->deadline);
}

bool exchange_was_local(const struct exchange *exchange)
{
    struct address address;

    if (exchange->request.url->socket)
        return true;
    if (exchange->proxy.used)
        return reach_is_local_host(exchange->request.url->host);
    return address_parse(exchange->reply.address, 0, &address) && address_is_local(&address);
}

void exchange_extend(struct exchange *exchange, int64_t deadline)
{
    exchange->request.deadline = deadline;
    loop_timer_set(exchange->plan->loop, &exchange->limit, deadline);
}

int64_t exchange_expected(const struct exchange *exchange)
{
    curl_off_t expected = -1;

    if (exchange->easy)
        curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &expected);
    return expected;
}

static bool is_shaking_hands(const struct exchange *exchange)
{
    curl_off_t secured = 0;

    curl_easy_getinfo(exchange->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    return exchange->tls && secured == 0;
}

void exchange_doing(const struct exchange *exchange, struct reason *doing)
{
    char *address = NULL;

    if (!exchange->easy) {
        reason_set(doing, CODE_FAILED, "resolving the name");
        return;
    }
    curl_easy_getinfo(exchange->easy, CURLINFO_PRIMARY_IP, &address);
    if (exchange->reply.received > 0) {
        reason_set(doing, CODE_FAILED, "receiving the body");
        reason_detail(doing, ", %" PRId64 " bytes so far", exchange->reply.received);
    } else if (is_shaking_hands(exchange)) {
        reason_set(doing, CODE_FAILED, "in the TLS handshake");
        reason_hint(doing, JUDGE_SILENCE);
    } else if (address && *address != '\0') {
        reason_set(doing, CODE_FAILED, "waiting for an answer");
        reason_detail(doing, " from %s", address);
    } else {
        reason_set(doing, CODE_FAILED, "connecting");
    }
}
